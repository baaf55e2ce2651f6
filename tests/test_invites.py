"""Invites: a link makes one account with exactly what it was made for, once; everything else looks the same."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from districts.models import AccountChange, Invite, Role, Spent, Volunteer
from requests_app.clock import database_now
from requests_app.models import Tally
from requests_app.views.joining import GUESSES_PER_MINUTE
from tests.factories import a_district, a_volunteer

pytestmark = pytest.mark.django_db
PASSWORD = "mustard-fields-41"
ACCOUNT = {"first_name": "Rekha Devi", "username": "rekha", "password": PASSWORD, "language": "hi"}


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


def an_invite(by=None, role=Role.VOLUNTEER, districts=("Jaipur",), days: float = 7) -> str:
    """The path of a new link."""
    by = by or a_volunteer("kavita", role=Role.LEAD)
    now = timezone.now()
    places = [a_district(name) for name in districts]
    return f"/join/{Invite.make(role, places, by, now, now + timedelta(days=days), 'my cousin')}/"


def body(answer) -> bytes:
    return answer.content.split(b"</header>")[1]


def test_link_makes_the_account_that_it_was_made_for_and_logs_it_in():
    link = an_invite(a_volunteer("desk", role=Role.STATE_DESK), Role.PHONE_DESK, ("Jaipur", "Kota"))
    client = Client()
    answer = client.post(link, ACCOUNT)
    person = Volunteer.objects.get(username="rekha")
    assert answer.headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/phone/"
    assert (person.role, person.name, person.language) == (Role.PHONE_DESK, "Rekha Devi", "hi")
    assert {district.name_en for district in person.districts.all()} == {"Jaipur", "Kota"}
    assert person.check_password(PASSWORD)
    assert not person.is_on_duty
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert AccountChange.objects.get().kind == "joined"


def test_role_and_districts_in_the_form_change_nothing():
    more = {"role": "admin", "districts": a_district("Kota").pk, "is_staff": "1", "is_superuser": "1"}
    Client().post(an_invite(), ACCOUNT | more)
    person = Volunteer.objects.get(username="rekha")
    assert (person.role, person.is_staff, person.is_superuser) == (Role.VOLUNTEER, False, False)
    assert person.district_codes == [a_district().pk]


def test_link_works_once():
    link = an_invite()
    Client().post(link, ACCOUNT)
    answer = Client().post(link, ACCOUNT | {"username": "second"})
    assert answer.status_code == 404
    assert not Volunteer.objects.filter(username="second").exists()


def test_used_expired_revoked_unknown_and_broken_links_look_the_same():
    lead = a_volunteer("kavita", role=Role.LEAD)
    used, expired, revoked = an_invite(lead), an_invite(lead, days=-1), an_invite(lead)
    gone = an_invite(a_volunteer("gone", role=Role.LEAD))
    demoted = an_invite(a_volunteer("demoted", role=Role.LEAD))
    Client().post(used, ACCOUNT)
    Invite.find(revoked.split("/")[2], timezone.now()).revoke(timezone.now())
    Volunteer.objects.get(username="gone").close()
    Volunteer.objects.filter(username="demoted").update(role=Role.VOLUNTEER)
    unknown = [f"/join/{'a' * 43}/", "/join/x/", "/join/%00/", "/join/é/"]
    answers = [Client().get(path) for path in (used, expired, revoked, gone, demoted, *unknown)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({body(answer) for answer in answers}) == 1
    assert b"Ask who sent it to you for a new one" in answers[0].content


def test_guessing_is_slowed_down_and_a_right_link_still_opens():
    link = an_invite()
    codes = [Client().get("/join/x/").status_code for _number in range(2 * GUESSES_PER_MINUTE + 2)]
    assert codes[:GUESSES_PER_MINUTE] == [404] * GUESSES_PER_MINUTE
    assert 429 in codes
    assert Client().get(link).status_code == 200
    assert not Tally.objects.filter(key__contains="127.0.0.1").exists()


def test_link_is_kept_out_of_caches_and_of_other_sites():
    answer = Client().get(an_invite())
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_token_is_not_in_the_database():
    token = an_invite().split("/")[2]
    assert len(token) == 43
    assert token not in str(list(Invite.objects.values()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short"},
        {"password": "password123"},
        {"password": "4815162342"},
        {"password": "rekha devi1"},
        {"password": ""},
        {"username": ""},
        {"username": "a b"},
        {"first_name": ""},
        {"language": "xx"},
    ],
)
def test_account_that_is_not_right_is_not_made_and_the_link_stays_open(wrong):
    link = an_invite()
    assert Client().post(link, ACCOUNT | wrong).status_code == 200
    assert not Volunteer.objects.filter(first_name="Rekha Devi").exists()
    assert Client().post(link, ACCOUNT).status_code == 302


def test_taken_user_name_is_told_and_the_link_stays_open():
    link = an_invite()
    a_volunteer("rekha")
    assert b"aria-invalid" in Client().post(link, ACCOUNT).content
    assert Client().post(link, ACCOUNT | {"username": "rekha2"}).status_code == 302


def test_lead_gets_the_link_once_and_only_its_hash_is_kept():
    lead = a_volunteer("kavita", role=Role.LEAD)
    client = logged_in(lead)
    fields = {"role": "volunteer", "districts": [a_district().pk], "meant_for": "my cousin"}
    shown = client.post("/invites/", fields).content.decode()
    assert "http://testserver/join/" in shown
    later = client.get("/invites/").content.decode()
    assert "/join/" not in later
    assert "my cousin" in later


@pytest.mark.parametrize(
    ("by", "role", "district", "may"),
    [
        (Role.LEAD, Role.VOLUNTEER, "Jaipur", True),
        (Role.LEAD, Role.PHONE_DESK, "Jaipur", True),
        (Role.LEAD, Role.VOLUNTEER, "Kota", False),
        (Role.LEAD, Role.VOLUNTEER, None, False),
        (Role.LEAD, Role.DOCTOR, "Jaipur", False),
        (Role.LEAD, Role.LEAD, "Jaipur", False),
        (Role.LEAD, Role.ADMIN, "Jaipur", False),
        (Role.STATE_DESK, Role.LEAD, "Kota", True),
        (Role.STATE_DESK, Role.STATE_DESK, None, False),
        (Role.STATE_DESK, Role.ADMIN, "Kota", False),
        (Role.ADMIN, Role.STATE_DESK, None, True),
        (Role.ADMIN, Role.MONITOR, None, True),
        (Role.ADMIN, Role.ADMIN, None, False),
    ],
)
def test_who_may_invite_whom(by, role, district, may):
    places = [a_district(district).pk] if district else []
    logged_in(a_volunteer("one", role=by)).post("/invites/", {"role": role, "districts": places})
    assert Invite.objects.exists() == may


def test_invite_of_the_state_desk_carries_no_district():
    admin = a_volunteer("boss", role=Role.ADMIN)
    logged_in(admin).post("/invites/", {"role": "state_desk", "districts": [a_district().pk]})
    assert not Invite.objects.get().districts.exists()


def test_database_refuses_an_invite_for_an_administrator():
    with pytest.raises(IntegrityError), transaction.atomic():
        an_invite(role=Role.ADMIN)


def test_lead_takes_back_own_invites_alone():
    lead, other = a_volunteer("kavita", role=Role.LEAD), a_volunteer("other", role=Role.LEAD)
    link = an_invite(lead)
    key = Invite.objects.get().pk
    assert logged_in(other).post(f"/invites/{key}/revoke/").status_code == 404
    assert logged_in(lead).post(f"/invites/{key}/revoke/").status_code == 302
    assert Client().get(link).status_code == 404


def test_link_to_a_district_that_its_lead_has_lost_opens_nothing():
    lead = a_volunteer("lead", "Jaipur", "Kota", role=Role.LEAD)
    kept, lost = an_invite(lead), an_invite(lead, districts=("Jaipur", "Kota"))
    lead.districts.set([a_district("Jaipur")])
    assert Client().get(lost).status_code == 404
    assert Client().get(kept).status_code == 200


def test_note_for_whom_goes_when_the_link_is_used_or_taken_back():
    lead = a_volunteer("kavita", role=Role.LEAD)
    Client().post(an_invite(lead), ACCOUNT)
    an_invite(lead)
    Invite.objects.get(used_at=None).revoke(timezone.now())
    assert set(Invite.objects.values_list("meant_for", flat=True)) == {""}


def test_person_who_is_logged_in_already_becomes_the_new_one():
    client = logged_in(a_volunteer("asha"))
    client.post(an_invite(), ACCOUNT)
    assert get_user(client).username == "rekha"


@pytest.mark.django_db(transaction=True)
def test_two_who_use_a_link_at_once_make_one_account(gazetteer):
    invite = Invite.find(an_invite().split("/")[2], timezone.now())
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def use(username: str) -> None:
        person = Volunteer(username=username, first_name=username)
        person.set_unusable_password()
        try:
            start.wait(20)
            invite.use(person, database_now())
            outcomes.append("made")
        except Spent:
            outcomes.append("spent")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["made", "spent"]
    assert Volunteer.objects.filter(username__in=["first", "second"]).count() == 1
