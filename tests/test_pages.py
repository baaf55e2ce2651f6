"""The volunteer's pages with Django's client: who sees what, lost races, double presses, and no number in any HTML."""

import re
import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from districts.models import Role
from requests_app.lead_states import CheckOutcome
from requests_app.models import Contact, Event, HelpRequest, Lead, Look, Post, Reply
from requests_app.policy import REVEALS_PER_HOUR
from requests_app.states import EventKind, Outcome, PostOutcome, PostState, RequestState
from requests_app.templatetags.desk import marked, spans
from requests_app.triage import read_now
from tests.factories import a_district, a_lead, a_post, a_request, a_volunteer

pytestmark = pytest.mark.django_db

PHONE = "+919829012345"
DIGITS = re.compile(r"9829012345|98290 ?12345")
LISTS = ["queue", "mine", "review", "places", "phone", "doctor", "leads", "search", "more"]


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
    return client.post(
        f"/requests/{request.code}/{name}/", data, headers=headers, follow=True
    ).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_page_asks_a_stranger_to_log_in(name):
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", LISTS)
def test_page_opens_for_every_role(name, role):
    a_request(phone=PHONE)
    answer = logged_in(a_volunteer(role=role)).get(reverse(name))
    assert answer.status_code == 200
    assert not DIGITS.search(answer.content.decode())


@pytest.mark.parametrize(
    ("role", "home"), [(Role.VOLUNTEER, "/queue/"), (Role.DOCTOR, "/doctor/"), (Role.PHONE_DESK, "/phone/")]
)
def test_home_leads_to_the_work_of_the_role(role, home):
    assert logged_in(a_volunteer(role=role)).get("/").headers["Location"] == home


def test_volunteer_logs_in_with_a_password_and_gets_the_language_of_the_account():
    a_volunteer("asha", language="hi")
    client = Client()
    answer = client.post("/login/", {"username": "asha", "password": "helpdesk-demo"})
    assert answer.headers["Location"] == "/"
    assert client.cookies["django_language"].value == "hi"


def test_queue_shows_own_district_only():
    mine, foreign = a_request("Jaipur"), a_request("Kota")
    page = logged_in(a_volunteer()).get("/queue/").content.decode()
    assert mine.code in page
    assert foreign.code not in page


def test_foreign_request_and_missing_one_look_the_same():
    client = logged_in(a_volunteer())
    foreign = client.get(f"/requests/{a_request('Kota').code}/")
    missing = client.get("/requests/RJ-000000/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


@pytest.mark.parametrize(
    "name", ["claim", "resolve", "note", "reveal", "correct", "reply", "merge", "hand_over"]
)
def test_act_on_a_foreign_request_is_not_found_and_changes_nothing(name):
    foreign = a_request("Kota")
    answer = logged_in(a_volunteer()).post(
        f"/requests/{foreign.code}/{name}/", {"outcome": "helped", "note": "x"}
    )
    assert answer.status_code == 404
    assert HelpRequest.objects.get(pk=foreign.pk).state == RequestState.QUEUED
    assert not Event.objects.filter(request=foreign).exists()


def test_doctor_sees_consultations_only():
    doctor = logged_in(a_volunteer(role=Role.DOCTOR))
    advice = a_request(needs=("consultation",), is_consultation=True)
    bed = a_request(needs=("beds",))
    page = doctor.get("/doctor/").content.decode()
    assert advice.code in page
    assert bed.code not in page
    assert doctor.get(f"/requests/{bed.code}/").status_code == 404


def test_most_urgent_stands_first():
    now = timezone.now()
    old, critical = a_request(now=now - timedelta(minutes=30)), a_request(now=now, urgency="critical")
    page = logged_in(a_volunteer()).get("/queue/").content.decode()
    assert page.index(f"card-{critical.code}") < page.index(f"card-{old.code}")


def test_filters_narrow_the_queue_and_nonsense_counts_as_not_given():
    oxygen, food = a_request(needs=("oxygen",)), a_request(needs=("food",))
    client = logged_in(a_volunteer())
    page = client.get("/queue/?need=food").content.decode()
    assert food.code in page
    assert oxygen.code not in page
    page = client.get("/queue/?need=gold&district=x&block=-1&urgency=%00&after=nonsense_9").content.decode()
    assert oxygen.code in page


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00+23:59"]
)
@pytest.mark.parametrize("path", ["/queue/", "/leads/", "/live/"])
def test_time_in_an_address_that_no_database_knows_is_no_error(path, moment):
    query = {"after": f"{moment}_1", "list": urlencode({"since": moment})}
    assert logged_in(a_volunteer()).get(path, query).status_code == 200


