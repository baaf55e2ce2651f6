"""A page that stays open, in a real browser: it follows the others, keeps still under a finger, and says when it is not live."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from requests_app.models import HelpRequest
from requests_app.states import Urgency
from tests.factories import a_request, a_request_that_comes_in, a_volunteer
from tests.test_browser import opened

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gazetteer"),
    pytest.mark.slow,
    pytest.mark.alone,
]

WITHIN = 4_500
"""Milliseconds in which an open page shows what others did: 4 s, and the time that the test itself takes."""


def test_card_that_another_took_greys_in_place_with_the_name(browser, server):
    asha, _ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    page = opened(browser, server, "ravi")
    page.goto(server + "/queue/")
    before = page.locator(f"#card-{request.code}").bounding_box()
    request.claim(asha, timezone.now())
    card = page.locator(f"#card-{request.code}.is-taken")
    expect(card).to_contain_text("Asha", timeout=WITHIN)
    assert (card.bounding_box()["x"], card.bounding_box()["y"]) == (before["x"], before["y"])
    expect(card.get_by_role("button", name="Claim")).to_have_count(0)


def test_card_under_the_finger_is_left_as_it_is_until_it_lifts(browser, server):
    asha, _ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    page = opened(browser, server, "ravi")
    page.goto(server + "/queue/")
    page.locator(f"#card-{request.code} .words").hover()
    page.mouse.down()
    request.claim(asha, timezone.now())
    page.evaluate("htmx.trigger('#live', 'look')")
    page.wait_for_timeout(12_000)  # several looks long: the mark of the last one is past the change
    expect(page.locator(f"#card-{request.code}.is-taken")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(f"#card-{request.code}.is-taken")).to_have_count(1)


def test_open_request_says_that_it_changed_and_keeps_what_is_being_written(browser, server):
    asha = a_volunteer("asha")
    a_volunteer("ravi")
    request = a_request()
    page = opened(browser, server, "ravi")
    page.goto(f"{server}/requests/{request.code}/#note")
    page.locator("#note-text").fill("half a sentence")
    request.claim(asha, timezone.now())
    expect(page.locator("#case-news .pill")).to_be_visible(timeout=WITHIN)
    expect(page.locator("#note-text")).to_have_value("half a sentence")


def test_critical_request_suggested_to_me_is_told_in_the_page_and_its_title(browser, server):
    asha = a_volunteer("asha")
    page = opened(browser, server, "asha")
    page.goto(server + "/mine/")
    request = a_request_that_comes_in(urgency=Urgency.CRITICAL, suggested=asha)
    expect(page.locator("#said a")).to_contain_text(request.code, timeout=WITHIN)
    assert page.title().startswith("(1) ")
    page.reload()
    page.wait_for_timeout(2500)
    expect(page.locator("#said a")).to_have_count(0)


def test_page_without_network_says_so_and_an_act_is_said_to_have_failed(browser, server):
    a_volunteer("asha")
    request = a_request()
    page = opened(browser, server, "asha")
    page.goto(server + "/queue/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.goto(server + "/queue/")
    page.context.set_offline(True)
    page.locator(f"#card-{request.code}").get_by_role("button", name="Claim").click()
    expect(page.locator("#said")).to_contain_text("Nothing was changed")
    expect(page.locator("#stale")).to_be_visible(timeout=20_000)
    page.goto(server + "/mine/")
    expect(page.locator(".offline")).to_be_visible()
    page.context.set_offline(False)
    page.goto(server + "/queue/")
    expect(page.locator("#stale")).to_be_hidden()
    assert HelpRequest.objects.get(pk=request.pk).holder is None
