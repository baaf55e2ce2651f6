"""The volunteer's way through a request in a real browser, on a phone's screen, in both languages."""

import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from districts.models import Role
from requests_app.models import Event, HelpRequest, Reply
from requests_app.states import CallOutcome, EventKind, Outcome, RequestState
from requests_app.triage import read_now
from tests.browsing import become
from tests.factories import a_post, a_request, a_request_that_comes_in, a_volunteer
from tests.world import ROOT

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gazetteer"),
    pytest.mark.slow,
]

ARTIFACTS = ROOT / "artifacts"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PLEA = "@RajHelpDesk Jaipur Jhotwara: my father 61 needs oxygen cylinder urgent, SpO2 82. Call 9829012345"
WORDS = {
    "en": {"claim": "Claim", "talked": "Talked", "resolve": "Resolve", "close": "Close the request"},
    "hi": {"claim": "ज़िम्मा लें", "talked": "बात हुई", "resolve": "निपटाएँ", "close": "अनुरोध बंद करें"},
}
PATHS = [
    *("/queue/", "/mine/", "/review/", "/places/", "/phone/", "/doctor/", "/search/", "/more/", "/notices/"),
    *("/leads/", "/leads/new/", "/officials/", "/officials/?list=due", "/handover/", "/pause/", "/me/"),
    *("/shifts/", "/roster/", "/people/", "/invites/"),
]


def opened(
    browser: Browser,
    server: str,
    user: str,
    language: str = "en",
    width: int = 390,
    by_form: bool = False,
    **more,
) -> Page:
    """A page of somebody who is logged in; complaints of the browser fail the test at `page.complaints`."""
    context = browser.new_context(viewport={"width": width, "height": 844}, **more)
    context.add_cookies([{"name": "django_language", "value": language, "url": server}])
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))  # type: ignore
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    if not by_form:
        become(context, server, user)
        page.goto(server + "/")
        return page
    page.goto(server + "/login/")
    page.fill("#id_username", user)
    page.fill("#id_password", "helpdesk-demo")
    page.click("form.stack button")
    page.wait_for_url("**/*/")
    return page


