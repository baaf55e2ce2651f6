"""The moves of a request: who may make them, who wins, what is written down."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from districts.models import Role
from requests_app import policy
from requests_app.models import Event, HelpRequest, Lost, Need, NotAllowed
from requests_app.states import (
    ENDED,
    NEXT,
    Attention,
    CallOutcome,
    EventKind,
    NeedState,
    Outcome,
    RequestState,
)
from tests.factories import a_district, a_request, a_volunteer

pytestmark = pytest.mark.django_db


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)


def test_claimed_request_shows_its_holder_and_its_history():
    asha, request, now = a_volunteer("asha"), a_request(), timezone.now()
    request.claim(asha, now)
    assert (fresh(request).state, fresh(request).holder) == (RequestState.CLAIMED, asha)
    assert fresh(request).lease_until == now + policy.CLAIM_LEASE
    event = Event.objects.get(request=request)
    assert (event.kind, event.by, event.at) == (EventKind.CLAIMED, asha, now)


def test_second_volunteer_is_told_who_took_it():
    asha, ravi, now = a_volunteer("asha"), a_volunteer("ravi"), timezone.now()
    seen_by_ravi = a_request()
    fresh(seen_by_ravi).claim(asha, now)
    with pytest.raises(Lost) as lost:
        seen_by_ravi.claim(ravi, now)
    assert lost.value.holder == asha
    assert fresh(seen_by_ravi).holder == asha
    assert Event.objects.filter(kind=EventKind.CLAIMED).count() == 1


def test_a_page_that_shows_the_new_state_is_told_too():
    asha, ravi, now = a_volunteer("asha"), a_volunteer("ravi"), timezone.now()
    request = a_request()
    request.claim(asha, now)
    with pytest.raises(Lost) as lost:
        fresh(request).claim(ravi, now)
    assert lost.value.holder == asha


@pytest.mark.parametrize("role", [Role.MONITOR, Role.ADMIN])
def test_those_who_watch_take_no_requests(role):
    with pytest.raises(NotAllowed):
        a_request().claim(a_volunteer(role=role), timezone.now())


def test_only_the_holder_hands_it_back():
    asha, ravi, now = a_volunteer("asha"), a_volunteer("ravi"), timezone.now()
    request = a_request()
    request.claim(asha, now)
    with pytest.raises(Lost):
        fresh(request).release(ravi, now)
    fresh(request).release(asha, now)
    assert (fresh(request).state, fresh(request).holder) == (RequestState.QUEUED, None)


@pytest.mark.parametrize(
    ("outcomes", "minutes"),
    [
        ([CallOutcome.NO_ANSWER], 10),
        ([CallOutcome.NO_ANSWER] * 2, 30),
        ([CallOutcome.NO_ANSWER] * 5, 120),
        ([CallOutcome.SWITCHED_OFF], 30),
        ([CallOutcome.NO_ANSWER, CallOutcome.TALKED, CallOutcome.NO_ANSWER], 10),
    ],
)
def test_fruitless_call_sets_the_next_try(outcomes, minutes):
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    for outcome in outcomes:
        request.record_call(outcome, asha, now)
    assert (fresh(request).state, fresh(request).holder) == (RequestState.WAITING, asha)
    assert fresh(request).wait_until == now + timedelta(minutes=minutes)


def test_talking_is_the_first_contact_and_is_counted_once():
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    request.record_call(CallOutcome.TALKED, asha, now)
    request.record_call(CallOutcome.TALKED, asha, now + timedelta(hours=1))
    assert fresh(request).first_contact_at == now
    assert fresh(request).state == RequestState.CLAIMED


def test_lease_ends_by_itself_but_not_before():
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    with pytest.raises(Lost):
        fresh(request).end_lease(now + policy.CLAIM_LEASE - timedelta(seconds=1))
    fresh(request).end_lease(now + policy.CLAIM_LEASE)
    assert (fresh(request).state, fresh(request).holder) == (RequestState.QUEUED, None)


def test_the_holders_act_lengthens_the_lease_and_others_notes_do_not():
    asha, ravi, now = a_volunteer("asha"), a_volunteer("ravi"), timezone.now()
    request = a_request()
    request.claim(asha, now)
    later = now + timedelta(minutes=20)
    fresh(request).note("ring the bell at the side door", ravi, later)
    assert fresh(request).lease_until == now + policy.CLAIM_LEASE
    fresh(request).note("talked to the ward", asha, later)
    assert fresh(request).lease_until == later + policy.CLAIM_LEASE


def test_waiting_one_keeps_its_holder_until_ten_minutes_after_its_time():
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    request.wait(now + timedelta(hours=1), asha, now)
    with pytest.raises(Lost):
        fresh(request).end_lease(now + timedelta(minutes=69))
    fresh(request).end_lease(now + timedelta(minutes=70))
    assert fresh(request).state == RequestState.QUEUED


@pytest.mark.parametrize("minutes", [0, -5, 8 * 24 * 60])
def test_waiting_needs_a_time_within_a_week(minutes):
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    with pytest.raises(NotAllowed):
        request.wait(now + timedelta(minutes=minutes), asha, now)


def test_closing_needs_an_outcome_and_frees_the_holder():
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    with pytest.raises(NotAllowed):
        request.resolve("", asha, now)
    request.resolve(Outcome.HELPED, asha, now)
    closed = fresh(request)
    assert (closed.state, closed.outcome, closed.holder, closed.closed_at) == ("closed", "helped", None, now)


def test_nobody_closes_what_another_holds():
    asha, ravi, now = a_volunteer("asha"), a_volunteer("ravi"), timezone.now()
    request = a_request()
    request.claim(asha, now)
    with pytest.raises(Lost):
        fresh(request).resolve(Outcome.HELPED, ravi, now)
    assert fresh(request).state == RequestState.CLAIMED


def test_reopened_request_waits_anew():
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.resolve(Outcome.COULD_NOT_REACH, asha, now)
    later = now + timedelta(days=1)
    fresh(request).reopen(asha, later)
    again = fresh(request)
    assert (again.state, again.outcome, again.closed_at) == (RequestState.QUEUED, "", None)
    assert again.contact_due_at == policy.first_contact_due(later, again.urgency)


def test_handed_over_request_goes_only_to_somebody_who_sees_it():
    asha, now = a_volunteer("asha"), timezone.now()
    ravi, stranger = a_volunteer("ravi"), a_volunteer("stranger", "Jodhpur")
    request = a_request()
    request.claim(asha, now)
    with pytest.raises(NotAllowed):
        request.hand_over(stranger, asha, now)
    request.hand_over(ravi, asha, now, note="she speaks Marwari")
    assert fresh(request).holder == ravi


def test_place_in_another_district_takes_it_from_its_holder_to_that_queue():
    asha, request, now = a_volunteer(), a_request(), timezone.now()
    request.claim(asha, now)
    request.set_place(a_district("Kota"), None, asha, now)
    moved = fresh(request)
    assert (moved.district.name_en, moved.state, moved.holder) == ("Kota", RequestState.QUEUED, None)
    assert not HelpRequest.objects.visible_to(asha).filter(pk=request.pk).exists()


def test_block_of_another_district_is_refused():
    kota_block = a_district("Kota").blocks.first()
    with pytest.raises(NotAllowed):
        a_request().set_place(a_district("Jaipur"), kota_block, a_volunteer(), timezone.now())


def test_unknown_place_is_off_the_list_once_it_is_set():
    request = a_request(None, attention=Attention.PLACE_UNKNOWN)
    assert request in HelpRequest.objects.without_place()
    request.set_place(a_district("Bundi"), None, a_volunteer(role=Role.STATE_DESK), timezone.now())
    assert fresh(request).attention == Attention.NONE
    assert request not in HelpRequest.objects.without_place()


def test_need_is_ticked_off_on_its_own():
    asha, request, now = a_volunteer(), a_request(needs=("oxygen", "beds")), timezone.now()
    request.set_need("oxygen", NeedState.MET, asha, now)
    assert dict(request.needs.values_list("kind", "state")) == {"oxygen": "met", "beds": "open"}


def test_merging_takes_posts_numbers_and_needs_along():
    asha, now = a_volunteer(), timezone.now()
    one, other = a_request(phone="+919829012345"), a_request(phone="+919829054321", needs=("beds",))
    one.merge_into(other, asha, now)
    assert (fresh(one).state, fresh(one).merged_into) == (RequestState.MERGED, other)
    assert {contact.phone for contact in other.contacts.all()} == {"+919829012345", "+919829054321"}
    assert set(other.needs.values_list("kind", flat=True)) == {"oxygen", "beds"}


def test_nothing_is_merged_into_a_closed_one_or_itself():
    asha, now, one, other = a_volunteer(), timezone.now(), a_request(), a_request()
    other.resolve(Outcome.HELPED, asha, now)
    for target in (other, one):
        with pytest.raises(NotAllowed):
            fresh(one).merge_into(target, asha, now)


@pytest.mark.parametrize("old", list(RequestState))
def test_every_state_has_its_line_in_the_table(old):
    assert NEXT[old] <= set(RequestState)
    assert (RequestState.CLAIMED in NEXT[old]) == (old in {"queued", "claimed", "waiting"})
    assert NEXT[old], "nothing is stuck for good: even a merging can be undone"
    assert not (set(ENDED) & {old}) or RequestState.CLAIMED not in NEXT[old]


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "claimed"},
        {"state": "closed"},
        {"state": "merged"},
        {"state": "lost"},
        {"outcome": "helped"},
    ],
)
def test_the_database_refuses_what_must_never_be(wrong):
    request = a_request()
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpRequest.objects.filter(pk=request.pk).update(**wrong)


def test_history_is_only_ever_added_to():
    request, now = a_request(), timezone.now()
    request.note("call the ward", a_volunteer(), now)
    event = Event.objects.get()
    for change in (
        lambda: Event.objects.update(kind="closed"),
        event.delete,
        lambda: Event.objects.update(at=now),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Event.objects.update(note="") == 1


def test_numbers_are_sealed_in_the_table():
    a_request(phone="+919829012345")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_phone, phone_hash, tail FROM requests_app_contact")
        row = cursor.fetchone()
    assert b"9829012345" not in bytes(row[0]) and "9829012345" not in row[1] and row[2] == "45"


def test_one_line_per_need():
    request = a_request()
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.create(request=request, kind="oxygen")
