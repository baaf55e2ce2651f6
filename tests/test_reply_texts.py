"""The texts that replies begin with: every wording in both languages keeps the rules of a public text."""

import re
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from requests_app.public_text import LONGEST, trouble_in, weighted_length
from requests_app.reply_texts import REPLY_TEXTS, WORDINGS, chosen
from tests.xsim.text import weighted_length as as_x_counts

CODE = "RJ-ABC123"
DEVANAGARI = re.compile("[\u0900-\u097f]")
ALL = [(text, wording) for text in REPLY_TEXTS for wording in text.wordings]
PAIRS = list(combinations([wording for _text, wording in ALL], 2))


@pytest.mark.parametrize(("text", "wording"), ALL, ids=lambda one: one.key)
def test_every_wording_may_stand_in_public(text, wording):
    filled = wording.filled(CODE)
    assert wording.text.count("{code}") == 1
    assert "{" not in filled
    assert trouble_in(filled, CODE) == ""
    assert not re.search(r"\d{3}", filled.replace(CODE, ""))
    assert "http" not in filled
    assert weighted_length(filled) <= LONGEST
    assert as_x_counts(filled) <= LONGEST
    assert bool(DEVANAGARI.search(filled)) == (text.language == "hi")


def test_every_text_has_two_to_four_wordings_in_both_languages():
    slugs = {text.key.rpartition("-")[0] for text in REPLY_TEXTS}
    assert {text.key for text in REPLY_TEXTS} == {
        f"{slug}-{tongue}" for slug in slugs for tongue in ("en", "hi")
    }
    assert [text.key for text in REPLY_TEXTS if not 2 <= len(text.wordings) <= 4] == []


def test_no_two_wordings_are_alike():
    alike = [
        (one.key, other.key)
        for one, other in PAIRS
        if SequenceMatcher(None, one.text, other.text, autojunk=False).ratio() > 0.8
    ]
    assert alike == []


def test_wordings_lead_in_a_circle_through_all_of_their_text():
    for text in REPLY_TEXTS:
        seen = [text.wordings[0]]
        for _press in text.wordings[1:]:
            seen.append(WORDINGS[seen[-1].next_key])
        assert seen == list(text.wordings)
        assert WORDINGS[seen[-1].next_key] == text.wordings[0]


def test_the_offered_wording_depends_on_the_code_and_is_always_the_same_for_it():
    offered = [chosen("received-en", f"RJ-0000{digit}", {}) for digit in range(10, 60)]
    assert {one.key for one in offered if one} == {"received-en-1", "received-en-2", "received-en-3"}
    assert offered == [chosen("received-en", f"RJ-0000{digit}", {}) for digit in range(10, 60)]


@pytest.mark.parametrize(
    ("used", "offered"),
    [
        ({"received-en-1": 2, "received-en-2": 1, "received-en-3": 1}, {"received-en-2", "received-en-3"}),
        ({"received-en-1": 1, "received-en-2": 1}, {"received-en-3"}),
        ({"received-en-1": 4, "received-en-2": 3, "received-en-3": 9}, {"received-en-2"}),
    ],
)
def test_the_least_used_wording_is_offered(used, offered):
    assert {chosen("received-en", f"RJ-0000{digit}", used).key for digit in range(10, 60)} == offered


def test_a_key_that_nobody_knows_stands_for_nothing():
    assert chosen("nonsense", CODE, {}) is None
