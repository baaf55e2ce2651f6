"""Makes screenshots of every page: `python -m tests.screenshots` fills a throw-away SQLite with sample posts and opens it.

Pictures go to artifacts/: each page at 390 and 1280 px, in English and Hindi. `--only queue,request` takes some of them.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
    "search": ("asha", "/search/"),
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


def fill(count: int) -> dict[str, str]:
    """Make a lively world of the demo's posts; return the codes of a held, a free request."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from districts.models import Volunteer  # noqa: PLC0415
    from requests_app import demo, policy, triage  # noqa: PLC0415
    from requests_app.intake import accept  # noqa: PLC0415
    from requests_app.models import HelpRequest, Post  # noqa: PLC0415
    from requests_app.states import CallOutcome, Source  # noqa: PLC0415

    for command in (("migrate",), ("load_gazetteer",), ("compile_locale",), ("collectstatic", "--no-input")):
        call_command(*command, verbosity=0)
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
    desk = Volunteer.objects.get(username="desk")
    free = HelpRequest.objects.visible_to(desk).queued().ranked()[0]
    return {"mine": held[1].code, "free": free.code, "correct": free.code}


def _move_back(request: Any, at: datetime, policy: Any) -> None:
    type(request).objects.filter(pk=request.pk).update(
        opened_at=at,
        rank_at=policy.rank_at(at, request.urgency),
        contact_due_at=policy.first_contact_due(at, request.urgency),
    )


def serve() -> str:
    """Serve the pages on a free port in a thread; return the address."""
    import waitress  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    server = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{server.effective_port}"


def take(
    base: str,
    codes: dict[str, str],
    only: set[str],
    folder: Path,
    schemes: list[str],
    whole: bool,
    sizes: list[tuple[int, int]],
) -> None:
    """Log in and take the pictures."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS)
        for width, height in sizes:
            for language in ("en", "hi"):
                for scheme in schemes:
                    for name, (user, where) in PAGES.items():
                        if only and name not in only:
                            continue
                        context = browser.new_context(
                            viewport={"width": width, "height": height}, color_scheme=scheme, locale=language
                        )
                        page = context.new_page()
                        page.on(
                            "console", lambda said, name=name: said.type == "error" and print(name, said.text)
                        )
                        context.add_cookies([{"name": "django_language", "value": language, "url": base}])
                        if user:
                            page.goto(base + "/login/")
                            page.fill("#id_username", user)
                            page.fill("#id_password", "helpdesk-demo")
                            page.click("form.stack button")
                        path = where if where.startswith("/") else f"/requests/{codes[where]}/"
                        if where == "correct":
                            path += "correct/"
                        answer = page.goto(base + path)
                        if answer is None or answer.status != 200:
                            print(f"{name}: {answer and answer.status}")
                        wide = page.evaluate("document.documentElement.scrollWidth")
                        if wide > width:
                            print(f"{name} {language} {width}: scrolls sideways, {wide} px")
                        mark = "" if scheme == "light" else "-dark"
                        page.screenshot(path=folder / f"{name}-{width}-{language}{mark}.png", full_page=whole)
                        context.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of pages, with commas")
    parser.add_argument("--posts", type=int, default=120, help="how many sample posts")
    parser.add_argument("--dark", action="store_true", help="also in dark mode")
    parser.add_argument("--middle", action="store_true", help="also 768 px wide")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only the first screen")
    options = parser.parse_args()
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="helpdesk-screenshots-") as data:
        start_django(Path(data))
        codes = fill(options.posts)
        only = set(filter(None, options.only.split(",")))
        sizes = [(390, 844), *([(768, 1024)] if options.middle else []), (1280, 900)]
        take(
            serve(),
            codes,
            only,
            folder,
            ["light", "dark"] if options.dark else ["light"],
            options.whole,
            sizes,
        )


if __name__ == "__main__":
    main()
