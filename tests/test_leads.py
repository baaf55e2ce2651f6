"""Leads: said, checked, going stale, proposed for a request, used; what asked for money in advance is never proposed."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from districts.models import Role
from requests_app import corrections, offering
from requests_app.lead_states import CheckOutcome, UseOutcome
from requests_app.models import Event, Lead, LeadCheck, LeadUse, Post
from requests_app.rereading import not_read_by, reread
from requests_app.states import EventKind, NeedState, PostOutcome, Source
from requests_app.triage import read_now
from tests.factories import a_district, a_lead, a_post, a_request, a_volunteer

pytestmark = pytest.mark.django_db

PHONE = "+919829012345"
OFFER = "20 oxygen cylinders available in Jaipur, free refill, contact 98290 12345 anytime"
DIGITS = re.compile(r"9829012345|98290 ?12345")


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


def ago(**span):
    return timezone.now() - timedelta(**span)


def an_offer(text: str = OFFER, **fields) -> Post:
    post = read_now(a_post(text, source=Source.X, **fields))
    assert post.outcome == PostOutcome.LEAD
    return post


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


# --- Said ---------------------------------------------------------------------------------------------------------


def test_offer_becomes_a_lead_with_need_place_number_and_quantity():
    lead = an_offer().lead
    assert (lead.needs, lead.district) == (["oxygen"], a_district("Jaipur"))
    assert [contact.phone for contact in lead.contacts.all()] == [PHONE]
    assert lead.quantities == [{"need": "oxygen", "count": 20, "unit": "cylinder", "per_day": False}]
    assert not DIGITS.search(lead.summary)


def test_same_number_with_the_same_need_said_again_renews_the_lead_and_takes_its_news():
    first = an_offer(posted_at=ago(hours=3)).lead
    again = an_offer("8 oxygen cylinders available in Jaipur, free refill, contact 98290 12345 today")
    assert again.lead_id == first.pk
    lead = fresh(first)
    assert lead.said_at == again.posted_at
    assert lead.stale_at > first.stale_at
    assert lead.quantities[0]["count"] == 8
    assert lead.posts.count() == 2


def test_same_number_with_another_need_or_in_another_district_is_another_lead():
    first = an_offer().lead
    food = an_offer(
        "Free food packets available in Jaipur, khana chahiye to contact 98290 12345 anytime"
    ).lead
    kota = an_offer("20 oxygen cylinders available in Kota, free refill, contact 98290 12345 anytime").lead
    assert len({first.pk, food.pk, kota.pk}) == 3


def test_plain_copy_belongs_to_its_lead_and_renews_nothing():
    first = an_offer(external_id="77", posted_at=ago(hours=3)).lead
    copy = an_offer(copy_of="77")
    assert copy.lead_id == first.pk
    assert fresh(first).said_at == first.said_at


def test_what_was_out_of_stock_is_fresh_when_it_is_said_later_and_a_wrong_number_is_not():
    asha, now = a_volunteer("asha"), timezone.now()
    empty, wrong = a_lead(said_at=ago(hours=2)), a_lead(said_at=ago(hours=2))
    empty.check_off(CheckOutcome.OUT_OF_STOCK, asha, ago(hours=1))
    wrong.check_off(CheckOutcome.WRONG_NUMBER, asha, ago(hours=1))
    for lead in (empty, wrong):
        lead.say_again(now, now)
    assert not fresh(empty).is_stale(now)
    assert fresh(wrong).is_stale(now)


def test_what_was_said_before_the_check_renews_nothing_after_it():
    lead, now = a_lead(said_at=ago(hours=3)), timezone.now()
    lead.check_off(CheckOutcome.OUT_OF_STOCK, a_volunteer(), ago(hours=1))
    lead.say_again(ago(hours=2), now)
    assert fresh(lead).is_stale(now)


def test_withdrawn_lead_is_offered_again_when_it_is_said_later():
    lead, now = a_lead(said_at=ago(hours=3)), timezone.now()
    lead.check_off(CheckOutcome.GONE, a_volunteer(), ago(hours=1))
    lead.say_again(now, now)
    assert not fresh(lead).is_withdrawn


def test_offer_that_a_person_named_becomes_a_lead_too():
    request = read_now(a_post("Oxygen cylinder Jaipur 98290 12345 chahiye turant", source=Source.X)).request
    corrections.correct(request, "kind", "offer", a_volunteer(), timezone.now())
    assert Lead.objects.get().contacts.get().phone == PHONE


# --- Checked -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (CheckOutcome.WORKS, 1),
        (CheckOutcome.PARTLY, 1),
        (CheckOutcome.NO_ANSWER, 0.25),
        (CheckOutcome.OUT_OF_STOCK, 0),
        (CheckOutcome.WRONG_NUMBER, 0),
        (CheckOutcome.NOT_AS_SAID, 0),
        (CheckOutcome.ADVANCE, 0),
        (CheckOutcome.GONE, 0),
    ],
)
def test_check_renews_or_ends_the_freshness_and_no_answer_costs_one_half_life(outcome, expected):
    now = timezone.now()
    lead = a_lead(needs=("food",), said_at=now - timedelta(days=2))
    assert lead.freshness(now) == pytest.approx(0.5, abs=0.01)
    assert lead.check_off(outcome, a_volunteer(), now)
    assert fresh(lead).freshness(now) == pytest.approx(expected, abs=0.01)
    assert fresh(lead).is_stale(now) is (expected < 0.3)
    assert fresh(lead).last_check.outcome == outcome


def test_checks_are_never_changed_or_deleted_and_their_notes_may_be_blanked():
    lead, now = a_lead(), timezone.now()
    lead.check_off(CheckOutcome.WORKS, a_volunteer(), now, note="ask for Ram", left=3)
    first = lead.last_check
    lead.check_off(CheckOutcome.WORKS, a_volunteer(), now)
    changes = (
        lambda: LeadCheck.objects.update(outcome="gone"),
        lambda: LeadCheck.objects.update(note="other words"),
        lambda: first.delete(),
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            change()
    assert LeadCheck.objects.update(note="") == 2


def test_check_is_shown_with_time_name_outcome_note_and_what_is_left_and_never_as_verified():
    lead = a_lead()
    client = logged_in(a_volunteer("asha"))
    said = {"outcome": "partly", "left": "4", "note": "only with a prescription, call 9829012345"}
    page = client.post(f"/leads/{lead.pk}/", said, follow=True).content.decode()
    assert re.search(r"checked at \S+.* by Asha: works partly", page)
    assert "4 left at the last check" in page
    assert "only with a prescription" in page
    assert "verified" not in page.lower()
    assert not DIGITS.search(page)


def test_number_in_the_note_of_a_check_is_kept_sealed_as_one_of_the_lead():
    lead = a_lead(phones=("+919829055501",))
    said = {"outcome": "works", "note": "ask the brother, 98290 12345"}
    logged_in(a_volunteer()).post(f"/leads/{lead.pk}/", said)
    assert [contact.phone for contact in lead.contacts.all()] == ["+919829055501", PHONE]
    assert not DIGITS.search(LeadCheck.objects.get().note)


def test_check_answers_htmx_with_the_lead_alone():
    lead = a_lead()
    headers = {"HX-Request": "true", "HX-Target": f"lead-{lead.pk}"}
    answer = logged_in(a_volunteer("asha")).post(f"/leads/{lead.pk}/", {"outcome": "works"}, headers=headers)
    assert "<html" not in answer.content.decode()
    assert f'id="lead-{lead.pk}"' in answer.content.decode()


# --- The list ------------------------------------------------------------------------------------------------------


def test_list_shows_fresh_ones_first_then_stale_ones_and_leaves_out_what_is_too_old():
    a_lead("beds said now", needs=("beds",))
    a_lead("beds stale", needs=("beds",), said_at=ago(hours=2))
    a_lead("beds too old", needs=("beds",), said_at=ago(hours=6))
    client = logged_in(a_volunteer())
    page = client.get("/leads/").content.decode()
    assert page.index("beds said now") < page.index("beds stale")
    assert page.count("is-stale") == 1
    assert "beds too old" not in page
    assert "beds too old" in client.get("/leads/?show=all").content.decode()


def test_list_is_narrowed_by_need_district_and_words():
    a_lead("cylinders in Jaipur")
    a_lead("meals in Kota", needs=("food",), district="Kota")
    client, kota = logged_in(a_volunteer()), a_district("Kota").pk
    for query in ("need=food", f"district={kota}", "q=meals", f"need=food&district={kota}&q=meals"):
        page = client.get(f"/leads/?{query}").content.decode()
        assert ("meals in Kota" in page, "cylinders in Jaipur" in page) == (True, False), query
    assert client.get("/leads/?need=zebra&district=x&after=zz&show=1").status_code == 200


def test_number_is_kept_out_of_the_address_of_the_list():
    answer = logged_in(a_volunteer()).get("/leads/?q=9829012345")
    assert answer.headers["Location"] == "/leads/"


def test_list_goes_on_where_the_page_before_ended():
    for number in range(35):
        a_lead(f"offer <{number:02d}>", said_at=ago(minutes=number))
    client = logged_in(a_volunteer())
    first = client.get("/leads/").content.decode()
    more = re.search(r'href="(\?[^"]*after=[^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(f"/leads/{more}").content.decode()
    found = [re.findall(r"offer &lt;(\d\d)&gt;", page) for page in (first, second)]
    assert found == [[f"{n:02d}" for n in range(30)], [f"{n:02d}" for n in range(30, 35)]]


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_list_and_request_cost_the_same_queries_for_few_and_many_leads():
    request, client = a_request(), logged_in(a_volunteer())
    for number in range(2):
        a_lead(phones=(f"+9198290660{number:02d}", f"+9198290670{number:02d}"))
    few = [queries_of(client, path) for path in ("/leads/", f"/requests/{request.code}/")]
    for number in range(2, 12):
        a_lead(phones=(f"+9198290660{number:02d}", f"+9198290670{number:02d}"))
    assert [queries_of(client, path) for path in ("/leads/", f"/requests/{request.code}/")] == few


# --- By hand -------------------------------------------------------------------------------------------------------


def by_hand(client: Client, **changes) -> str:
    said = {
        "token": str(uuid.uuid4()),
        "text": "Sharma gas agency refills",
        "needs": ["oxygen"],
        "number": "98290 12345",
        "count": "12",
        "unit": "cylinder",
        "supply": "shop",
        "place": str(a_district("Jaipur").pk),
    }
    return client.post("/leads/new/", {**said, **changes}, follow=True).content.decode()


def test_lead_taken_down_by_hand_is_on_the_list_with_its_post():
    page = by_hand(logged_in(a_volunteer("asha", role=Role.PHONE_DESK)))
    lead = Lead.objects.get()
    assert "The lead is on the list" in page
    assert "Sharma gas agency" in page
    assert (lead.supply, lead.quantities[0]["count"], lead.district) == ("shop", 12, a_district("Jaipur"))
    assert lead.contacts.get().phone == PHONE
    assert lead.posts.get().text == "Sharma gas agency refills"


def test_double_press_makes_one_lead_and_the_same_number_and_need_joins():
    client, token = logged_in(a_volunteer()), str(uuid.uuid4())
    by_hand(client, token=token)
    by_hand(client, token=token)
    assert Post.objects.count() == 1
    page = by_hand(client, text="Sharma agency again, 4 cylinder")
    assert "counts as said again" in page
    assert (Lead.objects.count(), Lead.objects.get().posts.count()) == (1, 2)


def test_lead_by_hand_needs_words_a_need_and_a_number():
    client = logged_in(a_volunteer())
    for change in ({"text": ""}, {"needs": []}, {"number": "12"}, {"number": ""}, {"token": "x"}):
        by_hand(client, **change)
    assert not Lead.objects.exists()


def test_lead_by_hand_is_not_made_a_plea_by_reading_it_again():
    by_hand(logged_in(a_volunteer()), text="Jaipur me papa ko oxygen cylinder ki turant zarurat hai, SpO2 82")
    reread(not_read_by(""), lambda line: None)
    assert Post.objects.get().outcome == PostOutcome.LEAD


# --- On a request --------------------------------------------------------------------------------------------------


def test_request_shows_fresh_leads_of_its_district_first_and_then_of_its_neighbours():
    request = a_request("Jaipur", needs=("oxygen",))
    a_lead("in Dausa", district="Dausa")
    a_lead("in Jaipur", district="Jaipur", said_at=ago(hours=2))
    page = logged_in(a_volunteer()).get(f"/requests/{request.code}/").content.decode()
    assert page.index("in Jaipur") < page.index("in Dausa")
    assert "said 2 h ago, not checked yet" in page


@pytest.mark.parametrize(
    "lead",
    [
        {"needs": ("food",)},
        {"district": "Jaisalmer"},
        {"district": None},
        {"said_at": timezone.now() - timedelta(days=2)},
        {"is_withdrawn": True},
        {"asked_advance": True},
    ],
)
def test_lead_for_another_need_far_away_stale_withdrawn_or_flagged_is_not_proposed(lead):
    a_lead("the other one", **lead)
    request = a_request("Jaipur", needs=("oxygen",))
    page = logged_in(a_volunteer()).get(f"/requests/{request.code}/").content.decode()
    assert "the other one" not in page


def test_met_needs_and_closed_requests_propose_nothing_and_six_are_enough():
    asha, request = a_volunteer("asha"), a_request("Jaipur", needs=("oxygen",))
    for number in range(9):
        a_lead(f"offer {number}", phones=(f"+91982906600{number}",))
    page = logged_in(asha).get(f"/requests/{request.code}/").content.decode()
    assert page.count('class="proposal"') == 6
    request.needs.update(state=NeedState.MET)
    assert "proposal" not in logged_in(asha).get(f"/requests/{request.code}/").content.decode()


def press_used(client: Client, request, lead, **said) -> str:
    sent = {"lead": lead.pk, "outcome": "got_it", **said}
    return client.post(f"/requests/{request.code}/use_lead/", sent, follow=True).content.decode()


def test_using_a_lead_is_kept_on_the_request_and_on_the_lead_and_may_meet_the_need():
    asha, request, lead = a_volunteer("asha"), a_request(), a_lead(said_at=ago(hours=2))
    page = press_used(logged_in(asha), request, lead, met="oxygen", note="gave one cylinder")
    use = LeadUse.objects.get()
    assert (use.request, use.lead, use.by, use.outcome) == (request, lead, asha, UseOutcome.GOT_IT)
    event = Event.objects.get(kind=EventKind.LEAD_USED)
    assert (event.note, event.data) == ("gave one cylinder", {"lead": lead.pk, "outcome": "got_it"})
    assert request.needs.get().state == NeedState.MET
    assert (fresh(lead).helped, fresh(lead).last_check.outcome) == (1, CheckOutcome.WORKS)
    assert "used a lead" in page
    assert "helped 1 time" in logged_in(asha).get("/leads/").content.decode()


def test_need_stays_open_unless_somebody_says_that_it_is_met():
    request, lead = a_request(), a_lead()
    press_used(logged_in(a_volunteer()), request, lead)
    assert request.needs.get().state == NeedState.OPEN


def test_lead_that_did_not_help_is_proposed_to_nobody_any_more():
    request, lead, client = a_request(), a_lead("empty shop"), logged_in(a_volunteer())
    page = press_used(client, request, lead, outcome="out_of_stock", met="oxygen")
    assert "empty shop" not in page
    assert request.needs.get().state == NeedState.OPEN
    assert fresh(lead).helped == 0


def test_use_of_a_missing_lead_or_for_a_closed_request_changes_nothing():
    request, lead, client = a_request(), a_lead(), logged_in(a_volunteer("asha"))
    sent = {"lead": 999_999, "outcome": "got_it"}
    assert client.post(f"/requests/{request.code}/use_lead/", sent).status_code == 404
    request.resolve("helped", a_volunteer(), timezone.now())
    press_used(client, request, lead)
    assert not LeadUse.objects.exists()


def test_uses_are_only_ever_added():
    request, lead = a_request(), a_lead()
    offering.use(request, lead, UseOutcome.NO_ANSWER, a_volunteer(), timezone.now())
    for change in (lambda: LeadUse.objects.update(outcome="got_it"), lambda: LeadUse.objects.all().delete()):
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            change()
