"""The lively world of sample posts that screenshots and audits look at, and a browser for it."""

import json
import os
import sys
import threading
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
]
PAGES = {
    "queue": ("asha", "/queue/"),
    "mine": ("asha", "/mine/"),
    "request": ("asha", "mine"),
    "free": ("desk", "free"),
    "correct": ("desk", "correct"),
    "review": ("desk", "/review/"),
    "places": ("desk", "/places/"),
    "phone": ("phone", "/phone/"),
    "doctor": ("doctor", "/doctor/"),
    "leads": ("asha", "/leads/"),
    "leads-desk": ("desk", "/leads/?show=all"),
    "lead-new": ("phone", "/leads/new/"),
    "officials": ("desk", "/officials/"),
    "due": ("desk", "/officials/?list=due"),
    "search": ("asha", "/search/"),
    "notices": ("asha", "/notices/"),
    "me": ("asha", "/me/"),
    "shifts": ("asha", "/shifts/"),
    "team": ("kavita", "/shifts/?of=people"),
    "roster": ("kavita", "/roster/"),
    "people": ("kavita", "/people/"),
    "person": ("kavita", "person"),
    "invites": ("kavita", "/invites/"),
    "join": ("", "join"),
    "handover": ("asha", "/handover/"),
    "pause": ("asha", "/pause/"),
    "more": ("asha", "/more/"),
    "monitor": ("monitor", "/monitor/"),
    "ask": ("", "/ask/"),
    "admin": ("admin", "/admin/districts/volunteer/"),
    "login": ("", "/login/"),
}


def start_django(folder: Path) -> None:
    """Set up Django in embedded mode on a database in this folder."""
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    os.environ.update(DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="helpdesk.settings", LOG_LEVEL="ERROR")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    sys.path.insert(0, str(ROOT))
    import django  # noqa: PLC0415 - the settings read the environment that was just set

    django.setup()


def prepare() -> None:
    """Make the tables, the gazetteer, the translations and the static files."""
    from django.core.management import call_command  # noqa: PLC0415

    for command in (("migrate",), ("load_gazetteer",), ("compile_locale",), ("collectstatic", "--no-input")):
        call_command(*command, verbosity=0)


def fill(count: int) -> dict[str, str]:
    """Make a lively world of the demo's posts; return the codes of a held, a free request."""
    from django.utils import timezone  # noqa: PLC0415

    from districts.models import Invite, Official, Role, Volunteer  # noqa: PLC0415
    from requests_app import demo, policy, triage  # noqa: PLC0415
    from requests_app.intake import accept  # noqa: PLC0415
    from requests_app.models import Appeal, HelpRequest, Post  # noqa: PLC0415
    from requests_app.states import AppealWay, CallOutcome, Source  # noqa: PLC0415

    now = timezone.now()
    demo.load_people(now)
    archive = (ROOT / "tests/xsim/archive.jsonl").read_text().splitlines()[:count]
    for index, line in enumerate(archive):
        row = json.loads(line)
        if "text" not in row:
            continue
        at = now - timedelta(minutes=2 + (count - index) * 0.9)
        post, _new = accept(Source.X, row["id"], row["text"], at, author_name=row.get("name", ""))
        Post.objects.filter(pk=post.pk).update(
            author_handle=row.get("author", ""),
            author_id=row.get("author", ""),
            may_reply=True,
            mentions_us=True,
        )
    while triage.read_due():
        pass
    for request in HelpRequest.objects.all():
        at = request.posts.order_by("posted_at").values_list("posted_at", flat=True).first() or now
        _move_back(request, at, policy)
    asha = Volunteer.objects.get(username="asha")
    held = HelpRequest.objects.visible_to(asha).queued().ranked()[:3]
    for request in held:
        request.claim(asha, now)
    held[0].record_call(CallOutcome.NO_ANSWER, asha, now, note="Rang long, will try the second number.")
    held[1].note("Son speaks Hindi only. Concentrator would do for tonight.", asha, now)
    for official, ago in zip(Official.objects.of_place(held[1].district_id), (200, 50), strict=False):
        Appeal.take(held[1], official, AppealWay.POSTED, asha, now - timedelta(minutes=ago))
    silent = HelpRequest.objects.visible_to(asha).queued().ranked().filter(attention="")[0]
    silent.escalate(asha, now, note="Nobody in the district can go there tonight.")
    silent.refresh_from_db()
    silent.go_stale(now)
    desk = Volunteer.objects.get(username="desk")
    _check_leads(asha, desk, held[1], now)
    free = HelpRequest.objects.visible_to(desk).queued().ranked()[0]
    kavita = Volunteer.objects.get(username="kavita")
    token = Invite.make(Role.VOLUNTEER, kavita.districts.all()[:2], kavita, now, now + timedelta(days=7))
    return {
        "mine": held[1].code,
        "free": free.code,
        "correct": free.code,
        "person": f"/people/{asha.pk}/",
        "join": f"/join/{token}/",
    }


