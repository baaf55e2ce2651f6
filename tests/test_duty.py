"""Shifts, the roster's alarm, people and their accounts, handing over and pausing, through the pages."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from districts.models import AccountChange, Block, Role, Shift, Volunteer
from requests_app import staffing
from requests_app.handing_over import Wish, give_away
from requests_app.models import Event, HelpRequest, people_on_duty
from requests_app.states import EventKind, Outcome, RequestState
from tests.factories import a_district, a_request, a_volunteer

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
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def a_shift(person, begins: float, hours: float = 6) -> Shift:
    """From `begins` hours after now on."""
    start = timezone.now() + timedelta(hours=begins)
    return Shift.objects.create(volunteer=person, starts_at=start, ends_at=start + timedelta(hours=hours))


def tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def page(person, path: str) -> str:
    return logged_in(person).get(path, follow=True).content.decode()


def press(person, path: str, **data) -> str:
    return logged_in(person).post(path, data, follow=True).content.decode()


# --- Shifts --------------------------------------------------------------------------------------------------------


def test_own_shift_is_entered_seen_and_cancelled():
    asha = a_volunteer("asha")
    said = press(asha, "/shifts/", day=tomorrow(), begins="08:00", ends="14:00", every="0")
    assert "1 shift is on the plan" in said
    assert "08:00–14:00" in page(asha, "/shifts/")
    press(asha, f"/shifts/{Shift.objects.get().pk}/cancel/")
    assert not Shift.objects.exists()


def test_shift_over_midnight_ends_on_the_next_day_by_local_clocks():
    asha = a_volunteer("asha")
    press(asha, "/shifts/", day=tomorrow(), begins="22:00", ends="06:00", every="0")
    shift = Shift.objects.get()
    assert timezone.localtime(shift.starts_at).strftime("%H:%M") == "22:00"
    assert shift.ends_at - shift.starts_at == timedelta(hours=8)


def test_daily_shifts_leave_out_what_is_there_already():
    asha = a_volunteer("asha")
    press(asha, "/shifts/", day=tomorrow(), begins="08:00", ends="14:00", every="0")
    said = press(asha, "/shifts/", day=tomorrow(), begins="08:00", ends="14:00", every="1", days="5")
    assert Shift.objects.count() == 5
    assert "1 was left out" in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2020-01-01"},
        {"day": "2099-01-01"},
        {"day": "soon"},
        {"begins": "25:00"},
        {"begins": "06:00", "ends": "05:00"},
        {"days": "999", "every": "1"},
        {"every": "3"},
    ],
)
def test_wrong_shift_makes_none(wrong):
    fields = {"day": tomorrow(), "begins": "08:00", "ends": "14:00", "every": "0", "days": "1"} | wrong
    press(a_volunteer("asha"), "/shifts/", **fields)
    assert not Shift.objects.exists()


def test_lead_plans_for_people_of_own_districts_alone():
    lead = a_volunteer("kavita", role=Role.LEAD)
    mine, foreign = a_volunteer("asha"), a_volunteer("imran", "Kota")
    fields = {"day": tomorrow(), "begins": "08:00", "ends": "14:00", "every": "1", "days": "3"}
    press(lead, f"/people/{mine.pk}/shifts/", **fields)
    answer = logged_in(lead).post(f"/people/{foreign.pk}/shifts/", fields)
    assert answer.status_code == 404
    assert set(Shift.objects.values_list("volunteer", flat=True)) == {mine.pk}
    assert "Asha" in page(lead, "/shifts/?of=people")


def test_nobody_cancels_the_shift_of_a_colleague():
    shift = a_shift(a_volunteer("asha"), 5)
    answer = logged_in(a_volunteer("geeta")).post(f"/shifts/{shift.pk}/cancel/")
    assert answer.status_code == 404
    assert Shift.objects.exists()


def test_running_shift_that_is_cancelled_ends_now_and_stays_in_the_past():
    asha = a_volunteer("asha")
    shift = a_shift(asha, -2)
    press(asha, f"/shifts/{shift.pk}/cancel/")
    shift.refresh_from_db()
    assert shift.ends_at <= timezone.now()


def test_begun_shift_reminds_and_switches_nobody_on():
    asha = a_volunteer("asha", on_duty=False)
    a_shift(asha, -1)
    assert "go on duty." in page(asha, "/queue/")
    asha.refresh_from_db()
    assert not asha.is_on_duty
    assert people_on_duty(a_district().pk) == []


def test_ended_shift_asks_to_hand_over():
    asha = a_volunteer("asha", duty_changed_at=timezone.now() - timedelta(hours=8))
    a_shift(asha, -7)
    assert "hand over and rest" in page(asha, "/queue/")


# --- The roster ----------------------------------------------------------------------------------------------------


def alarmed(person) -> set[str]:
    lines = [alarm.line for alarm in staffing.alarms_for(person, timezone.now())]
    return {line.district.name_en if line.district else line.role for line in lines}


def test_uncovered_hours_of_own_districts_raise_the_leads_alarm():
    lead = a_volunteer("kavita", role=Role.LEAD, on_duty=False)
    assert alarmed(lead) == {"doctor", "phone_desk", "Jaipur"}
    a_shift(a_volunteer("asha"), -1, 13)
    a_shift(a_volunteer("geeta"), 11, 16)
    assert alarmed(lead) == {"doctor", "phone_desk"}
    assert "nobody from" in page(lead, "/queue/")


def test_shift_of_a_doctor_elsewhere_does_not_cover_a_leads_districts():
    lead = a_volunteer("kavita", role=Role.LEAD)
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    doctor = a_volunteer("neelam", "Kota", role=Role.DOCTOR)
    a_shift(doctor, -1, 15)
    a_shift(doctor, 13, 15)
    assert "doctor" in alarmed(lead)
    assert "doctor" not in alarmed(desk)


def test_closed_account_covers_nothing():
    lead = a_volunteer("kavita", role=Role.LEAD, on_duty=False)
    asha = a_volunteer("asha")
    a_shift(asha, -1, 30)
    asha.close()
    assert "Jaipur" in alarmed(lead)


def test_shift_that_runs_with_nobody_on_duty_is_told():
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    a_shift(a_volunteer("neelam", role=Role.DOCTOR, on_duty=False), -1, 30)
    deserted = [line.role for line in staffing.lines_for(desk, timezone.now()) if line.is_deserted]
    assert deserted == ["doctor"]
    assert "a shift runs, but nobody is on duty" in page(desk, "/roster/")
    assert "a shift runs, but nobody is on duty" in page(desk, "/monitor/")


def test_volunteer_is_not_alarmed_about_the_roster_on_the_queue():
    assert staffing.alarms_for(a_volunteer("asha"), timezone.now()) == []


def test_roster_asks_the_database_equally_often_however_many_shifts(django_assert_max_num_queries):
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    for number in range(12):
        a_shift(a_volunteer(f"helper{number}"), number)
    with django_assert_max_num_queries(4):
        staffing.lines_for(desk, timezone.now())


# --- Me ------------------------------------------------------------------------------------------------------------


def test_person_sets_own_capacity_needs_name_and_language():
    asha = a_volunteer("asha")
    press(asha, "/me/work/", capacity="3", needs=["oxygen", "beds"])
    press(asha, "/me/about/", name="Asha M", phone="98290 12345", language="hi")
    asha.refresh_from_db()
    assert (asha.capacity, asha.needs, asha.name) == (3, ["oxygen", "beds"], "Asha M")
    assert (asha.phone, asha.language) == ("98290 12345", "hi")


@pytest.mark.parametrize("capacity", ["0", "21", "-1", "x", ""])
def test_capacity_has_bounds(capacity):
    asha = a_volunteer("asha")
    press(asha, "/me/work/", capacity=capacity)
    asha.refresh_from_db()
    assert asha.capacity == 5


def test_nobody_sets_own_districts_or_role():
    asha = a_volunteer("asha")
    kota = a_district("Kota").pk
    press(asha, "/me/about/", name="A", language="en", role="admin", districts=kota)
    press(asha, "/me/work/", capacity="3", role="admin", districts=kota)
    asha.refresh_from_db()
    assert asha.role == Role.VOLUNTEER
    assert asha.district_codes == [a_district().pk]


# --- People --------------------------------------------------------------------------------------------------------


def test_lead_sees_people_of_own_districts_with_load_and_shifts():
    lead = a_volunteer("kavita", role=Role.LEAD)
    asha = a_volunteer("asha")
    a_volunteer("imran", "Kota")
    a_request().claim(asha, timezone.now())
    a_shift(asha, -1)
    seen = page(lead, "/people/")
    assert "1 / 5" in seen
    assert "today" in seen
    assert "Imran" not in seen


def test_state_desk_filters_and_searches_everybody():
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    a_volunteer("asha")
    a_volunteer("imran", "Kota")
    assert "Asha" not in page(desk, f"/people/?district={a_district('Kota').pk}")
    assert "Imran" in page(desk, "/people/?q=imr")
    assert "Asha" not in page(desk, "/people/?q=imr")


def test_list_of_people_is_paged_and_costs_the_same(django_assert_max_num_queries):
    lead = a_volunteer("kavita", role=Role.LEAD)
    for number in range(40):
        a_volunteer(f"helper{number:02}")
    client = logged_in(lead)
    with django_assert_max_num_queries(20):
        first = client.get("/people/").content.decode()
    assert first.count('class="face"') == 25
    assert client.get("/people/?page=2").content.decode().count('class="face"') == 16


def test_lead_changes_what_a_person_takes_and_the_trail_says_so():
    lead = a_volunteer("kavita", role=Role.LEAD)
    asha = a_volunteer("asha", "Jaipur", "Kota")
    inside, outside = (Block.objects.filter(district=a_district(name)).first() for name in ("Jaipur", "Kota"))
    asha.blocks.add(outside)
    press(lead, f"/people/{asha.pk}/work/", capacity="2", needs=["food"], blocks=[inside.pk])
    asha.refresh_from_db()
    assert (asha.capacity, asha.needs) == (2, ["food"])
    assert set(asha.blocks.all()) == {inside, outside}
    change = AccountChange.objects.get()
    assert (change.person, change.by, change.kind) == (asha, lead, "work_set")


def test_block_of_a_district_that_the_lead_has_not_is_refused():
    lead = a_volunteer("kavita", role=Role.LEAD)
    asha = a_volunteer("asha", "Jaipur", "Kota")
    foreign = Block.objects.filter(district=a_district("Kota")).first()
    press(lead, f"/people/{asha.pk}/work/", capacity="2", blocks=[foreign.pk])
    asha.refresh_from_db()
    assert asha.capacity == 5
    assert not asha.blocks.exists()


@pytest.mark.parametrize(
    ("by", "whose", "may"),
    [
        (Role.LEAD, Role.VOLUNTEER, True),
        (Role.LEAD, Role.PHONE_DESK, True),
        (Role.LEAD, Role.DOCTOR, False),
        (Role.LEAD, Role.LEAD, False),
        (Role.LEAD, Role.STATE_DESK, False),
        (Role.LEAD, Role.ADMIN, False),
        (Role.STATE_DESK, Role.LEAD, True),
        (Role.STATE_DESK, Role.DOCTOR, True),
        (Role.STATE_DESK, Role.STATE_DESK, False),
        (Role.STATE_DESK, Role.ADMIN, False),
        (Role.ADMIN, Role.STATE_DESK, True),
        (Role.ADMIN, Role.ADMIN, False),
    ],
)
@pytest.mark.parametrize("act", ["close", "off_duty", "open"])
def test_who_may_change_whose_account(by, whose, may, act):
    answer = logged_in(a_volunteer("one", role=by)).post(
        f"/people/{a_volunteer('two', role=whose).pk}/{act}/"
    )
    assert answer.status_code == (302 if may else 404)


def test_nobody_closes_their_own_account():
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    assert logged_in(desk).post(f"/people/{desk.pk}/close/").status_code == 404


def test_closed_account_is_out_at_once_and_gives_back_what_it_held():
    lead, asha = a_volunteer("kavita", role=Role.LEAD), a_volunteer("asha")
    session = logged_in(asha)
    request = a_request()
    request.claim(asha, timezone.now())
    assert session.get("/queue/").status_code == 200
    press(lead, f"/people/{asha.pk}/close/")
    assert session.get("/queue/").status_code == 302
    request.refresh_from_db()
    assert (request.state, request.holder) == (RequestState.QUEUED, None)
    assert [(line.kind, line.by) for line in AccountChange.objects.all()] == [("disabled", lead)]


def test_session_from_before_stays_ended_when_the_account_is_opened_again():
    lead, asha = a_volunteer("kavita", role=Role.LEAD), a_volunteer("asha")
    before = logged_in(asha)
    press(lead, f"/people/{asha.pk}/close/")
    press(lead, f"/people/{asha.pk}/open/")
    assert before.get("/queue/").status_code == 302
    assert logged_in(Volunteer.objects.get(pk=asha.pk)).get("/queue/").status_code == 200


def test_person_taken_off_duty_gives_back_what_they_held():
    lead, asha = a_volunteer("kavita", role=Role.LEAD), a_volunteer("asha")
    request = a_request()
    request.claim(asha, timezone.now())
    assert "1 request went back" in press(lead, f"/people/{asha.pk}/off_duty/")
    asha.refresh_from_db()
    request.refresh_from_db()
    assert not asha.is_on_duty
    assert request.holder is None


def test_history_of_an_account_is_only_ever_added_to():
    lead, asha = a_volunteer("kavita", role=Role.LEAD), a_volunteer("asha")
    press(lead, f"/people/{asha.pk}/close/")
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountChange.objects.update(kind="enabled")
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountChange.objects.all().delete()


# --- Handing over --------------------------------------------------------------------------------------------------


def holding(person, count: int) -> list[HelpRequest]:
    requests = [a_request() for _number in range(count)]
    for request in requests:
        request.claim(person, timezone.now())
    return requests


def test_off_duty_with_held_requests_leads_to_the_handover():
    asha = a_volunteer("asha")
    holding(asha, 1)
    answer = logged_in(asha).post("/duty/", {"on": "0"})
    assert answer.headers["Location"] == "/handover/"
    asha.refresh_from_db()
    assert asha.is_on_duty


def test_handover_proposes_who_has_most_room():
    asha, geeta, vikram = (a_volunteer(name) for name in ("asha", "geeta", "vikram"))
    holding(geeta, 2)
    [request] = holding(asha, 1)
    seen = page(asha, "/handover/")
    assert request.code in seen
    assert f'<option value="{vikram.pk}" selected>' in seen
    assert "Geeta · Volunteer · 2/5" in seen


def test_one_press_gives_everything_away_and_ends_the_duty():
    asha, geeta = a_volunteer("asha"), a_volunteer("geeta")
    given, back, unnamed = holding(asha, 3)
    said = press(
        asha,
        "/handover/",
        **{
            f"to-{given.code}": geeta.pk,
            f"note-{given.code}": "Call at 6",
            f"to-{back.code}": "",
            "note": "All fed",
        },
    )
    asha.refresh_from_db()
    assert not asha.is_on_duty
    assert not HelpRequest.objects.held_by(asha).exists()
    assert HelpRequest.objects.get(pk=given.pk).holder == geeta
    assert {HelpRequest.objects.get(pk=one.pk).state for one in (back, unnamed)} == {"queued"}
    notes = Event.objects.filter(request=given, kind=EventKind.HANDED_OVER).values_list("note", flat=True)
    assert list(notes) == ["All fed\nCall at 6"]
    assert "Geeta has" in said


def test_request_that_somebody_moved_meanwhile_is_told_and_holds_nobody_up():
    asha, geeta = a_volunteer("asha"), a_volunteer("geeta")
    first, second = holding(asha, 2)
    stale = list(HelpRequest.objects.held_by(asha).order_by("pk"))
    first.hand_over(geeta, asha, timezone.now())
    ended = give_away(stale, asha, {second.pk: Wish(geeta.pk)}, "", timezone.now())
    assert ended.lost == ((first.code, "Geeta"),)
    assert ended.given == ((second.code, "Geeta"),)
    assert not HelpRequest.objects.held_by(asha).exists()


def test_time_that_was_set_for_the_next_try_goes_along():
    asha, geeta = a_volunteer("asha"), a_volunteer("geeta")
    [request] = holding(asha, 1)
    until = timezone.now() + timedelta(hours=3)
    request.wait(until, asha, timezone.now())
    press(asha, "/handover/", **{f"to-{request.code}": geeta.pk})
    request.refresh_from_db()
    assert (request.state, request.holder, request.wait_until) == (RequestState.WAITING, geeta, until)


def test_person_chosen_who_went_off_duty_gets_nothing():
    asha, geeta = a_volunteer("asha"), a_volunteer("geeta", on_duty=False)
    [request] = holding(asha, 1)
    said = press(asha, "/handover/", **{f"to-{request.code}": geeta.pk})
    request.refresh_from_db()
    assert (request.state, request.holder) == (RequestState.QUEUED, None)
    assert "is not there any more" in said


@pytest.mark.parametrize("district", ["Kota"])
def test_person_chosen_who_does_not_see_it_gets_nothing(district):
    asha, stranger = a_volunteer("asha"), a_volunteer("imran", district)
    [request] = holding(asha, 1)
    press(asha, "/handover/", **{f"to-{request.code}": stranger.pk})
    request.refresh_from_db()
    assert request.holder is None


def test_signs_that_no_database_stores_do_not_stop_a_handover():
    asha = a_volunteer("asha")
    one, other = a_request(), a_request()
    one.claim(asha, timezone.now())
    other.claim(asha, timezone.now())
    said = press(asha, "/handover/", note="all\0", **{f"note-{one.code}": "son\0 speaks Hindi"})
    assert "off duty and hold nothing" in said
    assert HelpRequest.objects.held_by(asha).count() == 0
    assert "son\ufffd speaks Hindi" in Event.objects.get(request=one, kind=EventKind.RELEASED).note


def test_number_in_a_handover_note_is_masked_and_kept_as_a_contact():
    asha = a_volunteer("asha")
    [request] = holding(asha, 1)
    before = request.contacts.count()
    press(asha, "/handover/", **{f"note-{request.code}": "brother: 9829077123"})
    assert not Event.objects.filter(note__contains="9829077123").exists()
    assert request.contacts.count() == before + 1


def test_others_requests_are_not_moved_by_a_handover():
    asha, geeta = a_volunteer("asha"), a_volunteer("geeta")
    [theirs] = holding(geeta, 1)
    press(asha, "/handover/", **{f"to-{theirs.code}": asha.pk})
    theirs.refresh_from_db()
    assert theirs.holder == geeta


# --- Pausing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "where"),
    [(Outcome.DIED, "/pause/"), (Outcome.COULD_NOT_HELP, "/pause/"), (Outcome.HELPED_BY_OTHERS, None)],
)
def test_hard_outcome_leads_to_the_pause(outcome, where):
    asha = a_volunteer("asha")
    [request] = holding(asha, 1)
    answer = logged_in(asha).post(f"/requests/{request.code}/resolve/", {"outcome": outcome})
    assert answer.headers["Location"] == (where or f"/requests/{request.code}/")


def test_hard_outcome_leads_htmx_to_the_pause():
    asha = a_volunteer("asha")
    [request] = holding(asha, 1)
    answer = logged_in(asha).post(
        f"/requests/{request.code}/resolve/", {"outcome": "died"}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"] == "/pause/"


def test_nothing_is_suggested_in_a_pause_and_again_after_it():
    asha = a_volunteer("asha")
    press(asha, "/pause/", take="1")
    assert people_on_duty(a_district().pk) == []
    assert "You take a pause" in page(asha, "/queue/")
    press(asha, "/pause/")
    assert [person.pk for person in people_on_duty(a_district().pk)] == [asha.pk]


def test_pause_ends_by_itself():
    asha = a_volunteer("asha")
    asha.pause(timezone.now() - timedelta(seconds=1))
    assert [person.pk for person in people_on_duty(a_district().pk)] == [asha.pk]


def test_pause_names_the_lead_on_duty_with_the_phone():
    a_volunteer("kavita", role=Role.LEAD, phone="0141 222333")
    a_volunteer("away", role=Role.LEAD, on_duty=False)
    seen = page(a_volunteer("asha"), "/pause/")
    assert "0141 222333" in seen
    assert "Away" not in seen
