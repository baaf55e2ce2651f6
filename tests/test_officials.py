"""Taking a request to an official: a person's act, its clock, the answer, and the lists and figures behind it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from districts.models import Official, Role, Volunteer
from requests_app import official_figures, splitting
from requests_app.demo import sample_officials
from requests_app.models import Appeal, HelpRequest, NotAllowed, Reply
from requests_app.policy import POLICY
from requests_app.states import AppealAnswer, AppealWay, Outcome
from requests_app.triage import read_now
from tests.factories import a_district, a_post, a_request, a_volunteer, an_official

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.DEMO = False
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def browser(person: Volunteer) -> Client:
    client = Client()
    client.force_login(person)
    return client


def see(person: Volunteer, path: str) -> str:
    answer = browser(person).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def press(person: Volunteer, request: HelpRequest, name: str, htmx: str = "", **data: object) -> str:
    headers = {"HX-Request": "true", "HX-Target": htmx} if htmx else {}
    return (
        browser(person)
        .post(f"/requests/{request.code}/{name}/", data, headers=headers, follow=True)
        .content.decode()
    )


def taken(request: HelpRequest, official: Official, *, ago: timedelta = timedelta(0), by=None) -> Appeal:
    """A request that was posted to an official so long ago."""
    return Appeal.take(request, official, AppealWay.POSTED, by or a_volunteer(), timezone.now() - ago)


# --- The move -----------------------------------------------------------------------------------


@pytest.mark.parametrize("urgency", ["critical", "high", "normal"])
def test_taking_it_there_sets_the_clock_of_its_urgency_and_stands_in_the_history(urgency):
    request, official, person = a_request(urgency=urgency), an_official(), a_volunteer()
    appeal = Appeal.take(request, official, AppealWay.CALLED, person, NOW)
    assert appeal.follow_up_at == NOW + timedelta(minutes=POLICY["officials"][urgency])
    event = request.events.get(kind="taken_to")
    assert (event.by, event.data) == (
        person,
        {"official": official.pk, "office": "collector", "way": "called"},
    )


def test_a_double_press_counts_once():
    request, official, person = a_request(), an_official(), a_volunteer()
    first = Appeal.take(request, official, AppealWay.POSTED, person, NOW)
    assert Appeal.take(request, official, AppealWay.POSTED, person, NOW + timedelta(seconds=5)) == first
    assert request.events.filter(kind="taken_to").count() == 1
    Appeal.take(request, official, AppealWay.CALLED, person, NOW + timedelta(seconds=9))
    assert Appeal.objects.count() == 2


def test_asking_again_ends_the_first_wait_as_no_answer():
    request, official = a_request(), an_official()
    first = taken(request, official, ago=timedelta(hours=9))
    again = taken(request, official)
    first.refresh_from_db()
    assert (first.answer, first.follow_up_at) == ("no_answer", None)
    assert again.follow_up_at is not None


@pytest.mark.parametrize(
    ("answer", "asks_again"), [("acted", False), ("refused", False), ("no_answer", False), ("will_act", True)]
)
def test_an_answer_ends_the_wait_but_a_promise_is_asked_about_again(answer, asks_again):
    request, person = a_request(), a_volunteer()
    appeal = taken(request, an_official(), ago=timedelta(hours=9))
    appeal.hear(AppealAnswer(answer), person, NOW, note="spoke to the office")
    appeal.refresh_from_db()
    assert (appeal.answer, appeal.answered_by) == (answer, person)
    assert appeal.follow_up_at == (
        NOW + timedelta(minutes=POLICY["officials"]["normal"]) if asks_again else None
    )
    event = request.events.get(kind="official_said")
    assert (event.note, event.data["answer"]) == ("spoke to the office", answer)


def test_an_answer_is_written_down_once():
    appeal = taken(a_request(), an_official())
    appeal.hear(AppealAnswer.ACTED, a_volunteer(), NOW)
    with pytest.raises(NotAllowed):
        appeal.hear(AppealAnswer.REFUSED, a_volunteer(), NOW)


def test_a_closed_request_and_an_office_of_another_district_are_not_taken():
    request = a_request()
    with pytest.raises(NotAllowed):
        taken(request, an_official("Kota"))
    taken(request, an_official(None, office="ministry"))
    request.resolve(Outcome.HELPED, a_volunteer(), NOW)
    with pytest.raises(NotAllowed):
        taken(request, an_official())


def test_a_merged_request_hands_its_follow_ups_on():
    one, other, person = a_request(), a_request(), a_volunteer()
    appeal = taken(one, an_official(), ago=timedelta(hours=9))
    one.merge_into(other, person, NOW)
    assert list(Appeal.objects.due(NOW)) == [appeal]
    assert Appeal.objects.get().request == other


def test_undoing_a_merge_gives_the_follow_ups_back():
    one, other, person = a_request(), a_request(), a_volunteer()
    for number, request in enumerate((one, other)):
        a_post(f"oxygen {number}", state="read", outcome="opened", request=request)
    appeal, stays = taken(one, an_official()), taken(other, an_official(office="cmho"))
    one.merge_into(other, person, NOW)
    splitting.undo_merge(one, person, NOW)
    assert list(one.appeals.all()) == [appeal]
    assert list(other.appeals.all()) == [stays]


def test_the_database_refuses_an_answer_without_its_time():
    appeal = taken(a_request(), an_official())
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(answer="acted")


# --- On the request's page ----------------------------------------------------------------------


def test_text_names_the_handle_needs_place_and_code_and_nothing_of_the_patient():
    request = a_request(
        patient={"age": 61, "hospital": "SMS"}, summary="Zubeidakhatoon ko oxygen", needs=("oxygen",)
    )
    official = an_official(handle="sample_dm", phone="0141 000000")
    page = press(a_volunteer(), request, "take_to_text", "take-to", official=official.pk, language="en")
    text = page.partition('id="take-text"')[2].partition(">")[2].partition("</textarea>")[0]
    assert "@sample_dm" in text and "Oxygen" in text and "Jaipur" in text and request.code in text
    assert "Zubeida" not in page and "SMS" not in text and "0141" not in text
    link = page.partition('href="https://x.com/intent/post?')[2].partition('"')[0]
    assert escape(parse_qs(urlsplit("?" + link).query)["text"][0]) == text
    assert 'href="tel:0141000000"' in page
    assert not Appeal.objects.exists()


def test_text_is_shown_in_either_language_and_in_other_words_without_scripts():
    request, official = a_request(), an_official(handle="sample_dm")
    person = a_volunteer()
    hindi = press(person, request, "take_to_text", official=official.pk, language="hi", wording="0")
    other = press(person, request, "take_to_text", official=official.pk, language="hi", wording="1")
    assert "<html" in hindi
    assert "तुरंत चाहिए" in hindi and "तुरंत चाहिए" not in other
    assert 'name="wording" value="1"' in hindi


def test_in_the_demo_no_number_is_dialled_and_x_is_not_opened(settings):
    settings.DEMO = True
    official = an_official(phone="00000 00000")
    page = press(a_volunteer(), a_request(), "take_to_text", official=official.pk)
    assert "tel:" not in page and "intent/post" not in page


def test_pressing_that_it_was_posted_writes_it_down_and_puts_nothing_into_the_outbox():
    request, official, person = a_request(), an_official(), a_volunteer()
    page = press(person, request, "take_to", "case", official=official.pk, way="posted")
    appeal = Appeal.objects.get()
    assert (appeal.by, appeal.way) == (person, "posted")
    assert not Reply.objects.exists()
    assert "took it to an official" in page
    assert "to be asked about in" in page


def test_an_office_of_another_district_or_off_the_list_is_not_offered_or_taken():
    request, person = a_request(), a_volunteer()
    foreign, gone = an_official("Kota", name="Foreign"), an_official(name="Gone", is_listed=False)
    page = see(person, f"/requests/{request.code}/")
    assert "Foreign" not in page and "Gone" not in page
    for official in (foreign, gone):
        press(person, request, "take_to", official=official.pk, way="posted")
    assert not Appeal.objects.exists()


def test_a_request_without_a_place_is_taken_to_offices_of_the_state_alone():
    request, desk = a_request(None), a_volunteer(role=Role.STATE_DESK)
    an_official("Kota", name="Local")
    an_official(None, office="ministry", name="Statewide")
    page = see(desk, f"/requests/{request.code}/")
    assert "Statewide" in page and "Local" not in page


def test_due_follow_up_shows_on_the_request_in_mine_and_on_the_list():
    person, request = a_volunteer(), a_request()
    request.claim(person, timezone.now())
    taken(request, an_official(), ago=timedelta(hours=9))
    assert "what came of it: due" in see(person, f"/requests/{request.code}/")
    assert "Ask officials what came of it" in see(person, "/mine/")
    lead = a_volunteer(role=Role.LEAD)
    assert request.code in see(lead, "/officials/?list=due")
    assert "Ask officials what came of it" not in see(lead, "/mine/")


def test_what_is_not_due_or_over_is_on_no_list_of_due_ones():
    person, early, closed = a_volunteer(), a_request(), a_request()
    taken(early, an_official())
    taken(closed, an_official(office="cmho"), ago=timedelta(hours=9))
    closed.resolve(Outcome.HELPED, person, timezone.now())
    page = see(person, "/officials/?list=due")
    assert early.code not in page and closed.code not in page


def test_answer_is_pressed_on_the_list_and_leads_back_to_it():
    person, request = a_volunteer(), a_request()
    appeal = taken(request, an_official(), ago=timedelta(hours=9))
    page = press(
        person, request, "official_said", appeal=appeal.pk, answer="acted", next="/officials/?list=due"
    )
    appeal.refresh_from_db()
    assert appeal.answer == "acted"
    assert "Nobody is to be asked now" in page


def test_an_appeal_of_another_request_is_not_answered_through_this_one():
    person, mine = a_volunteer(), a_request()
    foreign = taken(a_request("Kota"), an_official("Kota"))
    press(person, mine, "official_said", appeal=foreign.pk, answer="acted")
    foreign.refresh_from_db()
    assert foreign.answer == ""


def test_a_number_in_the_note_of_an_answer_is_masked():
    person, request = a_volunteer(), a_request()
    appeal = taken(request, an_official())
    press(person, request, "official_said", appeal=appeal.pk, answer="acted", note="ask 98290 12345")
    assert "98290" not in request.events.get(kind="official_said").note


def test_number_of_an_official_is_kept_and_joins_nobodys_plea():
    person, request = a_volunteer(), a_request(summary="beds for my father in Jaipur")
    appeal = Appeal.take(request, an_official(), AppealWay.CALLED, person, timezone.now())
    press(person, request, "official_said", appeal=appeal.pk, answer="acted", note="ask 98290 12345")
    assert [contact.is_helpers for contact in request.contacts.order_by("pk")] == [False, True]
    plea = read_now(a_post("Jaipur me oxygen cylinder chahiye, call 9829012345"))
    assert plea.request != request


def test_number_that_the_family_gives_as_well_is_the_familys():
    person, request = a_volunteer(), a_request(phone="+919829011111", needs=("oxygen",))
    appeal = Appeal.take(request, an_official(), AppealWay.CALLED, person, timezone.now())
    press(person, request, "official_said", appeal=appeal.pk, answer="acted", note="ask 98290 12345")
    read_now(a_post("Jaipur oxygen chahiye, call 9829011111 or 9829012345"))
    assert set(request.contacts.values_list("is_helpers", flat=True)) == {False}


def test_who_watches_presses_nothing():
    request = a_request()
    press(a_volunteer(role=Role.MONITOR), request, "take_to", official=an_official().pk, way="posted")
    assert not Appeal.objects.exists()


# --- The directory ------------------------------------------------------------------------------


def test_directory_shows_my_districts_and_the_state_and_is_searched():
    an_official(name="Here", phone="0141 000000")
    an_official("Kota", name="Elsewhere")
    an_official(None, office="ministry", area="Health", name="Above")
    page = see(a_volunteer(), "/officials/")
    assert "Here" in page and "Above" in page and "Elsewhere" not in page
    everything = see(a_volunteer(role=Role.STATE_DESK), "/officials/")
    assert everything.index("Here") < everything.index("Elsewhere") < everything.index("Above")
    found = see(a_volunteer(role=Role.STATE_DESK), "/officials/?q=kota")
    assert "Elsewhere" in found and "Here" not in found


@pytest.mark.parametrize(
    "query",
    [
        "list=nonsense",
        "district=x",
        "office=king",
        "period=9d",
        "q=%00",
        "list=due&need=gold",
        "district=999999",
    ],
)
def test_odd_filters_count_as_not_given(query):
    an_official()
    see(a_volunteer(), f"/officials/?{query}")


@pytest.mark.parametrize("path", ["/officials/", "/officials/?list=due", "/mine/"])
def test_lists_ask_the_database_equally_often_however_long_they_are(path, django_assert_max_num_queries):
    person = a_volunteer()
    for number in range(12):
        request = a_request()
        request.claim(person, timezone.now())
        taken(request, an_official(office="nodal", area=f"{number}"), ago=timedelta(hours=9))
    client = browser(person)
    with django_assert_max_num_queries(26):
        client.get(path)


# --- Figures ------------------------------------------------------------------------------------


def some_history() -> None:
    """Four requests: two taken in the last day (one twice, one answered), one due from before, one of Kota."""
    twice, answered, old, kota = a_request(), a_request(), a_request(), a_request("Kota")
    for office in ("collector", "cmho"):
        taken(twice, an_official(office=office, area="a"))
    appeal = taken(answered, an_official(area="b"), ago=timedelta(hours=3))
    appeal.hear(AppealAnswer.WILL_ACT, a_volunteer(), timezone.now())
    taken(old, an_official(area="c"), ago=timedelta(hours=30))
    taken(kota, an_official("Kota"))


def test_figures_count_each_request_once():
    some_history()
    seen = HelpRequest.objects.visible_to(a_volunteer(role=Role.LEAD))
    found = official_figures.taken(seen, timezone.now(), timedelta(hours=24))
    assert found == official_figures.Taken(taken=2, before=1, answered=1, due=1)
    lines = {
        line.office: line for line in official_figures.by_office(seen, timezone.now(), timedelta(hours=24))
    }
    assert (lines["collector"].taken, lines["collector"].answers, lines["cmho"].waiting) == (
        2,
        (1, 0, 0, 0),
        1,
    )


@pytest.mark.parametrize(("name", "count"), [("taken", 3), ("answered", 1), ("due", 1)])
def test_figure_of_the_monitor_leads_to_the_list_of_as_many(name, count):
    some_history()
    watcher = a_volunteer(role=Role.MONITOR)
    page = see(watcher, "/monitor/?period=24h")
    path = page[page.index(f"list={name}") - 200 : page.index(f"list={name}") + 20]
    href = path.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert f"<b>{count}</b>" in page[page.index(f"list={name}") :][:60]
    listed = see(watcher, href)
    assert f"{count} request" in listed


def test_table_of_the_monitor_comes_as_csv():
    some_history()
    answer = browser(a_volunteer(role=Role.MONITOR)).get("/monitor/officials.csv?period=24h")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == [
        "office", "taken_in_24h", "will_act", "acted", "refused", "no_answer", "no_word_yet", "due_now",
    ]  # fmt: skip
    assert ["collector", "3", "1", "0", "0", "0", "2", "0"] in rows


def test_sample_officials_of_the_demo_are_marked_and_complete():
    made = sample_officials()
    assert {official.district_id for official in made} >= {a_district().pk, None}
    assert all("(sample)" in official.name and official.handle.startswith("sample_") for official in made)
