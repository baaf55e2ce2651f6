"""Measures what open screens cost: 300 volunteers with the queue open, on the web process of the README; writes docs/live.md.

    python -m bench.live [--screens 300] [--seconds 40]

A throw-away Postgres and Redis, gunicorn with the README's two processes, 300 logged-in people of all districts, 2,000
open requests. Each screen looks as static/live.js does: every 3 s, saying which 20 cards it shows. Beside them two acts
and one new request a second. The baseline in the same run: each screen loads the whole queue anew as often.
Everything runs on this machine, the screens too: the figures are of server and screens together.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from tests.servers import FERNET_KEY, Postgres, Redis, free_port

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "live.md"
EVERY = 3.0
CARDS = 20
REQUESTS = 2000
SEEN = re.compile(rb'data-seen="([^"]*)" data-minute="(\d+)" data-pass="([^"]*)"')
SHOWS = re.compile(rb'data-shows="([^"]+)"')


@dataclass
class Tally:
    """What the screens of one round were answered."""

    took: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    lost: int = 0
    late: list[float] = field(default_factory=list)
    """Seconds from each act to each screen that shows its request."""

    def add(self, status: int, took: float, size: int) -> None:
        self.took.append(took)
        self.sizes.append(size)
        self.statuses[status] = self.statuses.get(status, 0) + 1


@dataclass(frozen=True)
class Screen:
    """One volunteer's open queue."""

    cookie: str


async def answer(port: int, path: str, cookie: str) -> tuple[int, bytes, int]:
    """GET over a connection of its own, as through a proxy; return the status, the body and the bytes that came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "X-Forwarded-Proto: https"]
        lines += ["HX-Request: true", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        data = await reader.read(-1)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    head, _gap, body = data.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body, len(data)


def first_look(port: int, screen: Screen) -> dict[str, str]:
    """Load the queue once, as every screen did when it was opened; return the cards that it shows."""
    _status, body, _size = asyncio.run(answer(port, "/queue/", screen.cookie))
    return dict(one.decode().split("@") for one in SHOWS.findall(body))


async def watch(
    port: int,
    screen: Screen,
    shown: dict[str, str],
    until: float,
    tally: Tally,
    whole: bool,
    acts: dict[str, float],
) -> None:
    """Keep one screen open until then; `whole` loads the queue anew each time. Its first look is not counted."""
    await asyncio.sleep(random.random() * EVERY)
    seen = minute = held = ""
    since = datetime.now(UTC).isoformat()
    while time.monotonic() < until:
        asked = {"seen": seen, "minute": minute, "pass": held, "list": f"since={since.replace('+', '%2B')}"}
        asked["shown"] = ",".join(f"{code}@{version}" for code, version in shown.items())
        path = "/queue/" if whole else "/live/?" + urlencode(asked)
        began = time.monotonic()
        try:
            status, body, size = await asyncio.wait_for(answer(port, path, screen.cookie), 15)
        except (OSError, TimeoutError, IndexError):
            tally.lost += 1
        else:
            ended = time.monotonic()
            if seen or whole:
                tally.add(status, ended - began, size)
            if not whole and status == 200:
                changed = dict(one.decode().split("@") for one in SHOWS.findall(body))
                if seen:
                    tally.late.extend(ended - acts[code] for code in changed if code in acts)
                seen, minute, held = (one.decode() for one in SEEN.findall(body)[0])
                shown |= changed
        await asyncio.sleep(max(0.0, EVERY * (0.9 + random.random() / 5) - (time.monotonic() - began)))


def run_round(
    port: int,
    screens: list[Screen],
    seconds: float,
    server: psutil.Process,
    whole: bool,
    acts: dict[str, float],
) -> dict[str, Any]:
    """Keep all screens open for so long; return figures."""
    tally = Tally()

    async def all_of_them() -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(
                watch(port, screen, shown, until, tally, whole, acts)
                for screen, shown in zip(screens, opened, strict=True)
            )
        )

    opened = [{} if whole else first_look(port, screen) for screen in screens]
    before, began = _cpu(server), time.monotonic()
    asyncio.run(all_of_them())
    spent = time.monotonic() - began
    took, late = sorted(tally.took), sorted(tally.late)
    return {
        "looks a second": len(took) / spent,
        "looks answered 204": f"{tally.statuses.get(204, 0) / max(len(took), 1):.0%}",
        "other than 200 and 204, or lost": tally.lost
        + sum(count for status, count in tally.statuses.items() if status not in {200, 204}),
        "ms to the answer, median": 1000 * statistics.median(took),
        "ms to the answer, 95 of 100 within": 1000 * took[int(len(took) * 0.95)],
        "ms to the answer, 99 of 100 within": 1000 * took[int(len(took) * 0.99)],
        "s from an act to a screen that shows it, median": statistics.median(late) if late else "",
        "s from an act to a screen that shows it, 99 of 100 within": late[int(len(late) * 0.99)]
        if late
        else "",
        "kB an answer, mean, not compressed": statistics.mean(tally.sizes) / 1000,
        "cores of web processes": (_cpu(server) - before) / spent,
        "ms of processor a look": 1000 * (_cpu(server) - before) / max(len(took), 1),
        "MiB of web processes": sum(one.memory_info().rss for one in _tree(server)) / 2**20,
    }


def _tree(server: psutil.Process) -> list[psutil.Process]:
    return [server, *server.children(recursive=True)]


def _cpu(server: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in _tree(server))


def fill(screens: int) -> list[Screen]:
    """Make people of all districts, requests, and a session for each person."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from districts.models import District  # noqa: PLC0415
    from tests.factories import a_request, a_volunteer  # noqa: PLC0415

    names = list(District.objects.values_list("name_en", flat=True))
    now = datetime.now(UTC)
    for number in range(REQUESTS):
        a_request(names[number % len(names)], now=now, opened_at=now - timedelta(minutes=number % 600))
    made = []
    for number in range(screens):
        person = a_volunteer(f"v{number}", names[number % len(names)])
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session.create()
        made.append(Screen(f"{settings.SESSION_COOKIE_NAME}={session.session_key}"))
    return made


