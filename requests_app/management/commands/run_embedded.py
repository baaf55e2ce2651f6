"""Runs the whole of Helpdesk in one process on SQLite: web, worker, sweeper and ingester, and the demo's X beside it."""

import argparse
import fcntl
import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any

import waitress
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application

from requests_app import demo, ingest_loop, loops, mailing, sweeping, x_client
from requests_app.clock import database_now
from requests_app.tasks import wake_readers

SIMULATOR_ID = "1380000000000000001"
KEYS = ("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET")


class Command(BaseCommand):
    help = "Start everything on this machine, at http://127.0.0.1:8000/; Ctrl-C stops it and keeps the data."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="port of the web pages (default 8000, else the next free)"
        )
        parser.add_argument(
            "--speed", type=float, default=1.0, help="pace of the demo's posts (default 1: as in life)"
        )
        parser.add_argument("--simulator", type=int, default=0, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "DATABASE_URL is set: run web, worker, run_sweeper and run_ingester instead (README)."
            )
        lock = self._lock()
        if not options["simulator"]:
            self._prepare()
            if settings.DEMO and not settings.X_API_BASE:
                # The simulator's address is a setting, and settings are read once: start again with it set.
                keys = {name: secrets.token_hex(16) for name in KEYS}
                process, url = self._start_simulator(options["speed"], keys)
                lock.close()
                self._start_again(url, process, keys)
        try:
            self._serve(options["port"])
        finally:
            if options["simulator"]:
                _stop_process(options["simulator"])

    # --- Before anything runs ---------------------------------------------------------------------------------

    def _lock(self) -> IO[str]:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        lock = (settings.DATA_DIR / "run.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(f"Helpdesk is running already on the data in {settings.DATA_DIR}.") from error
        return lock

    def _prepare(self) -> None:
        steps: list[tuple[str, Callable[[], object]]] = [
            ("database", lambda: call_command("migrate", verbosity=0, interactive=False)),
            ("gazetteer", lambda: call_command("load_gazetteer", verbosity=0)),
            ("languages", lambda: call_command("compile_locale", verbosity=0)),
            ("static files", lambda: call_command("collectstatic", verbosity=0, interactive=False)),
        ]
        if settings.DEMO:
            steps.append(("demo people", lambda: demo.load_people(database_now())))
        for name, step in steps:
            began = time.monotonic()
            step()
            self.stdout.write(f"  {name} ready ({time.monotonic() - began:.1f} s)")
            self.stdout.flush()

    def _start_simulator(self, speed: float, keys: dict[str, str]) -> tuple["subprocess.Popen[str]", str]:
        command = [sys.executable, "-m", "tests.xsim", "--port", "0", "--parent-death"]
        command += [
            "--archive",
            str(settings.BASE_DIR / "tests" / "xsim" / "archive.jsonl"),
            "--pace",
            "life",
        ]
        command += ["--state", str(settings.DATA_DIR / "simulator.json"), "--speed", str(speed)]
        command += ["--handle", settings.X_HANDLE, "--user-id", SIMULATOR_ID]
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **keys},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return process, _url_printed_by(process)

    def _start_again(self, url: str, process: "subprocess.Popen[str]", keys: dict[str, str]) -> None:
        environment = {**os.environ, **keys, "X_API_BASE": url, "X_USER_ID": SIMULATOR_ID, "DEMO": "1"}
        sys.stdout.flush()
        command = [sys.executable, *sys.argv, "--simulator", str(process.pid)]
        os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter and arguments

    # --- While it runs ------------------------------------------------------------------------------------------

    def _serve(self, port: int) -> None:
        stop = threading.Event()
        port = _free_port_from(port)
        web = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=port, threads=6)
        worker = current_app.WorkController(
            pool_cls="solo", without_gossip=True, without_mingle=True, without_heartbeat=True
        )
        account = x_client.account_from_settings()
        parts: list[tuple[str, Callable[[], object]]] = [
            ("worker", worker.start),
            (
                "sweeper",
                lambda: loops.run("sweeper", lambda: sweeping.sweep(database_now(), wake_readers), 2, stop),
            ),
        ]
        if account is not None:
            every = 2.0 if settings.DEMO else 30.0
            parts.append(
                ("ingester", lambda: ingest_loop.run(account, every=every, stop=stop, wake=wake_readers))
            )
        if settings.HAS_MAIL:
            parts.append(("mailer", lambda: mailing.run(stop)))
        threads = [threading.Thread(target=part, name=name, daemon=True) for name, part in parts]
        for thread in threads:
            thread.start()
        threading.Thread(target=self._watch, args=[threads, stop], daemon=True).start()
        self._greet(port, account is not None)
        # In the main thread, because waitress ends its loop cleanly only by an exception that a signal raises.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        web.run()
        self.stdout.write("\nStopping ...")
        stop.set()
        worker.stop()
        web.close()
        for thread in threads[1:]:
            thread.join(5)
        self.stdout.write("Stopped. The data is kept in " + str(settings.DATA_DIR))

    def _watch(self, threads: list[threading.Thread], stop: threading.Event) -> None:
        """Stop everything when one part ended by itself: a person must see it, not a page that looks alive."""
        while not stop.wait(1):
            ended = [thread.name for thread in threads if not thread.is_alive()]
            if ended:
                self.stderr.write(f"{', '.join(ended)} ended; stopping. Nothing is lost: start again.")
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _greet(self, port: int, has_account: bool) -> None:
        lines = ["", f"Helpdesk is at http://127.0.0.1:{port}/"]
        if settings.DEMO:
            lines += [
                "",
                "This is a demo: made-up posts come in from a simulated X, and no number is dialled.",
                "Log in:",
            ]
            lines += [f"  {person.username:<10} {person.says}" for person in demo.PEOPLE if person.is_greeted]
            lines += [f"  password of all: {demo.PASSWORD}"]
        elif not has_account:
            lines += [
                "No X keys are set, so no mentions come in (docs/x.md); `createsuperuser` makes the first log-in."
            ]
        else:
            lines += ["`python manage.py createsuperuser` makes the first log-in."]
        self.stdout.write("\n".join([*lines, "", "Ctrl-C stops it."]))
        self.stdout.flush()


def _leave(*_unused: object) -> None:
    raise SystemExit


def _url_printed_by(process: "subprocess.Popen[str]") -> str:
    """Wait for the first line that holds the simulator's address. Raises CommandError after 15 seconds."""
    stream = process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)  # type: ignore[arg-type]
        until = time.monotonic() + 15
        while time.monotonic() < until and process.poll() is None:
            if selector.select(timeout=1):
                for word in stream.readline().split():  # type: ignore[union-attr]
                    if word.startswith("http://127.0.0.1:"):
                        return word.rstrip("/")
    process.kill()
    raise CommandError("The X simulator did not start.")


def _free_port_from(port: int) -> int:
    for candidate in range(port, port + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise CommandError(f"No port from {port} to {port + 49} is free.")


def _stop_process(pid: int, patience: float = 5.0) -> None:
    """Ask the simulator to stop, and kill it after `patience` seconds."""
    try:
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                return
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return
