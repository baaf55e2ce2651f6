"""Each role's whole shift as a story in a real browser, in both languages: pleas come by the real path, and what was
pressed is looked up in the rows at the end."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from districts.models import Role
from requests_app.code_phrase import code_phrase
from requests_app.models import Appeal, Event, HelpRequest, Need, Post, Reply
from requests_app.states import Attention, EventKind, Outcome, ReplyState, RequestState
from requests_app.triage import read_now
from tests.factories import a_lead, a_post, a_volunteer, an_official
from tests.person import Person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gazetteer"),
    pytest.mark.slow,
]

BOTH = pytest.mark.parametrize("language", ["en", "hi"])
OXYGEN = "@RajHelpDesk Jaipur Jhotwara: father 61 needs oxygen cylinder and ICU bed, SpO2 82. Call 9829012345"
INSULIN = "@RajHelpDesk Jaipur Sanganer: mother 70 needs insulin, cannot find it. Call 9829055546"
ALMOST = "@RajHelpDesk Jaipur Jhotwara: papa 61 ko oxygen cylinder chahiye. Call 9829012845"


def a_plea(text: str, number: int = 1) -> HelpRequest:
    """A mention on X, read as in life."""
    post = a_post(
        text,
        source="x",
        external_id=str(1000 + number),
        x_id=1000 + number,
        may_reply=True,
        author_handle=f"ravi_{number}",
        author_id=str(number),
    )
    request = read_now(post).request
    assert request is not None
    return request


def kinds_of(request: HelpRequest) -> list[str]:
    """What happened to a request, in order."""
    return list(Event.objects.filter(request=request).order_by("at", "pk").values_list("kind", flat=True))


@pytest.mark.parametrize(("language", "script"), [("en", True), ("hi", True), ("hi", False)])
def test_volunteer_works_a_whole_shift_on_a_phone(browser, server, language, script):
    ravi = a_volunteer("ravi", language=language)
    asha = a_volunteer("asha", language=language, on_duty=False)
    request, other = a_plea(OXYGEN), a_plea(INSULIN, 2)
    lead = a_lead()
    me = Person(browser, server, "asha", language, java_script_enabled=script)
    page = me.page
    contacts, call = page.locator("#contacts"), page.locator("#call")

    page.locator(".top .switch").click()
    expect(page.locator(".top .switch")).to_have_attribute("aria-checked", "true")
    me.presses("Claim", me.card(request))
    if script:  # without it the claim has opened the request already
        me.presses("Call", me.card(request))
    else:
        me.presses("Call", contacts)
    expect(contacts).to_contain_text("+919829012345")
    call.locator("input[name=note]").fill("rang long")
    call.locator("button[value=no_answer]").click()
    me.is_told(me.words("Written down. It comes back to you when it is time to try again."))
    request.refresh_from_db()
    assert request.state == RequestState.WAITING

    HelpRequest.objects.filter(pk=request.pk).update(wait_until=timezone.now() - timedelta(seconds=1))
    me.goes_to("/mine/")
    expect(page.get_by_role("heading", name=me.words("Try again now"))).to_be_visible()
    me.presses("Call", me.card(request))
    expect(contacts).to_contain_text("+919829012345")
    call.locator("button[value=talked]").click()
    me.is_told(me.words("Written down."))

    used = me.unfolds("Used for this request")
    used.locator("label", has=page.locator('input[value="oxygen"]')).click()
    used.locator("button[value=got_it]").click()
    expect(page.locator(".needs li.is-met")).to_have_count(1)
    page.locator(".needs li.is-open button[value=met]").click()
    expect(page.locator(".needs li.is-met")).to_have_count(2)

    page.locator("#reply summary").click()
    page.locator("#reply button[name=template]").first.click()
    expect(page.locator("#reply-text")).to_have_value(re.compile(request.code))
    me.presses("Send the reply")
    expect(page.locator(".post.ours")).to_contain_text(request.code)

    page.locator("#resolve summary").click()
    me.chooses("helped", "#resolve")
    me.presses("Close the request")
    expect(page.locator(".state.closed")).to_be_visible()

    me.goes_to("/queue/")
    me.presses("Claim", me.card(other))
    if script:
        expect(me.button("Call", me.card(other))).to_be_visible()
    else:
        expect(call).to_be_visible()
    page.locator(".top .switch").click()
    page.locator(f"#to-{other.code}").select_option(str(ravi.pk))
    page.locator(f"#note-{other.code}").fill("insulin at Sanganer is out")
    me.presses("Hand over and go off duty")
    expect(page.locator(".top .switch")).to_have_attribute("aria-checked", "false")

    request.refresh_from_db()
    other.refresh_from_db()
    asha.refresh_from_db()
    assert (request.state, request.outcome, request.holder) == (RequestState.CLOSED, Outcome.HELPED, None)
    assert not asha.is_on_duty
    assert not HelpRequest.objects.held_by(asha).exists()
    assert (other.state, other.holder) == (RequestState.CLAIMED, ravi)
    assert Reply.objects.get().state == ReplyState.DUE
    assert Reply.objects.get().request == request
    assert lead.uses.get().request == request
    happened = kinds_of(request)
    assert happened.count(EventKind.CALLED) == 2
    assert happened.count(EventKind.REVEALED) == 2
    assert happened[-1] == EventKind.CLOSED
    assert EventKind.HANDED_OVER in kinds_of(other)
    assert me.complaints == []


@BOTH
def test_lead_works_a_whole_shift_with_the_keyboard_alone(browser, server, language):
    kavita = a_volunteer("kavita", role=Role.LEAD, language=language)
    asha = a_volunteer("asha", language=language)
    collector = an_official("Jaipur")
    request, copy, third = a_plea(OXYGEN), a_plea(ALMOST, 2), a_plea(INSULIN, 3)
    request.escalate(asha, timezone.now(), note="nobody can go there tonight")
    me = Person(browser, server, "kavita", language, width=1280)
    page = me.page

    me.enters(page.locator('.states a[href*="state=escalated"]'))
    expect(page.locator("[data-card]")).to_have_count(1)
    me.strikes("j", "c")
    expect(me.button("Call", me.card(request))).to_be_visible()
    expect(me.card(request)).to_be_focused()
    me.strikes("o")
    expect(page.locator("#case")).to_be_visible()

    me.enters(me.button("Same: merge"))
    expect(page.locator(".history")).to_contain_text(copy.code)

    fold = page.locator("details", has=page.locator("#to"))
    me.enters(fold.locator("summary"))
    me.tabs_to(page.locator("#to"))
    me.strikes("ArrowDown")
    me.enters(me.button("Hand over", fold))
    expect(page.locator("#case .clock")).to_contain_text("Asha")

    me.goes_to("/queue/")
    me.strikes("j", "o")
    expect(page.locator("h1")).to_have_text(third.code)
    me.enters(page.locator("#take-to summary"))
    me.tabs_to(page.locator("#take-official"))
    me.strikes("ArrowDown")
    me.enters(me.button("Show the text"))
    me.enters(page.locator("#take-to button[value=posted]"))
    expect(page.locator("#take-to .tally")).to_have_text("1")

    me.strikes("e")
    me.tabs_to(page.locator("#resolve input[value=helped]"))
    me.strikes(" ")
    me.enters(me.button("Close the request"))
    expect(page.locator(".state.closed")).to_be_visible()

    me.enters(page.locator('.tabs a[href="/monitor/"]'))
    expect(page.locator('[aria-labelledby="mon-dist"] tbody').first).to_contain_text(
        "Jaipur" if language == "en" else "जयपुर"
    )

    for one in (request, copy, third):
        one.refresh_from_db()
    assert (request.holder, request.state) == (asha, RequestState.CLAIMED)
    assert (copy.state, copy.merged_into) == (RequestState.MERGED, request)
    appeal = Appeal.objects.get()
    assert (appeal.request, appeal.official, appeal.by) == (third, collector, kavita)
    assert (third.state, third.outcome) == (RequestState.CLOSED, Outcome.HELPED)
    assert me.complaints == []


@BOTH
def test_doctor_calls_back_by_red_flag_advises_and_asks_for_a_bed(browser, server, language):
    a_volunteer("neelam", "Ajmer", role=Role.DOCTOR, language=language)
    mild = a_plea("@RajHelpDesk Ajmer: fever since two days, can a doctor talk to us? Call 9829012352")
    grave = a_plea(
        "@RajHelpDesk Ajmer: wife 34 is 7 months pregnant, SpO2 89, need a doctor's advice. Call 9829077351",
        2,
    )
    me = Person(browser, server, "neelam", language)
    page = me.page

    me.goes_to("/doctor/")
    shown = [card.get_attribute("id") for card in page.locator("[data-card]").all()]
    assert shown == [f"card-{grave.code}", f"card-{mild.code}"]
    me.presses("Claim", me.card(grave))
    me.presses("Call", me.card(grave))
    expect(page.locator("#contacts")).to_contain_text("+919829077351")
    page.locator("#call button[value=talked]").click()
    me.is_told(me.words("Written down."))
    me.unfolds("Advice to the family")
    page.locator("#advice").fill("Lie on the left side, measure every hour")
    me.presses("Keep the advice")
    expect(page.locator(".advice .said")).to_contain_text("Lie on the left side")
    me.presses("A bed is needed: hand to the bed queue")
    expect(page.locator(".needs")).to_contain_text(me.words("Beds"))

    grave.refresh_from_db()
    assert (grave.state, grave.holder) == (RequestState.QUEUED, None)
    assert Need.objects.filter(request=grave, kind="beds", state="open").exists()
    assert [kind for kind in kinds_of(grave) if kind in {"claimed", "revealed", "called", "advised"}] == [
        EventKind.CLAIMED,
        EventKind.REVEALED,
        EventKind.CALLED,
        EventKind.ADVISED,
    ]
    assert me.complaints == []


@BOTH
def test_phone_desk_writes_calls_down_and_the_second_call_joins(browser, server, language):
    a_volunteer("suresh", role=Role.PHONE_DESK, language=language)
    before = a_plea(OXYGEN)
    me = Person(browser, server, "suresh", language)
    page = me.page

    me.goes_to("/phone/")
    expect(page.locator("#number")).to_be_focused()
    page.locator("#number").press_sequentially("98290 12345")
    expect(page.locator("#earlier")).to_contain_text(before.code)
    page.locator("#text").fill("Father in Jhotwara, oxygen finishes in an hour")
    me.presses("Save the call")
    me.is_told(code_phrase(before.code))

    for said in ("Aunt needs a bed", "Aunt needs a bed at once, it is worse"):
        me.goes_to("/phone/")
        page.locator("#number").fill("9829088888")
        page.locator("#text").fill(said)
        me.chooses("beds", ".desk")
        me.chooses("critical", ".desk")
        page.locator("[data-narrows]").fill("sanganer")
        expect(page.locator("#place option:checked")).to_have_attribute("data-names", re.compile("Sanganer"))
        me.presses("Save the call")
        expect(page.locator("#case")).to_be_visible()

    assert (
        list(Post.objects.filter(source="phone").values_list("request__code", flat=True)).count(before.code)
        == 1
    )
    new = HelpRequest.objects.exclude(pk=before.pk).get()
    assert (new.post_count, new.district.name_en, new.block.name_en) == (2, "Jaipur", "Sanganer")
    assert [need.kind for need in new.needs.all()] == ["beds"]
    assert new.urgency == "critical"
    assert me.complaints == []


def stand_in_this_order(*requests: HelpRequest) -> None:
    """Put requests into the queue one behind the other, whatever their urgency."""
    first = timezone.now() - timedelta(hours=12)
    for number, request in enumerate(requests):
        HelpRequest.objects.filter(pk=request.pk).update(rank_at=first + timedelta(minutes=number))


@BOTH
def test_state_desk_judges_places_and_sends_outside(browser, server, language):
    a_volunteer("farah", role=Role.STATE_DESK, language=language)
    unsure = a_plea(
        "झालावाड़ मेडिकल कॉलेज में O+ प्लाज्मा चाहिए, मरीज हमारे गुरुजी हैं (55)। जो भी दे सके संपर्क करे 9829012350"
    )
    talk = a_plea("@RajHelpDesk Jaipur hospital me bed ki halat kharab hai koi sunta nahi", 2)
    somewhere = a_plea("@RajHelpDesk Ramgarh, need oxygen for 62M at home. Call 9829033347", 3)
    nowhere = a_plea("@RajHelpDesk need oxygen for my aunt, please help. Call 9829044349", 4)
    far = a_plea("@RajHelpDesk need oxygen for 20 people in our colony. Call 9829066341", 5)
    # What the reader is unsure of, and how urgent it finds a plea, changes with every reader; the work does not.
    HelpRequest.objects.filter(pk__in=[talk.pk, unsure.pk]).update(state=RequestState.REVIEW)
    stand_in_this_order(talk, unsure, somewhere, far, nowhere)
    me = Person(browser, server, "farah", language)
    page = me.page

    me.goes_to("/review/")
    expect(me.card(talk)).to_be_visible()
    me.presses("Not a plea", page.locator(".answers"))
    expect(me.card(unsure)).to_be_visible()
    me.presses("It is a plea", page.locator(".answers"))
    expect(page.locator(".empty")).to_be_visible()

    me.goes_to("/places/")
    expect(me.card(somewhere)).to_be_visible()
    page.locator(".answers button.large[name=place]").nth(2).click()
    expect(me.card(far)).to_be_visible()
    me.presses("Outside Rajasthan")
    expect(me.card(nowhere)).to_be_visible()
    page.locator("[data-narrows]").fill("ajmer")
    me.presses("It is there")
    expect(page.locator(".empty")).to_be_visible()
    me.goes_to("/queue/?state=outside")
    expect(me.card(far)).to_be_visible()

    for one in (unsure, talk, somewhere, nowhere, far):
        one.refresh_from_db()
    assert unsure.state == RequestState.QUEUED
    assert (talk.state, talk.outcome) == (RequestState.CLOSED, Outcome.NOT_A_REQUEST)
    assert (somewhere.district.name_en, nowhere.district.name_en) == ("Sikar", "Ajmer")
    assert (far.district, far.attention) == (None, Attention.OUTSIDE)
    assert me.complaints == []