def _check_leads(asha: Any, desk: Any, request: Any, now: datetime) -> None:
    """Offers in every condition: said, checked, used, out of stock, a scam that stands on a request too."""
    from requests_app import offering  # noqa: PLC0415
    from requests_app.lead_states import CheckOutcome, ScamReason, UseOutcome  # noqa: PLC0415
    from requests_app.models import Contact  # noqa: PLC0415
    from requests_app.reading.supply import quantities, supply_of  # noqa: PLC0415

    kinds = tuple(need.kind for need in request.needs.all())
    made = []
    for minutes, text, phones in (
        (12, "20 oxygen cylinders, refill in two hours, bring your own regulator", ("+919829055501",)),
        (
            200,
            "5 ICU beds khali hain, phone karke aayein. Roz subah update",
            ("+919829055502", "+919829055503"),
        ),
        (40, "Concentrator on rent, advance first, delivery all Rajasthan", ("+919829055504",)),
        (90, "दो यूनिट प्लाज्मा O+ उपलब्ध, ब्लड बैंक में", ("+919829055505",)),
    ):
        counted = tuple(asdict(one) for one in quantities(text))
        offer = offering.Offer("", kinds, request.district_id, None, phones, counted, supply_of(text))
        at = now - timedelta(minutes=minutes)
        made.append(offering.write_down(text, offer, f"world{minutes}", asha, at)[0])
    seller, beds, cheat, plasma = made
    offering.use(request, seller, UseOutcome.GOT_IT, asha, now - timedelta(minutes=30))
    seller.check_off(CheckOutcome.WORKS, asha, now - timedelta(minutes=12), left=14, note="Ask for Mukesh ji")
    plasma.check_off(CheckOutcome.NO_ANSWER, asha, now - timedelta(minutes=5))
    beds.check_off(CheckOutcome.OUT_OF_STOCK, asha, now - timedelta(minutes=50))
    offering.call_scam(cheat, ScamReason.ADVANCE, desk, now - timedelta(minutes=20), note="Asked 5000 first")
    Contact.of("+919829055504", request=request).save()


def _move_back(request: Any, at: datetime, policy: Any) -> None:
    type(request).objects.filter(pk=request.pk).update(
        opened_at=at, **policy.first_clocks(at, request.urgency, request.attention, request.escalated_to)
    )


def serve() -> str:
    """Serve the pages on a free port in a thread; return the address."""
    import waitress  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    server = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{server.effective_port}"


def address(codes: dict[str, str], name: str) -> str:
    """The path of a page of PAGES."""
    where = PAGES[name][1]
    path = codes.get(where, where)
    if path.startswith("/"):
        return path
    return f"/requests/{codes[where]}/" + ("correct/" if where == "correct" else "")


def opened(browser: Browser, base: str, user: str, language: str, **context: Any) -> Page:
    """A page of somebody who is logged in (nobody for ""), which prints what the browser complains about."""
    page = browser.new_context(locale=language, **context).new_page()
    page.on("console", lambda said: said.type == "error" and print(user, said.text))
    page.context.add_cookies([{"name": "django_language", "value": language, "url": base}])
    if user:
        page.goto(base + "/login/")
        page.fill("#id_username", user)
        page.fill("#id_password", "helpdesk-demo")
        page.click("form.stack button")
        page.wait_for_url("**/*/")
    return page
