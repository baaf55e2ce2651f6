"""The road of a case on the pages: taken further, given back, helped in part, asked for again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from districts.models import Role
from requests_app import policy
from requests_app.models import Event, HelpRequest
from requests_app.states import Attention, EventKind, NeedState, Outcome, RequestState
from tests.factories import a_request, a_volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def act(client: Client, request: HelpRequest, name: str, htmx: str = "", **data) -> str:
    """Press a button; return the page or fragment that follows."""
    headers = {"HX-Request": "true", "HX-Target": htmx} if htmx else {}
    answer = client.post(f"/requests/{request.code}/{name}/", data, headers=headers, follow=True)
    return answer.content.decode()


def see(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)


# --- Taken further ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", ["", "case"])
def test_escalate_press_brings_it_before_the_lead_with_the_note(htmx):
    asha, kavita = a_volunteer("asha"), a_volunteer("kavita", role=Role.LEAD)
    request = a_request()
    page = act(logged_in(asha), request, "escalate", htmx, note="a whole ward")
    assert f"{request.code} is before the district lead now" in page
    assert "escalated to district lead" in page
    assert "to the district lead (Kavita)" in page and "a whole ward" in page
    assert request.code in see(logged_in(kavita), "/queue/?state=escalated")


def test_escalated_to_the_state_desk_it_is_on_that_desks_tab_and_no_higher():
    asha, desk = a_volunteer("asha"), a_volunteer("desk", role=Role.STATE_DESK)
    request = a_request()
    act(logged_in(asha), request, "escalate")
    assert request.code in see(logged_in(desk), "/queue/?state=escalated")
    assert "The state desk has" in act(logged_in(asha), request, "escalate")
    assert Event.objects.filter(kind=EventKind.ESCALATED).count() == 1
    assert 'id="escalate"' not in see(logged_in(asha), f"/requests/{request.code}/")


def test_each_desk_sees_its_own_on_the_tab():
    kavita, desk = a_volunteer("kavita", role=Role.LEAD), a_volunteer("desk", role=Role.STATE_DESK)
    leads_own, states_own = a_request(escalated_to="lead"), a_request(escalated_to="state_desk")
    lead_page, desk_page = (see(logged_in(one), "/queue/?state=escalated") for one in (kavita, desk))
    assert leads_own.code in lead_page and states_own.code not in lead_page
    assert states_own.code in desk_page and leads_own.code not in desk_page
    monitor_page = see(logged_in(a_volunteer(role=Role.MONITOR)), "/queue/?state=escalated")
    assert leads_own.code in monitor_page and states_own.code in monitor_page


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        (Role.VOLUNTEER, (False, False)),
        (Role.PHONE_DESK, (False, False)),
        (Role.LEAD, (True, False)),
        (Role.STATE_DESK, (True, True)),
        (Role.MONITOR, (True, True)),
    ],
)
def test_tabs_fit_the_role(role, tabs):
    page = see(logged_in(a_volunteer(role=role)), "/queue/")
    assert ("state=escalated" in page, "state=outside" in page) == tabs
    assert "state=ask_again" in page


# --- Given back ---------------------------------------------------------------------------------------------------


def test_off_duty_press_asks_who_goes_on_and_then_returns_what_is_held_and_says_how_many():
    asha = a_volunteer("asha")
    requests = [a_request(), a_request()]
    for request in requests:
        request.claim(asha, timezone.now())
    client = logged_in(asha)
    assert client.post("/duty/", {"on": "0"}).headers["Location"] == "/handover/"
    assert [fresh(request).state for request in requests] == [RequestState.CLAIMED] * 2
    client.post("/handover/")
    assert "2 are back in the queue" in see(client, "/queue/")
    assert [fresh(request).state for request in requests] == [RequestState.QUEUED] * 2


def test_off_duty_press_with_nothing_in_hand_says_so():
    client = logged_in(a_volunteer())
    client.post("/duty/", {"on": "0"})
    assert "You held nothing" in see(client, "/queue/")


def test_opening_the_page_lengthens_the_holders_lease():
    asha, request = a_volunteer("asha"), a_request()
    request.claim(asha, timezone.now() - timedelta(minutes=30))
    before = fresh(request).lease_until
    see(logged_in(a_volunteer("ravi")), f"/requests/{request.code}/")
    assert fresh(request).lease_until == before
    see(logged_in(asha), f"/requests/{request.code}/")
    assert fresh(request).lease_until > before + timedelta(minutes=29)


def test_who_claims_too_late_by_htmx_is_told_who_won():
    asha, ravi, request = a_volunteer("asha"), a_volunteer("ravi"), a_request()
    request.claim(asha, timezone.now())
    assert "Asha took this a moment ago" in act(logged_in(ravi), request, "claim", "case")


# --- Helped in part -----------------------------------------------------------------------------------------------


def test_partly_helped_goes_on_in_the_queue_with_what_is_missing():
    asha, request = a_volunteer("asha"), a_request(needs=("oxygen", "beds"))
    request.claim(asha, timezone.now())
    page = act(
        logged_in(asha), request, "resolve", outcome="partly_helped", met="oxygen", note="cylinder came"
    )
    assert "goes on in the queue with what is still missing" in page
    assert "still missing Beds" in page
    now = fresh(request)
    assert (now.state, now.holder, now.outcome) == (RequestState.QUEUED, None, "")
    assert dict(now.needs.values_list("kind", "state")) == {"oxygen": "met", "beds": "open"}


def test_partly_helped_without_a_word_what_was_met_changes_nothing():
    asha, request = a_volunteer("asha"), a_request(needs=("oxygen", "beds"))
    request.claim(asha, timezone.now())
    page = act(logged_in(asha), request, "resolve", outcome="partly_helped")
    assert "tick what was met" in page
    assert fresh(request).state == RequestState.CLAIMED


def test_partly_helped_with_nothing_left_closes():
    asha, request = a_volunteer("asha"), a_request(needs=("oxygen",))
    request.set_need("oxygen", NeedState.MET, asha, timezone.now())
    request.resolve(Outcome.PARTLY_HELPED, asha, timezone.now())
    assert fresh(request).state == RequestState.CLOSED


def test_partly_helped_of_one_that_nobody_holds_stays_where_it_is():
    asha, request = a_volunteer("asha"), a_request(needs=("oxygen", "beds"))
    request.resolve(Outcome.PARTLY_HELPED, asha, timezone.now(), met=["beds"])
    assert fresh(request).state == RequestState.QUEUED
    assert dict(request.needs.values_list("kind", "state")) == {"oxygen": "open", "beds": "met"}


def test_helped_does_not_hide_a_need_that_is_known_to_be_open():
    asha, request = a_volunteer("asha"), a_request(needs=("oxygen", "beds"))
    client = logged_in(asha)
    act(client, request, "need", kind="oxygen", state="met")
    assert "Some needs are still open" in act(client, request, "resolve", outcome="helped")
    assert fresh(request).is_open
    act(client, request, "resolve", outcome="helped", met="beds")
    assert fresh(request).state == RequestState.CLOSED


def test_closed_without_help_the_card_says_what_was_not_met():
    asha, request = a_volunteer("asha"), a_request(needs=("oxygen",))
    request.resolve(Outcome.COULD_NOT_REACH, asha, timezone.now())
    assert "not met" in see(logged_in(asha), "/queue/?state=closed")


def test_handed_on_outside_the_state_needs_to_whom():
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    request = a_request(None, attention=Attention.OUTSIDE)
    client = logged_in(desk)
    assert request.code in see(client, "/queue/?state=outside")
    assert "to whom it was handed on" in act(client, request, "resolve", outcome="out_of_state")
    assert fresh(request).is_open
    act(client, request, "resolve", outcome="out_of_state", note="Delhi control room, Mr. Rao")
    assert fresh(request).outcome == Outcome.OUT_OF_STATE
    assert Event.objects.get(kind=EventKind.CLOSED).note == "Delhi control room, Mr. Rao"


# --- Is help still needed? ----------------------------------------------------------------------------------------


def a_silent_one(**fields) -> HelpRequest:
    request = a_request(now=timezone.now() - timedelta(days=2), **fields)
    request.go_stale(timezone.now())
    return request


def test_silent_one_is_on_the_tab_and_one_press_says_still_needed():
    asha, request = a_volunteer("asha"), a_silent_one()
    client = logged_in(asha)
    assert request.code in see(client, "/queue/?state=ask_again")
    page = act(client, request, "still_needed", f"card-{request.code}")
    assert "help is still needed" in page
    assert request.code not in see(client, "/queue/?state=ask_again")
    assert fresh(request).recontact_at > timezone.now() + timedelta(
        hours=policy.POLICY["recontact"]["after_hours"] - 1
    )


def test_one_press_says_no_longer_needed():
    asha, request = a_volunteer("asha"), a_silent_one()
    act(logged_in(asha), request, "resolve", f"card-{request.code}", outcome="not_needed")
    assert (fresh(request).outcome, fresh(request).needs.get().state) == ("not_needed", NeedState.VOID)


def test_holder_finds_it_in_mine_and_others_do_not_answer_for_them():
    asha, ravi, request = a_volunteer("asha"), a_volunteer("ravi"), a_silent_one()
    request.claim(asha, timezone.now())
    assert "Ask again: is help still needed?" in see(logged_in(asha), "/mine/")
    assert "still_needed" not in see(logged_in(ravi), "/queue/?state=ask_again")
    assert "Asha took this" in act(logged_in(ravi), request, "still_needed")
    assert fresh(request).attention == Attention.STALE


def test_clocks_are_told_in_words():
    now = timezone.now()
    request = a_request(urgency="critical", now=now)
    late = a_request(urgency="critical", now=now - timedelta(days=1))
    page = see(logged_in(a_volunteer()), "/queue/?state=open")
    assert "first call due in" in page
    assert "first call overdue by" in page and "outcome overdue by" in page
    assert request.code in page and late.code in page


def test_those_said_to_have_died_are_a_group_of_their_own_at_the_end():
    died = [a_request(urgency="critical"), a_request(urgency="critical")]
    for request in died:
        request.set_attention(Attention.SAID_DIED, None, timezone.now())
    waits = a_request()
    page = see(logged_in(a_volunteer()), "/queue/")
    head = page.index("Said to have died: to be confirmed, gently")
    assert page.count("Said to have died: to be confirmed, gently") == 1
    assert page.index(f"card-{waits.code}") < head < page.index(f"card-{died[0].code}")
