"""The pure rules by table: whom a request is suggested to, what joins what, when things fall due."""

from datetime import UTC, datetime, timedelta

import pytest

from districts.models import Role
from requests_app import policy
from requests_app.matching import Incoming, Known, decide, fingerprint
from requests_app.routing import Ask, Person, route
from requests_app.states import CallOutcome, Outcome, RequestState, Urgency
from requests_app.telling_apart import Facts

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
JAIPUR, KOTA, SANGANER, AMBER = 1, 2, 11, 12


def person(pk: int, role: str = Role.VOLUNTEER, **fields) -> Person:
    defaults = {"districts": {JAIPUR}, "blocks": (), "needs": (), "capacity": 5, "load": 0}
    values = {**defaults, **fields}
    for name in ("districts", "blocks", "needs"):
        values[name] = frozenset(values[name])
    return Person(pk=pk, role=role, **values)


def ask(**fields) -> Ask:
    return Ask(**{"district": JAIPUR, "block": None, "needs": frozenset({"oxygen"}), **fields})


@pytest.mark.parametrize(
    ("what", "people", "suggested", "desk"),
    [
        (ask(), [person(1, load=2), person(2, load=1)], 2, ""),
        (ask(), [person(1, load=2, capacity=10), person(2, load=1, capacity=2)], 1, ""),
        (ask(), [person(1, districts={KOTA}), person(2)], 2, ""),
        (ask(), [person(1, needs={"beds"}), person(2, load=3)], 2, ""),
        (ask(needs=frozenset()), [person(1, needs={"beds"})], 1, ""),
        (ask(), [person(1, load=5), person(2, load=4)], 2, ""),
        (ask(block=AMBER), [person(1, blocks={SANGANER}), person(2, blocks={AMBER}, load=3)], 2, ""),
        (ask(block=AMBER), [person(1, blocks={SANGANER})], 1, ""),
        (ask(language="hi"), [person(1, language="en"), person(2, language="hi")], 2, ""),
        (ask(), [person(1, load=5), person(9, Role.LEAD)], 9, Role.LEAD),
        (ask(), [person(9, Role.LEAD, districts={KOTA})], None, Role.STATE_DESK),
        (ask(), [person(9, Role.LEAD, load=5)], None, Role.STATE_DESK),
        (ask(), [], None, Role.STATE_DESK),
        (ask(), [person(3, Role.DOCTOR), person(4, Role.PHONE_DESK)], None, Role.STATE_DESK),
        (ask(district=None), [person(1)], None, Role.STATE_DESK),
        (ask(is_consultation=True), [person(1), person(3, Role.DOCTOR)], 3, ""),
        (ask(is_consultation=True), [person(1), person(9, Role.LEAD)], 9, Role.LEAD),
    ],
)
def test_route(what, people, suggested, desk):
    way = route(what, people)
    assert (way.suggested, way.desk) == (suggested, desk)


def facts(**fields) -> Facts:
    sets = {name: frozenset(value) for name, value in fields.items() if name in {"needs", "phones"}}
    return Facts(**{**fields, **sets})


def incoming(kind: str = "request", **fields) -> Incoming:
    about = {
        name: fields.pop(name)
        for name in ("needs", "phones", "district", "age", "blood_group")
        if name in fields
    }
    defaults = {"author": "", "thread": "", "related": frozenset(), "fingerprint": "", "at": NOW}
    return Incoming(kind=kind, facts=facts(**about), **{**defaults, **fields})


def known(pk: int = 7, state: str = RequestState.QUEUED, **fields) -> Known:
    about = {
        name: fields.pop(name)
        for name in ("needs", "phones", "district", "age", "blood_group")
        if name in fields
    }
    names = ("authors", "threads", "posts", "fingerprints", "busy_phones")
    fields = {name: frozenset(value) if name in names else value for name, value in fields.items()}
    defaults = {"outcome": "", "closed_at": None, "changed_at": NOW - timedelta(hours=1)}
    return Known(pk=pk, state=state, facts=facts(**about), **{**defaults, **fields})


def closed(outcome: str = Outcome.COULD_NOT_REACH, days: float = 1, **fields) -> Known:
    at = NOW - timedelta(days=days)
    return known(state=RequestState.CLOSED, outcome=outcome, closed_at=at, changed_at=at, **fields)


PHONE = ("a",)


