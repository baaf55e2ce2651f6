"""The clock at work on rows: what nobody takes goes further, what is overdue stands higher, what is silent is asked for."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from districts.models import Role
from requests_app import policy, watching
from requests_app.models import Event, HelpRequest, Lost, NotAllowed
from requests_app.states import Attention, CallOutcome, EventKind, Outcome, RequestState, Urgency
from requests_app.sweeping import sweep
from tests.factories import a_district, a_request, a_volunteer

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIRST = NOON + timedelta(minutes=policy.POLICY["first_contact"]["critical"])
GAP = policy.escalation_gap(Urgency.CRITICAL)
SILENCE = timedelta(hours=policy.POLICY["recontact"]["after_hours"])


def a_plea(district: str | None = "Jaipur", **fields) -> HelpRequest:
    return a_request(district, **{"now": NOON, "urgency": Urgency.CRITICAL, **fields})


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)


def steps(request: HelpRequest) -> list[tuple[str, int | None]]:
    lines = Event.objects.filter(request=request, kind=EventKind.ESCALATED)
    return [(line.data["step"], line.data["to"]) for line in lines]


# --- Steps --------------------------------------------------------------------------------------------------------


def test_what_nobody_takes_goes_to_another_volunteer_then_the_lead_then_the_state_desk():
    asha, ravi, kavita = a_volunteer("asha"), a_volunteer("ravi"), a_volunteer("kavita", role=Role.LEAD)
    request = a_plea(suggested=asha)
    watching.escalate_due(FIRST - timedelta(seconds=1))
    assert steps(request) == []
    watching.escalate_due(FIRST)
    watching.escalate_due(FIRST + GAP - timedelta(seconds=1))
    assert (steps(request), fresh(request).suggested) == ([("volunteer", ravi.pk)], ravi)
    watching.escalate_due(FIRST + GAP)
    assert (fresh(request).escalated_to, fresh(request).suggested) == (Role.LEAD, kavita)
    watching.escalate_due(FIRST + 2 * GAP)
    watching.escalate_due(FIRST + 9 * GAP)
    assert steps(request) == [("volunteer", ravi.pk), ("lead", kavita.pk), ("state_desk", None)]
    assert (fresh(request).escalated_to, fresh(request).escalate_at) == (Role.STATE_DESK, None)


def test_with_nobody_else_on_duty_it_is_with_the_state_desk_at_once():
    request = a_plea(suggested=a_volunteer("asha"))
    a_volunteer("kavita", role=Role.LEAD, on_duty=False)
    watching.escalate_due(FIRST)
    assert steps(request) == [("state_desk", None)]


def test_what_waits_for_review_goes_further_too():
    request = a_plea(state=RequestState.REVIEW)
    watching.escalate_due(FIRST)
    assert steps(request) == [("state_desk", None)]


def test_who_sits_on_it_keeps_it_and_the_lead_is_told():
    asha, _kavita = a_volunteer("asha"), a_volunteer("kavita", role=Role.LEAD)
    request = a_plea()
    request.claim(asha, FIRST - timedelta(minutes=1))
    watching.escalate_due(FIRST)
    assert steps(request) == [], "a new holder has one step's time"
    watching.escalate_due(FIRST - timedelta(minutes=1) + GAP)
    assert steps(request) == [("lead", None)]
    assert (fresh(request).holder, fresh(request).escalated_to) == (asha, Role.LEAD)


def test_who_has_tried_to_call_is_left_alone_until_the_outcome_is_overdue():
    asha, _kavita = a_volunteer("asha"), a_volunteer("kavita", role=Role.LEAD)
    request = a_plea()
    request.claim(asha, NOON)
    request.record_call(CallOutcome.NO_ANSWER, asha, NOON)
    watching.escalate_due(FIRST + GAP)
    assert (steps(request), fresh(request).escalate_at) == ([], request.outcome_due_at)
    watching.escalate_due(request.outcome_due_at)
    watching.escalate_due(request.outcome_due_at + 9 * GAP)
    assert steps(request) == [("lead", None)]


def test_talking_brings_it_back_from_the_desk():
    asha = a_volunteer("asha")
    request = a_plea(suggested=asha)
    watching.escalate_due(FIRST)
    assert fresh(request).escalated_to == Role.STATE_DESK
    held = fresh(request)
    held.claim(asha, FIRST)
    held.record_call(CallOutcome.TALKED, asha, FIRST)
    assert (fresh(request).escalated_to, fresh(request).escalate_at) == ("", request.outcome_due_at)


def test_a_person_takes_it_further_by_a_press_and_not_above_the_state_desk():
    asha, kavita = a_volunteer("asha"), a_volunteer("kavita", role=Role.LEAD)
    request = a_plea(suggested=asha)
    request.escalate(asha, NOON, note="a whole family")
    assert (fresh(request).escalated_to, fresh(request).suggested) == (Role.LEAD, kavita)
    fresh(request).escalate(kavita, NOON)
    assert fresh(request).escalated_to == Role.STATE_DESK
    with pytest.raises(NotAllowed):
        fresh(request).escalate(kavita, NOON)
    assert Event.objects.filter(request=request, kind=EventKind.ESCALATED).first().note == "a whole family"


def test_double_press_is_one_step():
    asha = a_volunteer("asha")
    a_volunteer("kavita", role=Role.LEAD)
    request = a_plea(suggested=asha)
    twice = fresh(request)
    request.escalate(asha, NOON)
    with pytest.raises(Lost):
        twice.escalate(asha, NOON)
    assert fresh(request).escalated_to == Role.LEAD


def test_what_was_claimed_meanwhile_is_not_given_to_another():
    asha = a_volunteer("asha")
    a_volunteer("ravi")
    seen_by_the_sweeper = a_plea()
    fresh(seen_by_the_sweeper).claim(asha, FIRST)
    with pytest.raises(Lost):
        seen_by_the_sweeper.escalate(None, FIRST)
    assert (fresh(seen_by_the_sweeper).holder, fresh(seen_by_the_sweeper).suggested) == (asha, None)


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_make_each_step_once(gazetteer):
    people = [a_volunteer(f"person{number}") for number in range(3)]
    requests = [a_plea(suggested=people[0]) for _number in range(20)]
    barrier = Barrier(2)

    def sweep_all() -> None:
        barrier.wait()
        try:
            watching.rank_broken_promises(FIRST)
            watching.escalate_due(FIRST)
            watching.ask_again(NOON + SILENCE)
        finally:
            connection.close()

    threads = [Thread(target=sweep_all) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(steps(request)) for request in requests] == [1] * 20
    assert Event.objects.filter(kind=EventKind.ATTENTION).count() == 20


# --- Suggested again ---------------------------------------------------------------------------------------------


def test_given_back_it_goes_to_somebody_else_at_once():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_plea()
    request.claim(asha, NOON)
    request.release(asha, NOON)
    assert fresh(request).suggested == ravi


def test_given_back_with_nobody_else_there_it_goes_to_the_lead_or_the_state_desk():
    asha, request = a_volunteer("asha"), a_plea()
    request.claim(asha, NOON)
    request.release(asha, NOON)
    assert (fresh(request).suggested, fresh(request).escalated_to) == (None, Role.STATE_DESK)
    kavita, other = a_volunteer("kavita", role=Role.LEAD), a_plea()
    other.claim(asha, NOON)
    other.release(asha, NOON)
    assert (fresh(other).suggested, fresh(other).escalated_to) == (kavita, Role.LEAD)


def test_ended_lease_suggests_who_knows_the_case_and_not_who_let_it_end():
    asha, _ravi, meena = a_volunteer("asha"), a_volunteer("ravi"), a_volunteer("meena")
    a_plea(suggested=meena)
    request = a_plea()
    request.claim(meena, NOON)
    request.record_call(CallOutcome.TALKED, meena, NOON)
    request.hand_over(asha, meena, NOON)
    request.end_lease(NOON + policy.CLAIM_LEASE)
    assert fresh(request).suggested == meena


def test_what_came_to_the_lead_does_not_sink_before_somebody_has_talked():
    asha = a_volunteer("asha")
    a_volunteer("ravi")
    request = a_plea(escalated_to=Role.LEAD)
    request.claim(asha, NOON)
    request.end_lease(NOON + policy.CLAIM_LEASE)
    assert fresh(request).escalated_to == Role.LEAD


def test_place_in_another_district_is_suggested_there():
    imran, request = a_volunteer("imran", "Kota"), a_plea(suggested=a_volunteer("asha"))
    request.set_place(a_district("Kota"), None, a_volunteer(role=Role.STATE_DESK), NOON)
    assert (fresh(request).suggested, fresh(request).escalated_to) == (imran, "")


def test_outside_the_state_is_with_the_state_desk():
    request = a_plea(suggested=a_volunteer("asha"))
    request.set_outside(a_volunteer(role=Role.STATE_DESK), NOON)
    assert (fresh(request).suggested, fresh(request).escalated_to) == (None, Role.STATE_DESK)
    assert request in HelpRequest.objects.outside()


def test_reopened_it_is_suggested_anew_with_what_its_closing_had_ended():
    asha, later = a_volunteer("asha"), NOON + timedelta(days=2)
    request = a_plea(needs=("oxygen",))
    request.resolve(Outcome.HELPED, asha, NOON)
    assert [need.state for need in request.needs.all()] == ["met"]
    fresh(request).reopen(None, later)
    again = fresh(request)
    assert (again.suggested, again.waiting_since) == (asha, later)
    assert [need.state for need in again.needs.all()] == ["open"]
    assert again.outcome_due_at == policy.outcome_due(later, again.urgency)


# --- Rank ----------------------------------------------------------------------------------------------------------


def test_broken_promise_moves_it_up_once():
    request = a_plea()
    assert watching.rank_broken_promises(FIRST - timedelta(seconds=1)) == 0
    assert (watching.rank_broken_promises(FIRST), watching.rank_broken_promises(FIRST)) == (1, 0)
    moved = fresh(request)
    assert moved.rank_at == policy.rank_at(NOON, Urgency.CRITICAL, is_broken=True)
    assert moved.promise_at == moved.outcome_due_at


def test_kept_promise_moves_nothing_but_the_outcome_is_still_owed():
    asha, request = a_volunteer(), a_plea()
    request.claim(asha, NOON)
    request.record_call(CallOutcome.TALKED, asha, NOON)
    assert watching.rank_broken_promises(FIRST) == 0
    assert watching.rank_broken_promises(request.outcome_due_at) == 1
    assert fresh(request).rank_at == policy.rank_at(NOON, Urgency.CRITICAL, is_broken=True)


def test_said_to_have_died_stands_at_the_end_and_is_still_shown():
    died, solved, waits = a_plea(), a_plea(), a_plea(now=NOON + timedelta(hours=9), urgency=Urgency.NORMAL)
    died.set_attention(Attention.SAID_DIED, None, NOON)
    solved.set_attention(Attention.SAID_SOLVED, None, NOON)
    assert list(HelpRequest.objects.queued().ranked()) == [waits, solved, died]


def test_urgency_set_by_a_person_sets_every_clock():
    request = a_plea(urgency=Urgency.NORMAL)
    request.set_urgency(Urgency.CRITICAL, a_volunteer(), NOON + timedelta(minutes=5))
    now = fresh(request)
    assert now.contact_due_at == now.escalate_at == now.promise_at == FIRST
    assert now.outcome_due_at == policy.outcome_due(NOON, Urgency.CRITICAL)
    assert now.rank_at == policy.rank_at(NOON, Urgency.CRITICAL)


# --- Is help still needed? -----------------------------------------------------------------------------------------


def test_long_silence_asks_again_once():
    request = a_plea()
    watching.ask_again(NOON + SILENCE - timedelta(seconds=1))
    assert fresh(request).attention == Attention.NONE
    assert (watching.ask_again(NOON + SILENCE), watching.ask_again(NOON + SILENCE)) == (1, 0)
    assert list(HelpRequest.objects.to_ask_again()) == [request]
    assert fresh(request).rank_at == policy.rank_at(
        NOON, Urgency.CRITICAL, is_broken=True, attention=Attention.STALE
    )


def test_talk_puts_the_question_off():
    asha, request = a_volunteer(), a_plea()
    request.claim(asha, NOON)
    request.record_call(CallOutcome.TALKED, asha, NOON + timedelta(hours=5))
    assert watching.ask_again(NOON + SILENCE) == 0
    assert watching.ask_again(NOON + timedelta(hours=5) + SILENCE) == 1


def test_still_needed_takes_the_mark_away_and_asks_later():
    request, later = a_plea(), NOON + SILENCE
    watching.ask_again(later)
    fresh(request).still_needed(a_volunteer(), later)
    assert (fresh(request).attention, fresh(request).recontact_at) == ("", later + SILENCE)
    assert watching.ask_again(later + SILENCE) == 1


def test_a_mark_that_says_more_is_not_written_over():
    request = a_plea(None, attention=Attention.PLACE_UNKNOWN)
    watching.ask_again(NOON + SILENCE)
    assert fresh(request).attention == Attention.PLACE_UNKNOWN


def test_one_sweep_does_all_of_it():
    asha = a_volunteer("asha")
    a_plea(suggested=asha)
    left_lying = a_plea(now=NOON - timedelta(hours=1))
    left_lying.claim(asha, NOON - timedelta(hours=1))
    swept = sweep(NOON + SILENCE, lambda: True)
    assert (swept.returned, swept.escalated, swept.asked_again) == (1, 1, 2)
    assert list(HelpRequest.objects.values_list("promise_at", flat=True)) == [None, None]
