"""Runs the sweeper: it guarantees progress when messages, workers or people fail."""

import argparse
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from requests_app import loops, mailing, sweeping
from requests_app.clock import database_now
from requests_app.tasks import wake_readers


class Command(BaseCommand):
    help = (
        "Wake the readers for due posts, read them when nobody comes, return held requests whose time is up."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=3.0, help="seconds between two sweeps (default 3)")
        parser.add_argument("--once", action="store_true", help="sweep once and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_unused: stop.set())
        self.stdout.write("sweeper: running")
        if settings.HAS_MAIL and not options["once"]:
            # Beside it, as a mail server may be slow.
            threading.Thread(target=mailing.run, args=[stop], daemon=True).start()
        loops.run(
            "sweeper",
            lambda: sweeping.sweep(database_now(), wake_readers),
            options["every"],
            stop,
            once=options["once"],
        )
        self.stdout.write("sweeper: stopped")
