"""The labelled stream of posts through the real path: what belongs together comes together, what does not stays apart."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from bench.matching import PRECISION, RECALL, groups, half, load, measured, push, total

pytestmark = pytest.mark.django_db

ROWS = load()
POSTS = [row for row in ROWS if row["id"]]
START = datetime(2021, 5, 4, 6, 0, tzinfo=UTC)


def test_the_stream_is_as_large_and_as_mixed_as_it_is_said_to_be():
    patients = {row["patient"] for row in POSTS if row["patient"]}
    kinds = Counter(
        name for row in POSTS for name in ("reply_to", "copy_of", "quote_of", "edit_of") if name in row
    )
    halves = Counter(half(patient) for patient in patients)
    assert len(POSTS) >= 600 and len(patients) >= 200
    assert len({row["id"] for row in POSTS}) == len(POSTS)
    assert min(halves.values()) >= 80
    assert (
        kinds["reply_to"] >= 80
        and kinds["copy_of"] >= 60
        and kinds["quote_of"] >= 10
        and kinds["edit_of"] >= 3
    )


def test_pairs_of_posts_come_together_as_aimed_and_better_than_by_numbers_or_words_alone():
    push(ROWS, START)
    made = measured(POSTS, groups())
    ours = total(made["Helpdesk"]["whole"])
    assert ours.precision >= PRECISION, ours
    assert ours.recall >= RECALL, ours
    own_words = total(made["Helpdesk"]["whole, without retweets"])
    assert (own_words.precision >= PRECISION, own_words.recall >= RECALL) == (True, True)
    assert total(made["same phone only"]["whole"]).precision < PRECISION
    assert total(made["same words only"]["whole"]).recall < RECALL
