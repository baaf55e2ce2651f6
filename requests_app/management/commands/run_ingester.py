"""Takes the mentions on X in, as a process of its own."""

import argparse
import signal
import threading
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app import ingest, ingest_loop, x_client
from requests_app.tasks import wake_readers


class Command(BaseCommand):
    help = "Poll X for mentions of the help handle. A second copy waits for the first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=float, default=30.0, help="seconds between two polls (default 30)"
        )
        parser.add_argument("--once", action="store_true", help="poll once and end")
        parser.add_argument(
            "--first-minutes",
            type=int,
            default=60,
            help="how old a mention the very first poll takes in (default 60)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account = x_client.account_from_settings()
        if account is None:
            raise CommandError("No X keys are set: X_API_KEY and the other three, and X_USER_ID (docs/x.md).")
        if options["every"] <= 0 or options["first_minutes"] < 0:
            raise CommandError("--every must be more than 0, --first-minutes not less.")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_unused: stop.set())
        rules = ingest.Rules(first_start=timedelta(minutes=options["first_minutes"]))
        self.stdout.write(f"Ingester of @{account.handle}: every {options['every']:g} s.")
        self.stdout.flush()
        ingest_loop.run(
            account, every=options["every"], stop=stop, wake=wake_readers, once=options["once"], rules=rules
        )
        self.stdout.write("Ingester stopped.")