def stir(stop: threading.Event, acts: dict[str, float]) -> None:
    """Two acts and a new request a second, so that there is something to tell; when each act was done goes into `acts`."""
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from districts.models import District, Volunteer  # noqa: PLC0415
    from requests_app.models import Event, HelpRequest, Lost  # noqa: PLC0415
    from requests_app.states import EventKind  # noqa: PLC0415
    from tests.factories import a_request  # noqa: PLC0415

    names = list(District.objects.values_list("name_en", flat=True))
    while not stop.wait(1.0):
        now = timezone.now()
        made = a_request(random.choice(names), now=now)
        Event.objects.create(request=made, kind=EventKind.OPENED, at=now)
        for request in HelpRequest.objects.queued().order_by("?")[:2]:
            with suppress(Lost):
                request.claim(Volunteer.objects.filter(districts=request.district).first(), now)
                acts[request.code] = time.monotonic()
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screens", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--no-baseline", action="store_true", help="the looks alone, for a quick try")
    parser.add_argument("--write", action="store_true", help="write docs/live.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="helpdesk-live-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for name in ("pg", "redis", "data"):
            (root / name).mkdir()
        postgres, redis = Postgres(root / "pg"), Redis(root / "redis")
        postgres.create()
        postgres.start()
        redis.start()
        port = free_port()
        os.environ.update(
            DATABASE_URL=postgres.url,
            REDIS_URL=redis.url,
            DJANGO_SETTINGS_MODULE="helpdesk.settings",
            SECRET_KEY="k" * 50,
            SEAL_KEYS=FERNET_KEY,
            PHONE_HASH_KEY="h" * 32,
            ALLOWED_HOSTS="127.0.0.1",
            DATA_DIR=str(root / "data"),
            LOG_LEVEL="ERROR",
        )
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        for command in (
            ("migrate",),
            ("load_gazetteer",),
            ("compile_locale",),
            ("collectstatic", "--no-input"),
        ):
            call_command(*command, verbosity=0)
        print("filling ...", flush=True)
        screens = fill(options.screens)
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "helpdesk.wsgi",
            "--worker-class",
            "gthread",
            "--workers",
            "2",
        ]
        command += ["--threads", "4", "--no-control-socket", "--log-level", "error"]
        web = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}"],
            cwd=ROOT,
        )
        stop, acts = threading.Event(), dict[str, float]()
        try:
            time.sleep(4)
            server = psutil.Process(web.pid)
            threading.Thread(target=stir, args=[stop, acts], daemon=True).start()
            rounds = {}
            tried = (("looks as the page does", False), ("baseline: the whole queue anew", True))
            for name, whole in tried[: 1 if options.no_baseline else 2]:
                print(f"{name}: {options.screens} screens for {options.seconds:.0f} s ...", flush=True)
                rounds[name] = run_round(port, screens, options.seconds, server, whole, acts)
        finally:
            stop.set()
            web.send_signal(signal.SIGTERM)
            web.wait(20)
            redis.stop()
            postgres.stop()
    text = report(rounds, options.screens)
    print(text)
    if options.write:
        PAGE.write_text(text)


def report(rounds: dict[str, dict[str, Any]], screens: int) -> str:
    """The table, as Markdown."""
    names = list(rounds)
    lines = [
        f"# What {screens} open screens cost",
        "",
        f"Written by `make bench-live` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores. {screens} volunteers of all"
        f" districts have the queue open ({REQUESTS:,} open requests) before gunicorn with 2 processes of 4 threads and"
        " Postgres, all on this machine with the program that plays the screens. Beside them one new request and two claims"
        " a second. Each screen looks every 3 s.",
        "",
        f"| | {' | '.join(names)} |",
        f"| --- |{' ---: |' * len(names)}",
    ]
    for figure in rounds[names[0]]:
        values = [rounds[name][figure] for name in names]
        lines.append(
            f"| {figure} | "
            + " | ".join(one if isinstance(one, str) else f"{one:,.1f}" for one in values)
            + " |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
