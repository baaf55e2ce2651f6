"""Logging in: guessing a password is stopped per person and address, and a forged header gains nothing."""

import pytest

from tests.factories import a_volunteer

pytestmark = pytest.mark.django_db


def guess(client, username: str, password: str, forwarded: str = "203.0.113.9") -> int:
    fields = {"username": username, "password": password}
    return client.post("/login/", fields, headers={"x-forwarded-for": forwarded}, secure=True).status_code


@pytest.fixture(autouse=True)
def behind_one_proxy(settings):
    settings.NUM_PROXIES = 1
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def test_right_password_opens(client):
    a_volunteer("asha")
    assert guess(client, "asha", "helpdesk-demo") == 302


def test_guesser_is_stopped_whatever_the_header_claims(client):
    a_volunteer("asha")
    answers = [guess(client, "asha", f"wrong{n}", f"198.51.100.{n}, 203.0.113.9") for n in range(12)]
    assert answers[0] == 200 and answers[-1] == 429
    assert guess(client, "asha", "helpdesk-demo") == 429


def test_others_at_the_same_address_still_come_in(client):
    a_volunteer("asha")
    a_volunteer("ravi")
    for number in range(12):
        guess(client, "asha", f"wrong{number}")
    assert guess(client, "ravi", "helpdesk-demo") == 302


def test_unknown_name_and_wrong_password_look_the_same(client):
    a_volunteer("asha")
    known = client.post("/login/", {"username": "asha", "password": "wrong"}, secure=True)
    unknown = client.post("/login/", {"username": "nobody", "password": "wrong"}, secure=True)
    assert known.content.count(b"error") == unknown.content.count(b"error")
    assert known.status_code == unknown.status_code == 200


def test_disabled_person_stays_out(client):
    a_volunteer("asha", is_active=False)
    assert guess(client, "asha", "helpdesk-demo") == 200