def picture(page: Page, name: str) -> None:
    """Keep a picture; hiding the caret would add a style to the page, which our policy refuses loudly."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / name, caret="initial")


def a_plea() -> HelpRequest:
    post = read_now(
        a_post(PLEA, source="x", external_id="77", x_id=77, may_reply=True, author_handle="ravi_k")
    )
    assert post.request is not None
    return post.request


@pytest.mark.parametrize("language", ["en", "hi"])
def test_volunteer_takes_a_request_from_claim_to_resolved_on_a_phone(browser, server, language):
    a_volunteer("asha", language=language)
    request, words = a_plea(), WORDS[language]
    page = opened(browser, server, "asha", language, by_form=True)
    page.goto(server + "/queue/")
    picture(page, f"flow-1-queue-{language}.png")
    page.locator(f"#card-{request.code}").get_by_role("button", name=words["claim"]).click()
    contacts = page.locator("#contacts")
    page.locator(f"#card-{request.code} button[value=call]").click()
    expect(contacts).to_contain_text("+919829012345")
    expect(page).to_have_url(f"{server}/requests/{request.code}/#contacts")
    page.locator("#call").get_by_role("button", name=words["talked"]).click()
    expect(page.locator("#said p")).to_be_visible()
    expect(contacts).not_to_contain_text("9829012345")
    page.locator('.needs button[value="met"]').first.click()
    expect(page.locator(".needs li.is-met")).to_have_count(1)
    picture(page, f"flow-2-request-{language}.png")
    page.locator(".bar").get_by_text(words["resolve"]).click()
    page.locator("#resolve label", has=page.locator('input[value="helped"]')).click()
    picture(page, f"flow-3-resolve-{language}.png")
    page.get_by_role("button", name=words["close"]).click()
    expect(page.locator(".state.closed")).to_be_visible()
    picture(page, f"flow-4-closed-{language}.png")
    request.refresh_from_db()
    assert (request.state, request.outcome) == (RequestState.CLOSED, Outcome.HELPED)
    assert page.complaints == []


def test_call_dials_by_itself_and_reloading_looks_at_no_number_again(browser, server, settings):
    settings.DEMO = False
    a_volunteer("asha")
    request = a_plea()
    page = opened(browser, server, "asha")
    page.add_init_script(
        "addEventListener('click', (event) => { if (event.target.href?.startsWith('tel:')) {"
        " event.preventDefault(); sessionStorage.dialled = event.target.href; } })"
    )
    page.goto(server + "/queue/")
    page.locator(f"#card-{request.code}").get_by_role("button", name="Claim").click()
    page.locator(f"#card-{request.code} button[value=call]").click()
    page.wait_for_function("sessionStorage.dialled === 'tel:+919829012345'")
    page.reload()
    expect(page.locator("#contacts")).not_to_contain_text("9829012345")
    assert Event.objects.filter(request=request, kind=EventKind.REVEALED).count() == 1


def test_way_from_claim_to_resolved_without_javascript(browser, server):
    a_volunteer("asha")
    request = a_plea()
    page = opened(browser, server, "asha", by_form=True, java_script_enabled=False)
    page.goto(server + "/queue/")
    page.locator(f"#card-{request.code}").get_by_role("button", name="Claim").click()
    page.locator("#call").get_by_role("button", name="Talked").click()
    page.locator("#resolve summary").click()
    page.locator("#resolve label", has=page.locator('input[value="helped"]')).click()
    page.get_by_role("button", name="Close the request").click()
    expect(page.locator(".state.closed")).to_be_visible()
    request.refresh_from_db()
    assert request.state == RequestState.CLOSED


def test_loser_of_a_race_sees_who_won_in_the_same_place(browser, server):
    asha = a_volunteer("asha")
    a_volunteer("ravi")
    request = a_plea()
    page = opened(browser, server, "ravi")
    page.route("**/live/**", lambda route: route.abort())  # faster than the page itself would see it
    page.goto(server + "/queue/")
    request.claim(asha, timezone.now())
    page.locator(f"#card-{request.code}").get_by_role("button", name="Claim").click()
    expect(page.locator("#said")).to_contain_text("Asha took this a moment ago")
    expect(page.locator(f"#card-{request.code} .clock")).to_contain_text("Asha")


def test_new_request_shows_as_a_pill_and_moves_nothing(browser, server):
    a_volunteer("asha")
    first = a_request()
    page = opened(browser, server, "asha")
    page.goto(server + "/queue/")
    before = page.locator(f"#card-{first.code}").bounding_box()
    a_request_that_comes_in()
    expect(page.locator("#fresh .pill")).to_contain_text("1 new")
    assert page.locator(f"#card-{first.code}").bounding_box() == before
    page.locator("#fresh .pill").click()
    expect(page.locator("[data-card]")).to_have_count(2)


def test_reply_is_written_from_a_template_on_a_phone(browser, server):
    a_volunteer("asha")
    request = a_plea()
    page = opened(browser, server, "asha")
    page.goto(f"{server}/requests/{request.code}/#reply")
    page.get_by_role("button", name="We have it").click()
    expect(page.locator("#reply-text")).to_have_value(re.compile(rf"\b{request.code}\b"))
    picture(page, "flow-5-reply-en.png")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.locator(".post.ours")).to_contain_text(request.code)
    assert Reply.objects.get().request == request
    assert page.complaints == []


def test_keys_move_open_and_claim(browser, server):
    a_volunteer("asha")
    requests = [a_request(), a_request()]
    page = opened(browser, server, "asha", width=1280)
    page.goto(server + "/queue/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator(f"#card-{requests[1].code} button[value=call]")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("input[data-search]")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "hi"])
def test_no_page_scrolls_sideways_on_a_phone_even_with_text_doubled(browser, server, language):
    desk = a_volunteer("desk", role=Role.STATE_DESK, language=language)
    request = a_plea()
    a_request(None, attention="place_unknown", state=RequestState.REVIEW)
    request.claim(desk, timezone.now())
    request.record_call(CallOutcome.NO_ANSWER, desk, timezone.now(), note="x" * 80)
    page = opened(browser, server, "desk", language)
    for path in [*PATHS, f"/requests/{request.code}/", f"/requests/{request.code}/correct/"]:
        page.goto(server + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} with doubled text"


def test_page_stays_where_it_is_when_a_call_is_written_down(browser, server):
    asha = a_volunteer("asha")
    request = a_plea()
    request.claim(asha, timezone.now())
    page = opened(browser, server, "asha")
    page.goto(server + f"/requests/{request.code}/#call")
    button = page.locator("#call").get_by_role("button", name="No answer")
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    button.click()
    expect(page.locator("#said")).to_contain_text("Written down")
    assert before > 0
    assert abs(page.evaluate("scrollY") - before) < 50


def test_first_load_of_the_queue_is_light(browser, server):
    a_volunteer("asha")
    for _number in range(20):
        a_request(needs=("oxygen", "beds"))
    page = opened(browser, server, "asha")
    fresh = browser.new_context(storage_state=page.context.storage_state()).new_page()
    wire = fresh.context.new_cdp_session(fresh)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    fresh.goto(server + "/queue/", wait_until="networkidle")
    assert len(sizes) >= 4
    assert sum(sizes) < 120_000
