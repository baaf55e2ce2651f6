"""The pages without a log-in: how to ask, and the status by its secret link."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_app.models import HelpRequest, Tally
from requests_app.states import RequestState
from requests_app.status_links import find, make_link
from requests_app.views.public import GUESSES_PER_MINUTE
from tests.factories import a_request, a_volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def got(path: str, **extra: Any) -> Any:
    return Client().get(path, secure=True, **extra)


def test_how_to_ask_is_open_kept_by_the_browser_and_found_by_search_engines() -> None:
    answer = got("/ask/")
    assert answer.status_code == 200
    assert "max-age=300" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "all"
    assert "@RajHelpDesk" in answer.content.decode()


def test_a_link_shows_the_state_and_nothing_private() -> None:
    request = a_request(
        phone="+919812345670", summary="oxygen for Ramesh, ward 7", patient={"hospital": "Mahatma Gandhi"}
    )
    answer = got(make_link(request))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert request.code in page
    assert "waits for a volunteer" in page
    assert not any(word in page for word in ("98123", "Ramesh", "Jaipur", "Mahatma", "oxygen", "Oxygen"))
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_the_link_has_256_random_bits_and_only_its_hash_is_kept() -> None:
    request = a_request()
    token = make_link(request).split("/")[2]
    request.refresh_from_db()
    assert len(token.split(".")[1]) == 43
    assert token not in request.status_token_hash
    assert len(request.status_token_hash) == 64


def test_a_new_link_ends_the_one_before() -> None:
    request = a_request()
    first, second = make_link(request), make_link(request)
    assert (got(first).status_code, got(second).status_code) == (404, 200)


def test_wrong_replaced_old_and_odd_links_look_the_same() -> None:
    request, other, old = a_request(), a_request(), a_request()
    gone, _new = make_link(request), make_link(request)
    expired = make_link(old)
    long_ago = timezone.now() - timedelta(days=31)
    HelpRequest.objects.filter(pk=old.pk).update(state="closed", outcome="helped", closed_at=long_ago)
    code = other.code.removeprefix("RJ-")
    paths = [
        gone,
        expired,
        f"/status/{code}./",
        f"/status/{code}.{'a' * 43}/",
        "/status/x/",
        "/status/%00/",
        "/status/é/",
    ]
    answers = [got(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {answer.content.split(b"</header>")[1] for answer in answers}
    assert len(bodies) == 1


def test_a_request_without_a_link_is_opened_by_nothing() -> None:
    code = a_request().code.removeprefix("RJ-")
    assert find(f"{code}.{'a' * 43}", timezone.now()) is None
    assert find("", timezone.now()) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "review"}, "waits for a volunteer"),
        ({"state": "closed", "outcome": "helped", "closed_at": timezone.now()}, "help has come"),
        ({"state": "closed", "outcome": "died", "closed_at": timezone.now()}, "It is closed.<"),
    ],
)
def test_each_state_is_told_in_plain_words(fields: dict[str, Any], words: str) -> None:
    request = a_request()
    HelpRequest.objects.filter(pk=request.pk).update(**fields)
    page = got(make_link(request)).content.decode()
    assert words in page
    assert "died" not in page


def test_a_merged_request_is_followed_to_where_it_went() -> None:
    asha = a_volunteer("asha")
    request, other = a_request(), a_request()
    link = make_link(request)
    request.merge_into(other, asha, timezone.now())
    other.claim(asha, timezone.now())
    page = got(link).content.decode()
    assert other.code in page
    assert "A volunteer has it" in page
    assert request.state == RequestState.MERGED


def test_guessing_is_slowed_down_per_address_and_a_right_link_still_opens() -> None:
    link = make_link(a_request())
    codes = [got("/status/x/").status_code for _number in range(2 * GUESSES_PER_MINUTE + 2)]
    assert codes[:GUESSES_PER_MINUTE] == [404] * GUESSES_PER_MINUTE
    assert 429 in codes
    assert got(link).status_code == 200
    assert got("/status/x/", REMOTE_ADDR="198.51.100.9").status_code == 404
    assert not Tally.objects.filter(key__contains="127.0.0.1").exists()


def test_a_claimed_address_does_not_help_a_guesser(settings: Any) -> None:
    settings.NUM_PROXIES = 1
    codes = [
        got("/status/x/", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}).status_code
        for number in range(2 * GUESSES_PER_MINUTE + 2)
    ]
    assert 429 in codes
