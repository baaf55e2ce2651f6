"""`manage.py run_embedded` on a fresh directory: made-up posts come in by Tweepy, one is worked and answered, Ctrl-C keeps it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.processes import wait_until
from tests.servers import free_port
from tests.visitor import Visitor
from tests.xsim.control import Sim

pytestmark = [pytest.mark.slow]

CODE = re.compile(r"/requests/(RJ-[0-9A-Z]{6})/")
TARGET = re.compile(r'name="post" value="(\d+)"')


class Embedded:
    """One run on a data directory; its output is kept in `log`."""

    def __init__(self, data: Path, log: Path, **more: str) -> None:
        self.port, self.log = free_port(), log
        bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = [sys.executable, "manage.py", "run_embedded", "--port", str(self.port), "--speed", "8"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**bare, "DATA_DIR": str(data), "PYTHONUNBUFFERED": "1", **more},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_for_greeting(self) -> str:
        wait_until(
            lambda: "Ctrl-C stops it" in self.log.read_text(), 90, f"greeting in {self.log.read_text()}"
        )
        return re.findall(r"http://127\.0\.0\.1:\d+", self.log.read_text())[0]

    def simulator(self) -> Sim:
        environment = psutil.Process(self.process.pid).environ()
        return Sim(environment["X_API_BASE"], None, lambda: None)

    def tree(self) -> list[psutil.Process]:
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait(10)


@pytest.fixture
def start(tmp_path):
    runs = []

    def begin(name: str, **more: str) -> Embedded:
        runs.append(Embedded(tmp_path / "data", tmp_path / f"{name}.log", **more))
        return runs[-1]

    yield begin
    for run in runs:
        run.kill()


def test_a_plea_is_worked_answered_and_kept_over_a_restart(start):
    run = start("first")
    base = run.wait_for_greeting()
    kavita = Visitor(base)
    kavita.log_in("kavita")
    wait_until(
        lambda: CODE.search(kavita.see("/queue/")), 60, "a plea of the Jaipur division is in the queue"
    )
    code = CODE.findall(kavita.see("/queue/"))[0]
    page = f"/requests/{code}/"
    kavita.press(page, page + "claim/")
    kavita.press(page, page + "call/", outcome="talked", note="")
    kavita.press(
        page,
        page + "reply/",
        post=TARGET.findall(kavita.see(page))[0],
        text=f"We have your plea, case {code}",
    )
    sim = run.simulator()
    wait_until(lambda: _replies(sim), 30, "the reply is at X")
    assert _replies(sim)[0]["body"]["text"] == f"We have your plea, case {code}"
    kavita.press(page, page + "resolve/", outcome="helped", note="")
    assert sum(process.memory_info().rss for process in run.tree()) < 500_000_000
    children = run.tree()[1:]
    assert children, "the simulator is a child"
    assert run.interrupt() == 0
    assert not [
        process for process in children if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
    assert "Traceback" not in run.log.read_text()

    again = start("second")
    kavita = Visitor(again.wait_for_greeting())
    kavita.log_in("kavita")
    assert code in kavita.see("/queue/?state=closed") or "helped" in kavita.see(page).lower()
    assert len(_replies(again.simulator())) == 0, "nothing is sent twice"
    assert again.interrupt() == 0


def test_second_copy_says_so_and_kill_9_loses_nothing(start):
    run = start("first")
    desk = Visitor(run.wait_for_greeting())
    second = start("another")
    assert second.process.wait(30) != 0
    assert "running already" in second.log.read_text()
    desk.log_in("desk")
    wait_until(lambda: len(set(CODE.findall(desk.see("/queue/")))) >= 3, 60, "pleas are in the queue")
    before = set(CODE.findall(desk.see("/queue/")))
    run.kill()
    again = start("second")
    desk = Visitor(again.wait_for_greeting())
    desk.log_in("desk")
    for code in before:
        assert code in desk.see(f"/requests/{code}/")
    assert again.interrupt() == 0


def test_wrong_setting_is_named_in_the_persons_words(start):
    run = start("first", X_API_KEY="only-one")
    assert run.process.wait(30) != 0
    assert "X_API_SECRET" in run.log.read_text().splitlines()[-1]


def _replies(sim: Sim) -> list[dict]:
    return [entry for entry in sim.journal() if entry["method"] == "POST" and entry["path"] == "/2/tweets"]
