"""What tests hold: Sim starts a simulator, in a thread or as a process, and works its control plane."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from .auth import Keys
from .server import CONTROL_HEADER, SimServer, Simulation

ROOT = Path(__file__).resolve().parents[2]


class Sim:
    """A running simulator; a context manager. `url` is its base, `keys` the credentials that it lets in."""

    def __init__(
        self, url: str, keys: Keys, stop: Callable[[], None], process: subprocess.Popen[str] | None = None
    ):
        self.url = url
        self.keys = keys
        self.process = process
        self._stop = stop

    @classmethod
    def in_thread(cls, **options: Any) -> Sim:
        """Options of server.Simulation."""
        simulation = Simulation(**options)
        server = SimServer(simulation)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()

        def stop() -> None:
            simulation.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)

        return cls(server.url, simulation.keys, stop)

    @classmethod
    def as_process(cls, *arguments: str, keys: Keys | None = None, env: dict[str, str] | None = None) -> Sim:
        """Options of the command line; RuntimeError when it does not start."""
        command = [sys.executable, "-m", "tests.xsim", "--port", "0", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=env)
        assert process.stdout is not None
        words = process.stdout.readline().split()
        if len(words) != 2:
            process.wait(5)
            raise RuntimeError(f"the simulator did not start, exit code {process.returncode}")

        def stop() -> None:
            process.terminate()
            process.wait(5)
            assert process.stdout is not None
            process.stdout.close()

        return cls(words[1], keys or Keys(), stop, process)

    def close(self) -> None:
        self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def control(self, method: str, door: str, wish: Any = None) -> Any:
        """One call to /_sim/door; ValueError with the simulator's words when it refuses."""
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
        try:
            body = None if wish is None else json.dumps(wish)
            connection.request(method, f"/_sim/{door}", body, {CONTROL_HEADER: "1"})
            answer = connection.getresponse()
            found = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(found.get("error", found))
        return found

    def clock(
        self, *, advance_s: float = 0, now: float | None = None, stop: bool = False, run: bool = False
    ) -> int:
        """Turns the clock and returns the virtual time in ms."""
        wish: dict[str, Any] = {"advance_s": advance_s, "stop": stop, "run": run}
        if now is not None:
            wish["now"] = now
        return int(self.control("POST", "clock", wish)["now_ms"])

    def add_tweet(self, author: str, text: str = "", **traits: Any) -> int:
        """Keywords of World.add_tweet; returns the new id."""
        return int(self.control("POST", "tweets", {"author": author, "text": text, **traits})["id"])

    def add_tweets(self, posts: list[dict[str, Any]]) -> list[int]:
        return [int(made["id"]) for made in self.control("POST", "tweets", posts)]

    def add_user(self, username: str, **traits: Any) -> dict[str, Any]:
        return dict(self.control("POST", "users", {"username": username, **traits}))

    def delete(self, tweet_id: int) -> None:
        self.control("POST", "delete", {"id": tweet_id})

    def edit(self, tweet_id: int, text: str) -> int:
        return int(self.control("POST", "edit", {"id": tweet_id, "text": text})["id"])

    def fault(self, kind: str, route: str = "*", **switches: Any) -> None:
        """Switches: times, nth, page, probability, when; every other keyword is an option of the kind."""
        own = {k: switches.pop(k) for k in ("times", "nth", "page", "probability", "when") if k in switches}
        self.control("POST", "faults", {"kind": kind, "route": route, **own, "options": switches})

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def config(self, **switches: Any) -> None:
        self.control("POST", "config", switches)

    def journal(self, route: str | None = None) -> list[dict[str, Any]]:
        entries = self.control("GET", "journal")
        return [e for e in entries if route is None or e["route"] == route]

    def ledger(self) -> dict[str, Any]:
        return dict(self.control("GET", "ledger"))

    def state(self) -> dict[str, Any]:
        return dict(self.control("GET", "state"))

    def reset(self) -> None:
        self.control("POST", "reset", {})
