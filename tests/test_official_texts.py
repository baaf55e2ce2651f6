"""The texts for officials: every wording in both languages keeps the rules of a public text, whatever is put in."""

import re
from difflib import SequenceMatcher
from itertools import combinations

import pytest
from django.utils import translation

from districts.models import Block, Official
from districts.needs import NeedKind
from requests_app.official_texts import LANGUAGES, WORDINGS, Case, ready
from requests_app.public_text import LONGEST, trouble_in, weighted_length
from tests.xsim.text import weighted_length as as_x_counts

CODE = "RJ-ABC123"
DEVANAGARI = re.compile("[\u0900-\u097f]")
ALL = [
    (kind, language, number) for (kind, language), texts in WORDINGS.items() for number in range(len(texts))
]
PAIRS = list(combinations([text for texts in WORDINGS.values() for text in texts], 2))
LONGEST_HANDLE = "@a_handle_of_15ch"[:16]


def made(kind: str, language: str, number: int, **options: str) -> str:
    case = Case(CODE, options.pop("needs", "oxygen").split("+"), **options)  # type: ignore[arg-type]
    taken = {"ask": 0, "again": 1}[kind]
    return ready(case, LONGEST_HANDLE, language, taken=taken, wording=number).text


@pytest.mark.parametrize(("kind", "language", "number"), ALL)
def test_every_wording_may_stand_in_public(kind, language, number):
    text = made(kind, language, number, district="Jaipur", block="Chomu")
    assert trouble_in(text, CODE) == ""
    assert "{" not in text
    assert LONGEST_HANDLE in text
    assert not text.startswith("@")
    assert "http" not in text
    assert not re.search(r"\d{3}", text.replace(CODE, ""))
    assert bool(DEVANAGARI.search(text)) == (language == "hi")


def test_both_kinds_have_two_to_four_wordings_in_both_languages():
    assert set(WORDINGS) == {(kind, language) for kind in ("ask", "again") for language in LANGUAGES}
    assert [key for key, texts in WORDINGS.items() if not 2 <= len(texts) <= 4] == []


def test_no_two_wordings_are_alike():
    alike = [
        (one, other)
        for one, other in PAIRS
        if SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.8
    ]
    assert alike == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wording_fits_with_all_needs_every_block_and_the_longest_handle(language):
    with translation.override(language):
        needs = "+".join(str(label) for label in NeedKind.labels)
        places = [(block.district.name, block.name) for block in Block.objects.select_related("district")]
        longest_office = max((str(label) for label in Official.Office.labels), key=len)
    too_long = [
        text
        for kind, tongue, number in ALL
        if tongue == language
        for district, block in places
        if weighted_length(text := made(kind, tongue, number, needs=needs, district=district, block=block))
        > LONGEST
        or as_x_counts(text) > LONGEST
    ]
    assert len(places) > 300
    assert too_long == []
    assert weighted_length(longest_office) < 80


def test_a_place_that_is_too_long_is_said_without_its_block():
    text = made("ask", "en", 0, district="Jaipur", block="B" * 200)
    assert "Jaipur" in text and "BBB" not in text


def test_each_time_it_is_taken_there_the_words_are_others():
    case = Case(CODE, ["oxygen"], "Jaipur")
    texts = [ready(case, "@sample_one", "en", taken=taken).text for taken in range(4)]
    assert len(set(texts)) == 4


def test_other_wording_leads_through_all_of_them():
    case, seen, number = Case(CODE, ["oxygen"], "Jaipur"), set(), 0
    for _press in WORDINGS["ask", "hi"]:
        made_text = ready(case, "@sample_one", "hi", wording=number)
        seen.add(made_text.text)
        number = made_text.other
    assert (len(seen), number) == (len(WORDINGS["ask", "hi"]), 0)


def test_nothing_named_is_said_as_help_in_the_state():
    assert "urgent help" in ready(Case(CODE, []), "@sample_one", "en", wording=0).text
    assert "राजस्थान" in ready(Case(CODE, []), "@sample_one", "hi", wording=0).text
