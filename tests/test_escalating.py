"""The steps of a request that nobody takes or calls, by table: who is next, who is only told, when the clock looks again."""

from datetime import UTC, datetime, timedelta

import pytest

from districts.models import Role
from requests_app import policy
from requests_app.escalating import Standing, higher, one_up, watch
from requests_app.routing import Ask, Person, route

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
JAIPUR, KOTA, SANGANER = 1, 2, 11
GAP = policy.escalation_gap("critical")
LATE, EARLY = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
LEAD, STATE = str(Role.LEAD), str(Role.STATE_DESK)


def person(pk: int, role: str = Role.VOLUNTEER, *, load: int = 0, capacity: int = 5, district: int = JAIPUR):
    return Person(pk, role, frozenset({district}), frozenset(), frozenset(), capacity, load)


def standing(*passed: int, **fields) -> Standing:
    ask = Ask(fields.pop("district", JAIPUR), None, frozenset({"oxygen"}), passed=frozenset(passed))
    due = {"contact_due_at": LATE, "outcome_due_at": EARLY}
    return Standing(ask, "critical", **{**due, **fields})


A, B, C, KAVITA = person(1), person(2, load=1), person(3, load=2), person(9, Role.LEAD)
FULL_LEAD = person(8, Role.LEAD, load=5)


@pytest.mark.parametrize(
    ("now_standing", "there", "name", "suggested", "desk"),
    [
        # Nobody took it: another volunteer, never the one who let it pass, then the lead, then the state desk.
        (standing(1), [A, B, KAVITA], "volunteer", 2, ""),
        (standing(1, 2, others=1), [A, B, C, KAVITA], "lead", 9, LEAD),
        (standing(1, 2, 9, others=1, desk=LEAD), [A, B, C, KAVITA], "state_desk", None, STATE),
        # Nobody is on duty at a step: the next one at once.
        (standing(1), [A, KAVITA], "lead", 9, LEAD),
        (standing(1), [A], "state_desk", None, STATE),
        (standing(1), [], "state_desk", None, STATE),
        (standing(1), [A, FULL_LEAD], "state_desk", None, STATE),
        (standing(1), [A, person(7, Role.LEAD, district=KOTA)], "state_desk", None, STATE),
        (standing(1), [A, person(5, Role.PHONE_DESK)], "state_desk", None, STATE),
        (standing(9), [KAVITA], "state_desk", None, STATE),
        (standing(district=None), [], "state_desk", None, STATE),
        # Somebody holds it and has not even tried: the lead is told, full or not, and nothing is taken away.
        (standing(holder=1), [A, B, KAVITA], "lead", None, LEAD),
        (standing(holder=1), [A, FULL_LEAD], "lead", None, LEAD),
        (standing(holder=1), [A, B], "state_desk", None, STATE),
        (standing(holder=9), [KAVITA], "state_desk", None, STATE),
        (standing(holder=1, desk=LEAD), [A, KAVITA], "state_desk", None, STATE),
        # The outcome is overdue: the lead is told once.
        (standing(holder=1, is_contacted=True, outcome_due_at=LATE), [A, KAVITA], "lead", None, LEAD),
        (standing(holder=1, has_tried=True, outcome_due_at=LATE), [A], "state_desk", None, STATE),
    ],
)
def test_step(now_standing, there, name, suggested, desk):
    step = watch(now_standing, there, NOW).step
    assert (step.name, step.suggested, step.desk) == (name, suggested, desk)


@pytest.mark.parametrize(
    ("now_standing", "again"),
    [
        (standing(contact_due_at=EARLY), EARLY),
        (standing(holder=1, contact_due_at=EARLY), EARLY),
        (standing(holder=1, has_tried=True), EARLY),
        (standing(holder=1, is_contacted=True), EARLY),
        (standing(desk=STATE), None),
        (standing(holder=1, desk=STATE), None),
        (standing(holder=1, desk=LEAD, is_contacted=True, outcome_due_at=LATE), None),
    ],
)
def test_no_step_and_when_to_look_again(now_standing, again):
    watched = watch(now_standing, [A, B, KAVITA], NOW)
    assert (watched.step, watched.again) == (None, again)


@pytest.mark.parametrize(
    ("now_standing", "there", "again"),
    [
        (standing(1), [A, B], NOW + GAP),
        (standing(1), [A, KAVITA], NOW + GAP),
        (standing(1), [A], None),
        (standing(holder=1), [A, KAVITA], NOW + GAP),
        (standing(holder=1, is_contacted=True, outcome_due_at=LATE), [A, KAVITA], None),
    ],
)
def test_each_step_has_its_time_and_the_state_desk_is_the_last(now_standing, there, again):
    assert watch(now_standing, there, NOW).again == again


@pytest.mark.parametrize(
    ("now_standing", "there", "name", "suggested"),
    [
        (standing(1, contact_due_at=EARLY), [A, B, KAVITA], "lead", 9),
        (standing(1, contact_due_at=EARLY), [A, B], "state_desk", None),
        (standing(1, 9, desk=LEAD), [A, B, KAVITA], "state_desk", None),
        (standing(holder=1, is_contacted=True), [A, B, KAVITA], "lead", None),
    ],
)
def test_a_person_takes_it_to_the_next_desk_at_once(now_standing, there, name, suggested):
    step = one_up(now_standing, there, NOW).step
    assert (step.name, step.suggested, step.reason) == (name, suggested, "asked")


def test_nothing_is_above_the_state_desk():
    assert one_up(standing(desk=STATE), [A, KAVITA], NOW).step is None


@pytest.mark.parametrize(
    ("one", "other", "up"), [("", LEAD, LEAD), (STATE, LEAD, STATE), (LEAD, "", LEAD), ("", "", "")]
)
def test_higher_desk(one, other, up):
    assert higher(one, other) == up


def asked(**fields) -> Ask:
    return Ask(JAIPUR, fields.pop("block", None), frozenset(), **fields)


@pytest.mark.parametrize(
    ("ask", "there", "suggested"),
    [
        # Who knows the case comes before who has less to do, but after who works in the block.
        (asked(known_by=frozenset({3})), [A, B, C], 3),
        (asked(known_by=frozenset({1}), passed=frozenset({1})), [A, B, C], 2),
        (asked(known_by=frozenset({4})), [A, person(4, load=5)], 1),
        (
            asked(known_by=frozenset({1}), block=SANGANER),
            [
                Person(
                    1, Role.VOLUNTEER, frozenset({JAIPUR}), frozenset({12}), frozenset(), capacity=5, load=0
                ),
                B,
            ],
            2,
        ),
        (asked(passed=frozenset({1, 2, 3})), [A, B, C, KAVITA], 9),
        (asked(passed=frozenset({1, 9})), [A, KAVITA], None),
    ],
)
def test_routing_remembers_who_knows_it_and_who_let_it_pass(ask, there, suggested):
    assert route(ask, there).suggested == suggested
