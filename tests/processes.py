"""Starts the project's own processes, as docker-compose.yml does, against the test servers."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connection

WORKER = [
    "-m",
    "celery",
    "--skip-checks",
    "-A",
    "helpdesk",
    "worker",
    "--concurrency",
    "2",
    "--loglevel",
    "WARNING",
]
WORKER += ["--without-gossip", "--without-mingle"]
SWEEPER = ["manage.py", "run_sweeper", "--every", "1"]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that works on this test's database."""
    name = connection.settings_dict["NAME"]
    host = f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"
    url = f"postgres://{connection.settings_dict['USER']}@{host}/{name}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "helpdesk.settings", **more}


class Process:
    """One of ours, in a process group of its own, so that kill -9 takes its children along."""

    def __init__(self, arguments: list[str], log: Path, **more: str) -> None:
        self.arguments, self.log, self.more = arguments, log, more
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=settings.BASE_DIR,
                env=environment(**self.more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """kill -9, the process and its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)

    def kill_a_child(self) -> bool:
        """kill -9 one child of it, if it has one."""
        try:
            children = psutil.Process(self.pid).children()
        except psutil.NoSuchProcess:
            return False
        for child in children[:1]:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                return False
        return bool(children)

    def stop(self, patience: float = 15) -> int:
        """Ask it to stop; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        return int(self.process.returncode)


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Kill them all at the end, whatever happened."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def wait_until(is_true: Callable[[], Any], seconds: float, what: str) -> None:
    """Poll until it holds; fail with `what` after so many seconds (a bound against hanging, not a speed)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_true():
            return
        time.sleep(0.1)
    raise AssertionError(f"after {seconds} s still not true: {what}")


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run work(0..count-1) at once, each with a database connection of its own; raise the first failure."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            barrier.wait(30)
            work(number)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if failures:
        raise failures[0]
