"""Known scam numbers: who may put one on the list, how it is lifted, and the warning wherever such a number is shown."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from districts.models import Role
from requests_app import erasure, offering, sealing
from requests_app.erasure import Way
from requests_app.lead_states import CheckOutcome, ScamAct, ScamReason, ScamState
from requests_app.models import Contact, Lead, LeadCheck, ScamMark, ScamNumber
from requests_app.models.scams import hash_and_tail
from tests.factories import a_lead, a_request, a_volunteer, an_api_client

pytestmark = pytest.mark.django_db

CHEAT = "+919829066601"
WARNING = "Known scam number: do not pay in advance"


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


def listed(phone: str = CHEAT) -> ScamNumber:
    ScamNumber.enlist(*hash_and_tail(phone), ScamReason.FAKE, None, timezone.now())
    return ScamNumber.objects.get(phone_hash=sealing.keyed_hash(phone))


def state_of(phone: str = CHEAT) -> str:
    return ScamNumber.objects.get(phone_hash=sealing.keyed_hash(phone)).state


def quiet(line: str) -> None:
    """Progress that nobody reads."""


# --- Onto the list and off it ---------------------------------------------------------------------------------


def test_flag_of_one_volunteer_marks_the_lead_at_once_and_warns_nobody_elsewhere():
    lead, request = a_lead(phones=(CHEAT,)), a_request(phone=CHEAT)
    client = logged_in(a_volunteer("asha"))
    page = client.post(f"/leads/{lead.pk}/", {"outcome": "advance"}, follow=True).content.decode()
    assert "asked for advance payment" in page
    assert state_of() == ScamState.SUGGESTED
    assert Lead.objects.get().asked_advance
    assert WARNING not in client.get(f"/requests/{request.code}/").content.decode()


def test_two_different_volunteers_put_the_number_on_the_list_and_one_who_says_it_twice_does_not():
    now, asha, ravi = timezone.now(), a_volunteer("asha"), a_volunteer("ravi")
    first, second = a_lead(phones=(CHEAT,)), a_lead("other words", phones=(CHEAT,))
    offering.check(first, CheckOutcome.ADVANCE, asha, now)
    offering.check(second, CheckOutcome.ADVANCE, asha, now)
    assert state_of() == ScamState.SUGGESTED
    offering.check(second, CheckOutcome.ADVANCE, ravi, now)
    assert state_of() == ScamState.LISTED


@pytest.mark.parametrize("role", [Role.LEAD, Role.STATE_DESK, Role.ADMIN])
def test_district_lead_state_desk_and_admin_put_it_there_alone(role):
    lead = a_lead(phones=(CHEAT,))
    said = {"do": "list", "reason": "fake", "note": "took 5000"}
    logged_in(a_volunteer(role=role)).post(f"/leads/{lead.pk}/scam/", said)
    number = ScamNumber.objects.get()
    assert (number.state, number.reason) == (ScamState.LISTED, ScamReason.FAKE)
    assert [mark.act for mark in number.marks.all()] == [ScamAct.FLAGGED, ScamAct.LISTED]
    assert number.marks.first().note == "took 5000"


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PHONE_DESK, Role.DOCTOR, Role.MONITOR])
def test_nobody_else_may(role):
    lead = a_lead(phones=(CHEAT,))
    client = logged_in(a_volunteer(role=role))
    assert client.post(f"/leads/{lead.pk}/scam/", {"do": "list"}).status_code == 403
    assert "Scam: warn everywhere" not in client.get("/leads/").content.decode()
    assert not ScamNumber.objects.exists()


def test_of_several_numbers_the_one_that_asked_is_named():
    lead = a_lead(phones=(CHEAT, "+919829066602"))
    honest = lead.contacts.get(tail="02")
    client = logged_in(a_volunteer(role=Role.LEAD))
    page = client.post(f"/leads/{lead.pk}/", {"outcome": "advance"}, follow=True).content.decode()
    assert "Choose which of the numbers it was" in page
    assert not ScamNumber.objects.exists()
    assert not Lead.objects.get().asked_advance
    foreign = a_request().contacts.get().pk
    client.post(f"/leads/{lead.pk}/scam/", {"do": "list", "number": foreign})
    assert not ScamNumber.objects.exists()
    client.post(f"/leads/{lead.pk}/scam/", {"do": "list", "number": honest.pk})
    assert [number.phone_hash for number in ScamNumber.objects.all()] == [honest.phone_hash]


def test_number_is_lifted_with_its_history_and_must_be_flagged_anew():
    now, desk, asha, ravi = timezone.now(), a_volunteer(role=Role.STATE_DESK), a_volunteer(), a_volunteer()
    lead = a_lead(phones=(CHEAT,))
    offering.call_scam(lead, ScamReason.ADVANCE, desk, now)
    logged_in(desk).post(f"/leads/{lead.pk}/scam/", {"do": "lift", "note": "a mix-up"})
    number = ScamNumber.objects.get()
    assert number.state == ScamState.LIFTED
    assert [mark.act for mark in number.marks.all()] == [ScamAct.FLAGGED, ScamAct.LISTED, ScamAct.LIFTED]
    assert not Lead.objects.get().asked_advance
    offering.check(lead, CheckOutcome.ADVANCE, asha, now)
    assert state_of() == ScamState.SUGGESTED
    offering.check(lead, CheckOutcome.ADVANCE, ravi, now)
    assert state_of() == ScamState.LISTED


def test_history_of_the_list_is_only_ever_added_to_and_notes_may_be_blanked():
    number = listed()
    for change in (lambda: ScamMark.objects.update(act="lifted"), lambda: ScamMark.objects.all().delete()):
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            change()
    assert ScamMark.objects.update(note="") == 1
    assert number.marks.get().by is None


def test_number_itself_is_not_kept_on_the_list():
    listed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM requests_app_scamnumber")
        assert "9829066601" not in str(cursor.fetchall())


def test_administrator_sees_the_list_and_lifts_from_it():
    number, client = listed(), logged_in(a_volunteer(role=Role.ADMIN))
    address = "/admin/requests_app/scamnumber/"
    assert "Known scam number" in client.get(address).content.decode()
    client.post(address, {"action": "lift", "_selected_action": [number.pk]})
    assert state_of() == ScamState.LIFTED
    client.post(address, {"action": "enlist", "_selected_action": [number.pk]})
    assert state_of() == ScamState.LISTED
    assert client.get(f"{address}{number.pk}/change/").status_code == 200


# --- The warning -----------------------------------------------------------------------------------------------


def test_warning_stands_on_a_lead_and_no_such_lead_is_proposed():
    listed()
    a_lead("cheap cylinders", phones=(CHEAT,))
    client = logged_in(a_volunteer())
    assert WARNING in client.get("/leads/").content.decode()
    page = client.get(f"/requests/{a_request().code}/").content.decode()
    assert "cheap cylinders" not in page
    assert WARNING not in page


def test_warning_stands_on_a_request_before_and_after_its_number_is_shown():
    listed()
    request, client = a_request(phone=CHEAT), logged_in(a_volunteer())
    assert WARNING in client.get(f"/requests/{request.code}/").content.decode()
    sent = {"contact": request.contacts.get().pk}
    for headers in ({}, {"HX-Request": "true"}):
        shown = client.post(f"/requests/{request.code}/reveal/", sent, headers=headers).content.decode()
        assert CHEAT in shown
        assert WARNING in shown


def test_warning_stands_where_the_number_of_a_lead_is_shown():
    listed()
    lead, client = a_lead(phones=(CHEAT,)), logged_in(a_volunteer())
    sent = {"contact": lead.contacts.get().pk}
    for headers in ({}, {"HX-Request": "true"}):
        shown = client.post(f"/leads/{lead.pk}/reveal/", sent, headers=headers).content.decode()
        assert CHEAT in shown
        assert WARNING in shown


def test_warning_stands_in_queue_and_mine_and_on_the_doctor_desk_and_after_a_claim():
    listed()
    request = a_request(phone=CHEAT)
    asha = a_volunteer("asha")
    client = logged_in(asha)
    assert WARNING in client.get("/queue/").content.decode()
    headers = {"HX-Request": "true", "HX-Target": f"card-{request.code}"}
    assert WARNING in client.post(f"/requests/{request.code}/claim/", headers=headers).content.decode()
    assert WARNING in client.get("/mine/").content.decode()
    a_request(phone=CHEAT, needs=("consultation",), is_consultation=True)
    assert WARNING in logged_in(a_volunteer(role=Role.DOCTOR)).get("/doctor/").content.decode()


def test_warning_stands_at_the_phone_desk_and_in_the_search_by_number_even_without_a_request():
    listed()
    client = logged_in(a_volunteer(role=Role.PHONE_DESK))
    assert WARNING in client.post("/phone/earlier/", {"number": "98290 66601"}).content.decode()
    assert WARNING in client.post("/search/", {"q": "98290 66601"}).content.decode()
    assert WARNING not in client.post("/phone/earlier/", {"number": "98290 66602"}).content.decode()
    assert WARNING not in client.post("/search/", {"q": "98290 66602"}).content.decode()


def test_api_tells_of_a_scam_number_in_the_list_and_on_one_request():
    listed()
    client, key = an_api_client(scopes=("requests:write", "requests:read"))
    bad, good = a_request(phone=CHEAT, client=client), a_request(client=client)
    headers = {"Authorization": f"Api-Key {key}"}
    rows = Client().get("/api/v1/requests/", headers=headers).json()["results"]
    assert {row["code"]: row["has_scam_number"] for row in rows} == {bad.code: True, good.code: False}
    assert Client().get(f"/api/v1/requests/{bad.code}/", headers=headers).json()["has_scam_number"] is True


def test_one_query_answers_for_a_list_of_numbers_and_none_for_no_numbers():
    listed()
    contacts = [Contact.of(f"+91982906660{n}") for n in range(8)]
    with CaptureQueriesContext(connection) as asked:
        Contact.warn_about(contacts)
        warned = [contact.tail for contact in contacts if contact.scam]
        Contact.warn_about([])
    assert (warned, len(asked)) == (["01"], 1)


def test_number_that_no_page_looked_up_is_looked_up_when_it_is_shown():
    listed()
    assert Contact.of(CHEAT).scam is not None
    assert Contact.of("+919829066602").scam is None


def test_suggested_and_lifted_numbers_warn_nobody():
    number, now = listed(), timezone.now()
    number.lift(a_volunteer(), now)
    ScamNumber.flag(*hash_and_tail("+919829066602"), ScamReason.FAKE, a_volunteer(), now)
    hashes = [sealing.keyed_hash(phone) for phone in (CHEAT, "+919829066602")]
    assert ScamNumber.objects.known(hashes) == {}


# --- Taking a list in -------------------------------------------------------------------------------------------


def take_in(path: Path) -> str:
    out = StringIO()
    call_command("import_scam_numbers", str(path), stdout=out, stderr=out)
    return out.getvalue()


def test_plain_list_is_taken_in_once_however_often_it_is_given(tmp_path):
    path = tmp_path / "numbers.txt"
    path.write_text("# from the cyber cell\n98290 66601\n\n+91-98290-66602\n")
    assert "2 numbers new on the list, 0 known" in take_in(path)
    assert "0 numbers new on the list, 2 known already" in take_in(path)
    assert ScamNumber.objects.listed().count() == 2
    assert ScamMark.objects.count() == 2


def test_csv_carries_reasons_and_notes_and_notes_are_masked(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("phone,reason,note\n9829066601,advance,also uses 9829066699\n")
    take_in(path)
    number = ScamNumber.objects.get()
    assert number.reason == ScamReason.ADVANCE
    assert "9829066699" not in number.marks.get().note


def test_bad_lines_are_named_and_the_others_taken_in(tmp_path, capsys):
    path = tmp_path / "numbers.csv"
    path.write_text("phone,reason\n12,fake\n9829066601,nonsense\n9829066602,fake\n")
    out = StringIO()
    with pytest.raises(CommandError, match="2 lines were not taken in"):
        call_command("import_scam_numbers", str(path), stdout=out, stderr=out)
    assert "line 2: no phone number" in out.getvalue()
    assert "line 3: a reason is one of" in out.getvalue()
    assert ScamNumber.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.csv", None, "No such file"),
        ("numbers.csv", b"number\n9829066601\n", "no column phone"),
        ("numbers.txt", b"\xff\xfe9829", "no UTF-8"),
    ],
)
def test_unreadable_file_is_named(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        take_in(path)


def test_number_that_a_person_lifted_stays_lifted(tmp_path):
    listed().lift(a_volunteer(), timezone.now())
    path = tmp_path / "numbers.txt"
    path.write_text("9829066601\n")
    assert "1 lifted by a person and left so" in take_in(path)
    assert state_of() == ScamState.LIFTED


# --- Erasure -----------------------------------------------------------------------------------------------------


def test_erasing_a_number_keeps_it_on_the_list_and_forgets_a_mere_suggestion():
    now, told = timezone.now(), []
    listed()
    erasure.by_phone(CHEAT, Way(now), told.append)
    assert state_of() == ScamState.LISTED
    assert any("list of known scam numbers" in line for line in told)
    ScamNumber.objects.get().lift(a_volunteer(), now, note="call 98290 66601 again")
    erasure.by_phone(CHEAT, Way(now), quiet)
    number = ScamNumber.objects.get()
    assert (number.phone_hash, number.tail) == (f"erased-{number.pk}", "")
    assert set(number.marks.values_list("note", flat=True)) == {""}


def test_age_forgets_suggestions_and_keeps_what_is_listed():
    now = timezone.now()
    old, kept = listed("+919829066602"), listed()
    old.lift(a_volunteer(), now - timedelta(days=366))
    ScamNumber.objects.filter(pk=kept.pk).update(changed_at=now - timedelta(days=900))
    erasure.by_age(Way(now), quiet)
    assert set(ScamNumber.objects.values_list("phone_hash", flat=True)) == {
        f"erased-{old.pk}",
        kept.phone_hash,
    }


def test_age_erases_an_old_offer_with_the_notes_of_its_checks_and_keeps_one_that_was_checked_lately():
    now, asha = timezone.now(), a_volunteer()
    long_ago = now - timedelta(days=91)
    old, kept = a_lead("old words", said_at=long_ago), a_lead("kitchen", said_at=long_ago, needs=("food",))
    old.check_off(CheckOutcome.WORKS, asha, long_ago, note="ask for Ramesh")
    kept.check_off(CheckOutcome.WORKS, asha, now - timedelta(days=2), note="ask for Suresh")
    assert erasure.by_age(Way(now), quiet).leads == 1
    assert list(Lead.objects.order_by("pk").values_list("summary", flat=True)) == ["", "kitchen"]
    assert list(LeadCheck.objects.order_by("pk").values_list("note", flat=True)) == ["", "ask for Suresh"]
