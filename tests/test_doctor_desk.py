"""The doctor desk: red flags, wishes for the call, advice; by table and through the pages."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from districts.models import Role
from requests_app.models import Event, HelpRequest
from requests_app.red_flags import flags, weight
from requests_app.states import EventKind, Urgency
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


def a_consultation(**fields) -> HelpRequest:
    return a_request(needs=("consultation",), is_consultation=True, **fields)


@pytest.mark.parametrize(
    ("patient", "urgency", "words", "found"),
    [
        ({}, "normal", "doctor se baat karni hai", []),
        ({"spo2": 90}, "normal", "", ["spo2_low"]),
        ({"spo2": 91}, "normal", "", ["spo2_watch"]),
        ({"spo2": 93}, "normal", "", ["spo2_watch"]),
        ({"spo2": 94}, "normal", "", []),
        ({"age": 65}, "normal", "", ["old"]),
        ({"age": 64}, "normal", "", []),
        ({"age": 5}, "normal", "", ["child"]),
        ({"age": 6}, "normal", "", []),
        ({"spo2": 84, "age": 71}, "critical", "", ["spo2_low", "critical", "old"]),
        ({}, "normal", "My wife is pregnant, 7 months", ["pregnant"]),
        ({}, "normal", "garbhvati hai, bukhar", ["pregnant"]),
        ({}, "normal", "patni गर्भवती है", ["pregnant"]),
        ({}, "normal", "impregnable walls", []),
        ({"spo2": "84", "age": None}, "normal", "", []),
    ],
)
def test_red_flags(patient, urgency, words, found):
    assert flags(patient, urgency, words) == found


def test_low_saturation_stands_before_all_other_flags_together():
    others = flags({"spo2": 92, "age": 80}, "critical", "pregnant")
    assert weight(["spo2_low"]) > weight(others)


def test_desk_orders_by_flags_and_then_by_waiting_time():
    now = timezone.now()
    old = a_consultation(opened_at=now - timedelta(hours=5), waiting_since=now - timedelta(hours=5))
    newer = a_consultation(opened_at=now - timedelta(hours=1), waiting_since=now - timedelta(hours=1))
    low = a_consultation(patient={"spo2": 85})
    page = logged_in(a_volunteer(role=Role.DOCTOR)).get("/doctor/").content.decode()
    places = [page.index(f"card-{one.code}") for one in (low, old, newer)]
    assert places == sorted(places)
    assert "SpO₂ 90 or less" in page


def test_wish_for_later_stands_apart_until_it_is_due():
    doctor = logged_in(a_volunteer(role=Role.DOCTOR))
    now = timezone.now()
    later, due = a_consultation(), a_consultation()
    HelpRequest.objects.filter(pk=later.pk).update(call_after=now + timedelta(hours=2))
    HelpRequest.objects.filter(pk=due.pk).update(call_after=now - timedelta(minutes=1))
    page = doctor.get("/doctor/").content.decode()
    apart = page.index("Wished to be called later")
    assert page.index(f"card-{due.code}") < apart < page.index(f"card-{later.code}")


def test_wish_is_set_shown_and_written_into_the_history():
    person, item = a_volunteer(), a_request()
    wished = timezone.localtime() + timedelta(hours=3)
    client = logged_in(person)
    client.post(f"/requests/{item.code}/call_wish/", {"call_after": f"{wished:%H:%M}", "call_language": "hi"})
    item.refresh_from_db()
    assert timezone.localtime(item.call_after).strftime("%H:%M") == f"{wished:%H:%M}"
    assert item.call_after > timezone.now()
    assert item.call_language == "hi"
    assert Event.objects.get(request=item, kind=EventKind.CALL_WISH).by == person
    assert "call after" in client.get(f"/requests/{item.code}/").content.decode()


def test_hour_that_is_over_today_means_tomorrow():
    item = a_request()
    past = timezone.localtime() - timedelta(minutes=2)
    logged_in(a_volunteer()).post(f"/requests/{item.code}/call_wish/", {"call_after": f"{past:%H:%M}"})
    item.refresh_from_db()
    assert timedelta(hours=23) < item.call_after - timezone.now() < timedelta(hours=24)


def test_first_call_is_not_due_before_the_time_wished_for():
    item = a_request(urgency=Urgency.CRITICAL)
    after = timezone.now() + timedelta(hours=3)
    item.set_call_wish(after, "", a_volunteer(), timezone.now())
    item.refresh_from_db()
    assert item.contact_due_at == after
    assert not HelpRequest.objects.overdue(after - timedelta(minutes=1)).exists()


def test_wish_is_taken_back():
    person, item = a_volunteer(), a_request()
    item.set_call_wish(timezone.now() + timedelta(hours=3), "hi", person, timezone.now())
    logged_in(person).post(f"/requests/{item.code}/call_wish/", {})
    item.refresh_from_db()
    assert (item.call_after, item.call_language) == (None, "")


def test_phone_desk_writes_the_wish_of_a_caller_down():
    wished = timezone.localtime() + timedelta(hours=2)
    logged_in(a_volunteer(role=Role.PHONE_DESK)).post(
        "/phone/",
        {
            "token": str(uuid.uuid4()),
            "number": "9829012345",
            "text": "Papa ko bukhar hai, doctor se baat karni hai",
            "needs": ["consultation"],
            "place": str(a_district().pk),
            "call_after": f"{wished:%H:%M}",
            "call_language": "hi",
        },
    )
    item = HelpRequest.objects.get()
    assert timezone.localtime(item.call_after).strftime("%H:%M") == f"{wished:%H:%M}"
    assert item.call_language == "hi"
    assert Event.objects.filter(request=item, kind=EventKind.CALL_WISH).count() == 1


def test_advice_is_shown_to_the_volunteer_of_the_bed():
    bed = a_request(needs=("beds",))
    advice = a_consultation(parent=bed)
    logged_in(a_volunteer(role=Role.DOCTOR)).post(
        f"/requests/{advice.code}/advise/", {"note": "Lie face down. Call 9829077123."}
    )
    page = logged_in(a_volunteer()).get(f"/requests/{bed.code}/").content.decode()
    assert "Lie face down." in page
    assert "9829077123" not in page


def test_empty_advice_is_not_kept():
    item = a_consultation()
    logged_in(a_volunteer(role=Role.DOCTOR)).post(f"/requests/{item.code}/advise/", {"note": " "})
    assert not Event.objects.filter(request=item).exists()