@pytest.mark.parametrize(
    ("post", "request_known", "joins"),
    [
        (incoming(phones=PHONE, needs=["oxygen"]), known(phones=PHONE, needs=["oxygen"]), True),
        (incoming(phones=PHONE), known(phones=PHONE, needs=["oxygen"]), True),
        (incoming(phones=PHONE, needs=["beds"]), known(phones=PHONE, needs=["oxygen"]), False),
        (
            incoming(phones=PHONE, needs=["beds"], author="u"),
            known(phones=PHONE, needs=["oxygen"], authors="u"),
            True,
        ),
        (incoming(phones=PHONE, age=34), known(phones=PHONE, age=71), False),
        (incoming(phones=PHONE, age=70), known(phones=PHONE, age=71), True),
        (incoming(phones=PHONE, district=1), known(phones=PHONE, district=2), False),
        (incoming(phones=PHONE, district=1), known(phones=PHONE), True),
        (incoming(phones=PHONE, blood_group="B+"), known(phones=PHONE, blood_group="O+"), False),
        (incoming(phones=PHONE), known(phones=PHONE, busy_phones=PHONE), False),
        (incoming(phones=PHONE), known(phones=("b",)), False),
        (incoming("update", thread="t"), known(threads=["t"]), True),
        (incoming(thread="t", phones=PHONE), known(threads=["t"], phones=("b",)), False),
        (
            incoming(thread="t", phones=PHONE, author="u"),
            known(threads=["t"], phones=("b",), authors="u"),
            True,
        ),
        (incoming(thread="t", phones=PHONE), known(threads=["t"]), False),
        (incoming("other", reply_to="9"), known(posts=["9"]), True),
        (incoming(related=frozenset({"9"})), known(posts=["9"]), True),
        (incoming(related=frozenset({"9"}), phones=PHONE), known(posts=["9"], phones=("b",)), False),
        (incoming(fingerprint="f"), known(fingerprints=["f"]), True),
        (incoming(phones=PHONE), known(phones=PHONE, changed_at=NOW - timedelta(days=30)), False),
        (incoming(), known(), False),
    ],
)
def test_join(post, request_known, joins):
    assert (decide(post, [request_known]).join == 7) is joins


@pytest.mark.parametrize(
    ("post", "request_known", "joins", "reopens"),
    [
        (incoming(phones=PHONE), closed(phones=PHONE), True, True),
        (incoming(phones=PHONE), closed(phones=PHONE, days=8), False, False),
        (incoming(phones=PHONE), closed(Outcome.DIED, phones=PHONE), False, False),
        (incoming("thanks", phones=PHONE), closed(phones=PHONE), True, False),
        (incoming(fingerprint="f"), closed(fingerprints=["f"]), True, False),
        (incoming(phones=PHONE), closed(phones=("b",)), False, False),
    ],
)
def test_closed_one(post, request_known, joins, reopens):
    decision = decide(post, [request_known])
    assert (decision.join is not None, decision.reopens) == (joins, reopens)


def test_open_one_wins_over_a_closed_one():
    decision = decide(incoming(phones=PHONE), [closed(phones=PHONE, pk=1), known(phones=PHONE, pk=2)])
    assert (decision.join, decision.reopens) == (2, False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "@help Need oxygen cylinder in Kota urgently",
            "RT @x: need oxygen cylinder, in KOTA urgently!! #SOS",
            True,
        ),
        ("Need oxygen cylinder in Kota urgently 98290", "Need oxygen cylinder in Kota urgently 98291", False),
        ("जयपुर में ऑक्सीजन सिलेंडर चाहिए तुरंत", "जयपुर में आक्सीजन सिलेंडर चाहिए, तुरंत https://t.co/x", True),
    ],
)
def test_fingerprint(one, other, same):
    assert (fingerprint(one) == fingerprint(other)) is same


def test_short_words_have_no_fingerprint():
    assert fingerprint("please help sir") == ""


def test_old_normal_request_overtakes_a_new_critical_one_in_the_end():
    head_start = policy.POLICY["head_start"]["critical"]
    critical = policy.rank_at(NOW, Urgency.CRITICAL)
    assert policy.rank_at(NOW - timedelta(minutes=head_start - 1), Urgency.NORMAL) > critical
    assert policy.rank_at(NOW - timedelta(minutes=head_start + 1), Urgency.NORMAL) < critical


def test_more_urgent_ones_are_called_sooner():
    due = [
        policy.first_contact_due(NOW, urgency) for urgency in (Urgency.CRITICAL, Urgency.HIGH, Urgency.NORMAL)
    ]
    assert due == sorted(due) and len(set(due)) == 3


@pytest.mark.parametrize(("tries", "minutes"), [(1, 10), (2, 30), (3, 120), (9, 120)])
def test_next_try(tries, minutes):
    assert policy.next_try(NOW, CallOutcome.NO_ANSWER, tries) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize("outcome", [CallOutcome.TALKED, CallOutcome.WRONG_NUMBER])
def test_no_next_try(outcome):
    assert policy.next_try(NOW, outcome, 1) is None
