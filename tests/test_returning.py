"""What a person holds who goes: back to the queue, before somebody else, with a line of history."""

from datetime import UTC, datetime, timedelta

import pytest

from districts.models import Role, Volunteer
from requests_app import policy, returning
from requests_app.models import Event, HelpRequest
from requests_app.states import CallOutcome, EventKind, RequestState
from tests.factories import a_district, a_request, a_volunteer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)


def held_by(person: Volunteer, district: str | None = "Jaipur", **fields) -> HelpRequest:
    request = a_request(district, now=NOON, **fields)
    request.claim(person, NOON)
    return request


def went_back(request: HelpRequest) -> list[str]:
    lines = Event.objects.filter(request=request, kind=EventKind.RETURNED)
    return [line.data["why"] for line in lines]


def test_who_goes_off_duty_leaves_all_that_they_held_to_another():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    requests = [held_by(asha), held_by(asha)]
    assert returning.give_back_all(asha, NOON, by=asha) == 2
    assert [(fresh(one).state, fresh(one).holder, fresh(one).suggested) for one in requests] == [
        (RequestState.QUEUED, None, ravi)
    ] * 2
    assert [went_back(one) for one in requests] == [["off_duty"]] * 2


def test_what_was_suggested_to_who_goes_off_duty_is_suggested_to_another():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request(now=NOON, suggested=asha)
    asha.go_off_duty(NOON)
    returning.give_back_all(asha, NOON)
    assert fresh(request).suggested == ravi


def test_waiting_one_goes_back_too_and_the_planned_try_stays_in_the_history():
    asha = a_volunteer("asha")
    request = held_by(asha)
    request.record_call(CallOutcome.NO_ANSWER, asha, NOON)
    returning.give_back_all(asha, NOON)
    assert (fresh(request).state, fresh(request).wait_until) == (RequestState.QUEUED, None)
    line = Event.objects.get(request=request, kind=EventKind.RETURNED)
    assert (line.data["tries"], line.data["again"]) == (1, (NOON + timedelta(minutes=10)).isoformat())


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"role": Role.MONITOR},
        {"role": Role.DOCTOR},
    ],
)
def test_who_cannot_work_on_it_any_more_loses_it_at_the_next_sweep(change):
    asha = a_volunteer("asha")
    request = held_by(asha)
    assert returning.sweep(NOON) == 0
    Volunteer.objects.filter(pk=asha.pk).update(**change)
    returning.sweep(NOON)
    assert (fresh(request).state, went_back(request)) == (RequestState.QUEUED, ["cannot_work"])


def test_district_taken_away_takes_its_requests_along():
    asha = a_volunteer("asha", "Jaipur", "Kota")
    here, there = held_by(asha), held_by(asha, "Kota")
    asha.districts.remove(a_district("Kota"))
    returning.sweep(NOON)
    assert (fresh(here).holder, fresh(there).holder) == (asha, None)


def test_state_desk_holds_what_has_no_district_and_may_be_off_duty():
    desk = a_volunteer("desk", role=Role.STATE_DESK, on_duty=False)
    request = held_by(desk, None)
    returning.sweep(NOON)
    assert fresh(request).holder == desk


def test_sweep_gives_to_somebody_what_nobody_was_given():
    request = a_request(now=NOON)
    asha = a_volunteer("asha")
    assert (returning.sweep(NOON), returning.sweep(NOON)) == (1, 0)
    assert fresh(request).suggested == asha


@pytest.mark.parametrize("change", [{"is_on_duty": False}, {"is_active": False}, {"role": Role.ADMIN}])
def test_suggestion_to_somebody_who_is_gone_is_made_anew(change):
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request(now=NOON, suggested=asha)
    Volunteer.objects.filter(pk=asha.pk).update(**change)
    returning.sweep(NOON)
    assert fresh(request).suggested == ravi


def test_reading_the_page_keeps_it_but_not_for_ever():
    asha = a_volunteer("asha")
    request = held_by(asha)
    last = NOON + policy.READING_LEASE
    request.keep_by_reading(asha, NOON + timedelta(minutes=30))
    assert fresh(request).lease_until == NOON + timedelta(minutes=30) + policy.CLAIM_LEASE
    fresh(request).keep_by_reading(asha, NOON + timedelta(minutes=70))
    fresh(request).keep_by_reading(asha, NOON + timedelta(minutes=110))
    assert fresh(request).lease_until == last
    fresh(request).keep_by_reading(asha, last)
    fresh(request).end_lease(last)
    assert fresh(request).state == RequestState.QUEUED


def test_others_who_read_it_do_not_keep_it():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = held_by(asha)
    request.keep_by_reading(ravi, NOON + timedelta(minutes=30))
    assert fresh(request).lease_until == NOON + policy.CLAIM_LEASE


def test_handed_over_with_a_note_the_next_one_has_a_whole_lease():
    asha, ravi, later = a_volunteer("asha"), a_volunteer("ravi"), NOON + timedelta(minutes=40)
    request = held_by(asha)
    request.hand_over(ravi, asha, later, note="the son speaks Marwari")
    assert (fresh(request).holder, fresh(request).lease_until) == (ravi, later + policy.CLAIM_LEASE)
    line = Event.objects.get(request=request, kind=EventKind.HANDED_OVER)
    assert (line.by, line.data["to"], line.note) == (asha, ravi.pk, "the son speaks Marwari")
