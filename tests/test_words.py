"""What people read where Django speaks and not we: dates, refusals, pages that are not there; in their language."""

from datetime import date, time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.formats import date_format, time_format

from helpdesk.health import trouble
from tests.factories import a_volunteer

HINDI = {"HTTP_ACCEPT_LANGUAGE": "hi"}


@pytest.fixture(autouse=True)
def unhashed_files(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("language", "day", "hour"), [("en", "3 November 2026", "14:05"), ("hi", "3 नवंबर 2026", "14:05")]
)
def test_day_stands_before_the_month_and_the_afternoon_is_not_the_night(language, day, hour):
    with translation.override(language):
        assert (date_format(date(2026, 11, 3)), time_format(time(14, 5))) == (day, hour)


def test_refused_password_says_why_in_hindi():
    with translation.override("hi"), pytest.raises(ValidationError) as refused:
        validate_password("12345")
    assert "यह पासवर्ड बहुत छोटा है। कम से कम 10 अक्षर चाहिए।" in refused.value.messages


@pytest.mark.django_db
def test_wrong_password_is_told_in_plain_hindi():
    page = Client().post("/login/", {"username": "asha", "password": "x"}, secure=True, **HINDI)
    assert "यूज़र नाम या पासवर्ड ग़लत है।" in page.content.decode()


@pytest.mark.django_db
def test_page_that_is_not_there_says_so_in_hindi_and_leads_on():
    page = logged_in(a_volunteer()).get("/requests/RJ-000000/", secure=True, **HINDI)
    words = page.content.decode()
    assert page.status_code == 404
    assert "यहाँ कुछ नहीं है" in words and "अपने पहले पन्ने पर जाएँ" in words


@pytest.mark.django_db
def test_page_that_is_not_for_ones_role_says_so():
    page = logged_in(a_volunteer()).get("/people/", secure=True)
    assert page.status_code == 403
    assert "That is not yours to do" in page.content.decode()


@pytest.mark.django_db
def test_press_on_a_page_that_is_too_old_is_told_what_to_do():
    page = Client(enforce_csrf_checks=True).post("/login/", {"username": "asha"}, secure=True, **HINDI)
    assert page.status_code == 403
    assert "वह पन्ना पुराना हो गया था" in page.content.decode()


def test_failed_page_says_so_in_hindi_and_needs_nothing_else_for_it():
    with translation.override("hi"):
        page = trouble(RequestFactory().get("/queue/"))
    assert page.status_code == 500
    assert "हमारी ओर से कुछ गड़बड़ हुई" in page.content.decode()
