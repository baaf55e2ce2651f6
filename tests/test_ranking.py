"""The order of the queue: who stands before whom, and that nobody is overtaken for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app import policy
from requests_app.policy import POLICY
from requests_app.states import Attention, Urgency

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
AHEAD = sum(POLICY["head_start"][name] for name in ("critical", "promise_broken", "ask_again"))
BOUND = timedelta(minutes=AHEAD + max(POLICY["behind"].values()))
"""After so long a request stands before every one that came later, whatever is true of the two."""


def rank(urgency: str = "normal", minutes: float = 0, **fields) -> datetime:
    return policy.rank_at(NOON + timedelta(minutes=minutes), urgency, **fields)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rank("critical"), rank("high")),
        (rank("high"), rank("normal")),
        (rank("critical", minutes=80), rank("high", minutes=0, is_broken=False)),
        (rank(minutes=-1), rank()),
        (rank(is_broken=True), rank()),
        (rank(attention=Attention.STALE), rank()),
        (rank(attention=Attention.SOURCE_DELETED, minutes=-1), rank()),
        (rank("normal", minutes=600), rank("critical", attention=Attention.SAID_SOLVED)),
        (rank(attention=Attention.SAID_SOLVED), rank("critical", attention=Attention.SAID_DIED)),
        (rank("normal", minutes=5 * 1440), rank("critical", is_broken=True, attention=Attention.SAID_DIED)),
    ],
)
def test_who_stands_before_whom(before, after):
    assert before < after


ranked = st.tuples(
    st.sampled_from(list(Urgency.values)), st.booleans(), st.sampled_from(list(Attention.values))
)


@given(old=ranked, new=ranked, waits=st.timedeltas(timedelta(seconds=1), timedelta(days=60)))
def test_nobody_starves(old, new, waits):
    """Whatever is true of an old and a new request, the old one stands first once it waits longer than the bound."""
    mine = policy.rank_at(NOON, old[0], is_broken=old[1], attention=old[2])
    later = policy.rank_at(NOON + BOUND + waits, new[0], is_broken=new[1], attention=new[2])
    assert mine < later


@given(about=ranked, waits=st.timedeltas(timedelta(seconds=1), timedelta(days=60)))
def test_of_two_alike_the_older_stands_first(about, waits):
    urgency, is_broken, attention = about
    mine = policy.rank_at(NOON, urgency, is_broken=is_broken, attention=attention)
    assert mine < policy.rank_at(NOON + waits, urgency, is_broken=is_broken, attention=attention)


HOUR, TWO = NOON + timedelta(hours=1), NOON + timedelta(hours=2)


@pytest.mark.parametrize(
    ("now", "contacted", "broken", "next_one"),
    [
        (NOON, None, False, HOUR),
        (HOUR, None, True, TWO),
        (HOUR, NOON, False, TWO),
        (TWO, None, True, None),
        (TWO, NOON, True, None),
    ],
)
def test_promises_of_a_request(now, contacted, broken, next_one):
    assert policy.broken_promise(now, contacted, HOUR, TWO) is broken
    assert policy.next_promise(now, contacted, HOUR, TWO) == next_one


@pytest.mark.parametrize("section", ["first_contact", "outcome", "escalation"])
def test_every_urgency_has_its_minutes_and_the_more_urgent_fewer(section):
    minutes = [POLICY[section][urgency] for urgency in Urgency.values]
    assert minutes == sorted(minutes) and minutes[0] > 0