@pytest.mark.parametrize(
    "wanted", ["-1", "queue", "RJ-4T7K2M", "https://example.org/", "//example.org", "\0", "²"]
)
def test_way_back_that_is_no_page_of_ours_is_not_gone(wanted):
    request, client = a_request(), logged_in(a_volunteer())
    answer = client.post(f"/requests/{request.code}/claim/", {"next": wanted})
    assert answer.headers["Location"] == f"/requests/{request.code}/"
    answer = client.post(f"/leads/{a_lead().pk}/", {"outcome": "works", "next": wanted})
    assert answer.headers["Location"] == "/leads/"


def test_every_request_stands_on_exactly_one_page_of_the_queue():
    now = timezone.now()
    made = {a_request(now=now - timedelta(minutes=minute // 2)).code for minute in range(45)}
    client, url, seen = logged_in(a_volunteer()), "/queue/", []
    for _page in range(3):
        html = client.get(url).content.decode()
        seen += re.findall(r'id="card-(RJ-\w{6})"', html)
        more = re.search(r'id="more"><a class="button" href="([^"]+)"', html)
        url = "/queue/" + more.group(1).replace("&amp;", "&") if more else ""
    assert not url
    assert len(seen) == 45
    assert set(seen) == made


def test_number_in_an_address_is_refused_and_not_repeated():
    answer = logged_in(a_volunteer()).get("/queue/?q=9829012345", follow=True)
    assert answer.redirect_chain == [("/queue/", 302)]
    assert not DIGITS.search(answer.content.decode())


def test_search_by_number_finds_own_requests_only_and_shows_no_number():
    mine, foreign = a_request(phone=PHONE), a_request("Kota", phone=PHONE)
    page = logged_in(a_volunteer()).post("/search/", {"q": "098290-12345"}).content.decode()
    assert mine.code in page
    assert foreign.code not in page
    assert not DIGITS.search(page)


def test_claim_on_a_card_answers_with_the_same_card():
    person, request = a_volunteer(), a_request()
    fragment = act(logged_in(person), request, "claim", htmx=f"card-{request.code}")
    assert fragment.startswith("<article") or f'id="card-{request.code}"' in fragment
    assert "Work on it" in fragment
    assert "<html" not in fragment
    assert HelpRequest.objects.get(pk=request.pk).holder == person


def test_claim_without_javascript_opens_the_request():
    person, request = a_volunteer(), a_request()
    page = act(logged_in(person), request, "claim", next=f"/requests/{request.code}/")
    assert "<html" in page
    assert "is yours" in page


def test_second_volunteer_is_told_who_took_it():
    asha, ravi, request = a_volunteer("asha"), a_volunteer("ravi"), a_request()
    act(logged_in(asha), request, "claim")
    headers = {"HX-Request": "true", "HX-Target": f"card-{request.code}"}
    answer = logged_in(ravi).post(f"/requests/{request.code}/claim/", headers=headers)
    assert answer.status_code == 200
    assert "Asha took this a moment ago" in answer.content.decode()
    assert HelpRequest.objects.get(pk=request.pk).holder == asha


def test_act_of_somebody_who_does_not_hold_it_changes_nothing():
    asha, ravi, request = a_volunteer("asha"), a_volunteer("ravi"), a_request()
    act(logged_in(asha), request, "claim")
    page = act(logged_in(ravi), request, "resolve", outcome=Outcome.HELPED)
    assert "Asha took this a moment ago" in page
    assert HelpRequest.objects.get(pk=request.pk).state == RequestState.CLAIMED


def test_monitor_looks_and_cannot_act():
    request = a_request(phone=PHONE)
    client = logged_in(a_volunteer(role=Role.MONITOR))
    assert request.code in client.get("/queue/").content.decode()
    act(client, request, "note", note="hello")
    act(client, request, "claim")
    page = act(client, request, "reveal", contact=request.contacts.get().pk)
    assert not DIGITS.search(page)
    assert not Event.objects.filter(request=request).exists()


def test_way_from_claim_over_calls_to_a_closed_request():
    person, request = a_volunteer(), a_request(needs=("oxygen", "beds"))
    client = logged_in(person)
    act(client, request, "claim")
    assert "comes back to you" in act(client, request, "call", outcome="no_answer", note="rang long")
    act(client, request, "resume")
    act(client, request, "call", outcome="talked")
    act(client, request, "need", kind="oxygen", state="met")
    act(client, request, "note", note="son called back")
    act(client, request, "resolve", outcome="helped", met="beds", note="bed found")
    kinds = list(Event.objects.filter(request=request).order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "claimed",
        "called",
        "resumed",
        "called",
        "need_changed",
        "noted",
        "need_changed",
        "closed",
    ]
    request.refresh_from_db()
    assert (request.state, request.outcome) == (RequestState.CLOSED, Outcome.HELPED)
    assert "back in the queue" in act(client, request, "reopen")


def test_handed_over_request_belongs_to_the_other_one():
    asha, ravi, request = a_volunteer("asha"), a_volunteer("ravi"), a_request()
    stranger = a_volunteer("stranger", "Kota")
    client = logged_in(asha)
    act(client, request, "claim")
    assert "Choose who gets it" in act(client, request, "hand_over", to=stranger.pk)
    act(client, request, "hand_over", to=ravi.pk)
    assert HelpRequest.objects.get(pk=request.pk).holder == ravi


def test_number_is_shown_by_one_press_that_is_logged():
    person, request = a_volunteer(), a_request(phone=PHONE)
    client, contact = logged_in(person), request.contacts.get()
    assert not DIGITS.search(client.get(f"/requests/{request.code}/").content.decode())
    shown = act(client, request, "reveal", htmx=f"contact-{contact.pk}", contact=contact.pk, meant="call")
    assert PHONE in shown
    assert Event.objects.filter(request=request, kind=EventKind.REVEALED, by=person).count() == 1
    assert not DIGITS.search(client.get(f"/requests/{request.code}/").content.decode())


def test_contact_of_another_request_is_not_shown():
    foreign = a_request("Kota", phone=PHONE).contacts.get()
    own = a_request()
    answer = logged_in(a_volunteer()).post(f"/requests/{own.code}/reveal/", {"contact": foreign.pk})
    assert answer.status_code == 404


@pytest.mark.parametrize(("demo", "dials"), [(True, False), (False, True)])
def test_demo_dials_nothing(settings, demo, dials):
    settings.DEMO = demo
    request = a_request(phone=PHONE)
    page = act(logged_in(a_volunteer()), request, "reveal", contact=request.contacts.get().pk, meant="call")
    assert (f"tel:{PHONE}" in page) is dials
    assert ("wa.me/919829012345" in page) is dials


def test_correcting_the_place_sends_it_to_that_district():
    request = a_request()
    page = act(
        logged_in(a_volunteer()), request, "correct", needs=["oxygen"], place=str(a_district("Kota").pk)
    )
    request.refresh_from_db()
    assert request.district == a_district("Kota")
    assert request.code not in re.sub(r"(?s)<div id=\"said\".*", "", page)


def test_block_of_another_district_is_refused():
    request, block = a_request(), a_district("Kota").blocks.first()
    act(logged_in(a_volunteer()), request, "correct", place=f"{a_district('Jaipur').pk}-{block.pk}")
    assert HelpRequest.objects.get(pk=request.pk).block is None


def test_merge_reaches_visible_requests_only():
    request, foreign, other = a_request(), a_request("Kota"), a_request()
    client = logged_in(a_volunteer())
    assert "no such request" in act(client, request, "merge", into=foreign.code)
    act(client, request, "merge", into=other.code.lower())
    assert HelpRequest.objects.get(pk=request.pk).merged_into == other


def phone_call(**changes) -> dict:
    return {
        "token": str(uuid.uuid4()),
        "number": "98290 12345",
        "text": "Mother, 70, needs oxygen",
        **changes,
    }


def test_call_written_down_opens_a_request_in_its_district():
    person = a_volunteer(role=Role.PHONE_DESK)
    sent = phone_call(place=str(a_district().pk), needs=["oxygen"], urgency="high")
    page = logged_in(person).post("/phone/", sent, follow=True).content.decode()
    request = HelpRequest.objects.get()
    assert request.code in page
    assert (request.district, request.urgency) == (a_district(), "high")
    assert request.contacts.get().phone == PHONE
    assert not DIGITS.search(page)


def test_double_press_on_the_phone_form_makes_one_request():
    client, sent = logged_in(a_volunteer(role=Role.PHONE_DESK)), phone_call(place=str(a_district().pk))
    client.post("/phone/", sent)
    page = client.post("/phone/", sent, follow=True).content.decode()
    assert "written down already" in page
    assert (Post.objects.count(), HelpRequest.objects.count()) == (1, 1)


def test_wrong_number_on_the_phone_form_keeps_what_was_typed():
    page = (
        logged_in(a_volunteer(role=Role.PHONE_DESK)).post("/phone/", phone_call(number="12")).content.decode()
    )
    assert "This is no phone number" in page
    assert "Mother, 70, needs oxygen" in page
    assert not Post.objects.exists()


def test_earlier_requests_appear_while_the_number_is_typed():
    mine, foreign = a_request(phone=PHONE), a_request("Kota", phone=PHONE)
    client = logged_in(a_volunteer(role=Role.PHONE_DESK))
    assert mine.code not in client.post("/phone/earlier/", {"number": "98290"}).content.decode()
    fragment = client.post("/phone/earlier/", {"number": "98290 12345"}).content.decode()
    assert mine.code in fragment
    assert foreign.code not in fragment
    assert client.get("/phone/earlier/").status_code == 405


def test_review_puts_a_plea_into_the_queue_and_shows_the_next():
    first, second = a_request(state=RequestState.REVIEW), a_request(state=RequestState.REVIEW)
    sent = {"kind": "request", "needs": ["beds"]}
    headers = {"HX-Request": "true", "HX-Target": "review"}
    fragment = logged_in(a_volunteer()).post(f"/review/{first.code}/", sent, headers=headers).content.decode()
    first.refresh_from_db()
    assert first.state == RequestState.QUEUED
    assert f"card-{second.code}" in fragment


def test_failed_post_becomes_a_request_and_noise_leaves_the_list():
    desk = logged_in(a_volunteer(role=Role.STATE_DESK))
    failed = a_post("oxygen please, Jaipur, 9829012345", state=PostState.FAILED, last_error="ValueError")
    noise = a_post("good morning", state=PostState.READ, outcome=PostOutcome.NOISE)
    assert "oxygen please" in desk.get("/review/?tab=failed").content.decode()
    desk.post(f"/review/posts/{failed.pk}/", {"kind": "request", "needs": ["oxygen"], "tab": "failed"})
    assert HelpRequest.objects.get().state == RequestState.QUEUED
    desk.post(f"/review/posts/{noise.pk}/", {"kind": "other", "tab": "noise"})
    assert "good morning" not in desk.get("/review/?tab=noise").content.decode()


def test_volunteer_does_not_see_posts_that_became_no_request():
    noise = a_post("good morning", state=PostState.READ, outcome=PostOutcome.NOISE)
    client = logged_in(a_volunteer())
    assert "good morning" not in client.get("/review/?tab=noise").content.decode()
    assert client.post(f"/review/posts/{noise.pk}/", {"kind": "request"}).status_code == 404


def test_place_is_set_by_pressing_a_candidate():
    kota = a_district("Kota")
    request = a_request(
        None, attention="place_unknown", place_candidates=[{"district": kota.pk, "block": None}]
    )
    desk = logged_in(a_volunteer(role=Role.STATE_DESK))
    assert f'value="{kota.pk}"' in desk.get("/places/").content.decode()
    desk.post(f"/places/{request.code}/", {"place": str(kota.pk)})
    request.refresh_from_db()
    assert (request.district, request.attention) == (kota, "")


def test_lead_is_checked_with_a_name():
    person = a_volunteer("asha")
    lead, _contact = beds_free()
    client = logged_in(person)
    assert "not checked yet" in client.get("/leads/?need=beds").content.decode()
    page = client.post(f"/leads/{lead.pk}/", {"outcome": "works"}, follow=True).content.decode()
    assert "by Asha" in page
    assert not DIGITS.search(page)
    assert "ten beds free" not in client.get("/leads/?need=food").content.decode()


def beds_free(phone: str = PHONE) -> tuple[Lead, Contact]:
    lead = a_lead("ten beds free", needs=("beds",), phones=(phone,))
    return lead, lead.contacts.get()


def test_number_of_a_lead_is_shown_after_one_logged_press():
    person, (lead, contact) = a_volunteer("asha"), beds_free()
    client = logged_in(person)
    assert not DIGITS.search(client.get("/leads/").content.decode())
    sent = {"contact": contact.pk, "meant": "call"}
    headers = {"HX-Request": "true", "HX-Target": f"contact-{contact.pk}"}
    fragment = client.post(f"/leads/{lead.pk}/reveal/", sent, headers=headers).content.decode()
    whole = client.post(f"/leads/{lead.pk}/reveal/", sent).content.decode()
    assert fragment.count(PHONE) >= 1
    assert "<html" not in fragment
    assert PHONE in whole
    assert "ten beds free" in whole
    assert [(look.by, look.lead, look.contact_key) for look in Look.objects.all()] == [
        (person, lead, contact.pk)
    ] * 2


def test_number_of_a_lead_dials_nothing_in_the_demo(settings):
    settings.DEMO = True
    lead, contact = beds_free()
    client = logged_in(a_volunteer())
    for meant in ("call", "whatsapp", "show"):
        sent = {"contact": contact.pk, "meant": meant}
        page = client.post(f"/leads/{lead.pk}/reveal/", sent).content.decode()
        assert PHONE in page
        assert "tel:" not in page
        assert "wa.me" not in page
    settings.DEMO = False
    sent = {"contact": contact.pk, "meant": "call"}
    assert f"tel:{PHONE}" in client.post(f"/leads/{lead.pk}/reveal/", sent).content.decode()


def test_numbers_of_leads_and_of_requests_count_in_one_limit():
    person, request, (lead, contact) = a_volunteer(), a_request(phone=PHONE), beds_free()
    client, now = logged_in(person), timezone.now()
    Event.objects.bulk_create(
        Event(request=request, kind=EventKind.REVEALED, by=person, at=now)
        for _ in range(REVEALS_PER_HOUR - 1)
    )
    sent = {"contact": contact.pk}
    assert PHONE in client.post(f"/leads/{lead.pk}/reveal/", sent).content.decode()
    refused = client.post(f"/leads/{lead.pk}/reveal/", sent).content.decode()
    assert "very many numbers" in refused
    assert not DIGITS.search(refused)
    assert not DIGITS.search(act(client, request, "reveal", contact=request.contacts.get().pk))
    assert Look.objects.count() == 1


def test_number_of_another_lead_or_a_request_is_not_found_at_a_lead():
    (lead, _own), (_other, foreign), request = beds_free(), beds_free("+919829012346"), a_request("Kota")
    client = logged_in(a_volunteer())
    for contact in (foreign, request.contacts.get()):
        assert client.post(f"/leads/{lead.pk}/reveal/", {"contact": contact.pk}).status_code == 404


def test_who_watches_sees_no_number_of_a_lead():
    lead, contact = beds_free()
    client = logged_in(a_volunteer(role=Role.MONITOR))
    page = client.post(f"/leads/{lead.pk}/reveal/", {"contact": contact.pk}).content.decode()
    assert not DIGITS.search(page)
    assert not Look.objects.exists()


def test_a_look_at_a_number_is_never_changed_or_deleted():
    lead, contact = beds_free()
    Look.objects.create(lead=lead, contact_key=contact.pk, by=a_volunteer(), at=timezone.now())
    for change in (lambda: Look.objects.update(contact_key=0), lambda: Look.objects.all().delete()):
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            change()


def test_a_withdrawn_lead_is_not_checked_any_more():
    asha, ravi, (lead, _contact) = a_volunteer("asha"), a_volunteer("ravi"), beds_free()
    stale, now = Lead.objects.get(pk=lead.pk), timezone.now()
    assert lead.check_off(CheckOutcome.GONE, asha, now)
    assert not stale.check_off(CheckOutcome.WORKS, ravi, now)
    page = logged_in(ravi).post(f"/leads/{lead.pk}/", {"outcome": "works"}, follow=True).content.decode()
    assert "took it off the list a moment ago" in page
    lead.refresh_from_db()
    assert (lead.is_withdrawn, lead.last_check.by) == (True, asha)


def test_status_link_is_shown_once_and_noted_without_its_secret():
    person, request = a_volunteer("asha"), a_request(phone=PHONE)
    client = logged_in(person)
    link = re.findall(r'value="http://testserver(/status/[^"]+)"', act(client, request, "status_link"))[0]
    assert Client().get(link).status_code == 200
    later = client.get(f"/requests/{request.code}/").content.decode()
    assert "/status/" not in later
    assert "made a status link" in later
    event = Event.objects.get(request=request, kind=EventKind.LINK_MADE)
    assert (event.by, event.note, event.data) == (person, "", {})
    assert "/status/" in act(client, request, "status_link", htmx="case")
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.MONITOR])
def test_who_does_not_work_on_a_request_makes_no_link_of_it(role):
    request = a_request()
    request.claim(a_volunteer("asha"), timezone.now())
    page = act(logged_in(a_volunteer(role=role)), request, "status_link")
    request.refresh_from_db()
    assert "/status/" not in page
    assert request.status_token_hash == ""
    assert not Event.objects.filter(kind=EventKind.LINK_MADE).exists()


def a_mention(request_district="Jaipur") -> Post:
    text = f"@RajHelpDesk need oxygen cylinder in {request_district} for my father, 9829012345"
    return read_now(a_post(text, source="x", external_id="77", x_id=77, may_reply=True, author_handle="ravi"))


def test_reply_is_pressed_previewed_and_queued_with_the_code():
    post, client = a_mention(), logged_in(a_volunteer())
    request = post.request
    page = act(client, request, "reply_preview", template="received-en-1", post=post.pk)
    assert f"Code {request.code}." in page
    act(client, request, "reply", text=f"We are on it. {request.code}", post=post.pk)
    reply = Reply.objects.get()
    assert (reply.post, reply.state) == (post, "due")


@pytest.mark.parametrize(
    "text", ["We are on it", "{code} call 9829012346", "{code} see https://example.org/a"]
)
def test_reply_without_code_or_with_a_number_or_link_is_refused_in_words(text):
    post = a_mention()
    page = act(
        logged_in(a_volunteer()),
        post.request,
        "reply",
        text=text.format(code=post.request.code),
        post=post.pk,
    )
    assert 'class="error"' in page
    assert not Reply.objects.exists()


def test_duty_switch_goes_on_and_off():
    person = a_volunteer(on_duty=False)
    client = logged_in(person)
    client.post("/duty/", {"on": "1", "next": "/queue/"})
    person.refresh_from_db()
    assert person.is_on_duty
    answer = client.post("/duty/", {"on": "0", "next": "https://evil.example/"})
    person.refresh_from_db()
    assert not person.is_on_duty
    assert answer.headers["Location"] == "/"


def test_language_is_kept_in_the_account():
    person = a_volunteer(language="en")
    client = logged_in(person)
    client.post("/language/", {"language": "hi", "next": "/queue/"})
    person.refresh_from_db()
    assert person.language == "hi"
    assert '<html lang="hi">' in client.get("/queue/").content.decode()


def test_text_of_a_post_is_escaped():
    post = read_now(a_post("<script>alert(1)</script> oxygen needed in Jaipur 9829012345", source="web"))
    page = (
        logged_in(a_volunteer(role=Role.STATE_DESK)).get(f"/requests/{post.request.code}/").content.decode()
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_deciding_words_are_marked_and_broken_evidence_is_left_out():
    evidence = [
        {"field": "needs", "start": 5, "end": 11},
        {"field": "urgency", "start": 8, "end": 20},
        {"field": "kind", "start": -1, "end": -1},
        {"field": "place", "start": 90, "end": 99},
    ]
    assert spans(evidence, 20) == [(5, 11, "needs")]
    assert marked("need oxygen <now>", evidence) == 'need <mark class="mark-needs">oxygen</mark> &lt;now&gt;'


@pytest.mark.parametrize("name", ["queue", "mine", "doctor", "review", "places", "leads"])
def test_list_asks_the_database_equally_often_however_long_it_is(name, django_assert_max_num_queries):
    client = logged_in(a_volunteer(role=Role.STATE_DESK))
    for number in range(15):
        a_request(needs=("oxygen", "beds"), phone=f"+9198111111{number:02d}")
    with django_assert_max_num_queries(24):
        assert client.get(reverse(name)).status_code == 200


def test_request_page_asks_the_database_equally_often_however_long_the_thread(django_assert_max_num_queries):
    request, client = a_request(), logged_in(a_volunteer())
    for number in range(20):
        a_post(f"word {number}", request=request, state=PostState.READ, outcome=PostOutcome.JOINED)
        request.note(f"note {number}", a_volunteer(), timezone.now())
    with django_assert_max_num_queries(27):
        client.get(f"/requests/{request.code}/")


@pytest.mark.parametrize(
    "path", ["/queue/", "/ask/", "/login/", "/admin/", "/admin/districts/volunteer/add/"]
)
def test_every_page_names_its_icon_so_that_no_browser_guesses(path):
    client = Client() if path == "/login/" else logged_in(a_volunteer(role=Role.ADMIN))
    assert 'rel="icon"' in client.get(path).content.decode()


def test_page_has_no_inline_script_style_or_handler():
    request = a_request()
    client = logged_in(a_volunteer())
    for url in ("/queue/", "/phone/", f"/requests/{request.code}/"):
        page = client.get(url).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|hx-on|javascript:", page)


def test_every_word_has_its_hindi_with_the_same_placeholders():
    with (settings.BASE_DIR / "locale/hi/LC_MESSAGES/django.po").open("rb") as file:
        catalog = read_po(file, locale="hi")
    assert len(catalog) > 400
    for message in catalog:
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        singular = message.id[-1] if isinstance(message.id, tuple) else message.id
        assert all(words), singular
        assert not message.fuzzy or not message.id, singular
        assert set(re.findall(r"%\(\w+\)s", words[-1])) == set(re.findall(r"%\(\w+\)s", singular)), singular
