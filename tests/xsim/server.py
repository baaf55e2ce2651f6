"""The HTTP edge: sockets, headers, gzip, the journal, the control plane and the faults of transport."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import faults, problems
from .auth import Doorkeeper, Identity, Keys
from .control_plane import answer_control
from .endpoints import Api, Call, Config
from .faults import Fault, Switchboard
from .limits import Ledger, Windows
from .problems import Refusal
from .routes import find_route, handle
from .world import Clock, World

MAX_BODY = 65_536
MAX_CONTROL_BODY = 64_000_000
JOURNAL_LENGTH = 2_000
CONTROL_HEADER = "X-Sim-Control"
NOBODY = Identity("nobody")


class Simulation:
    """Everything that one simulator knows; `lock` is held around each use of it."""

    def __init__(
        self,
        *,
        keys: Keys | None = None,
        user_id: int = 1_380_000_000_000_000_001,
        handle: str = "RajHelpDesk",
        seed: int = 1,
        stopped_at_ms: int | None = None,
    ) -> None:
        self.keys = keys or Keys()
        self.user_id, self.handle, self.seed, self.stopped_at_ms = user_id, handle, seed, stopped_at_ms
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.reset()

    def reset(self) -> None:
        """As at the start: empty world, full purse, no faults, empty journal."""
        self.clock = Clock(self.stopped_at_ms)
        self.world = World(self.user_id, self.handle, clock=self.clock, seed=self.seed)
        self.config = Config()
        self.ledger = Ledger()
        self.windows = Windows()
        self.door = Doorkeeper(self.keys, self.user_id)
        self.switches = Switchboard(self.seed)
        self.api = Api(self.world, self.ledger, self.config, self.seed)
        self.journal: deque[dict[str, Any]] = deque(maxlen=JOURNAL_LENGTH)
        self.calls = 0
        self.date_skew_s = 0.0
        self.real_dates = False
        self.last_item: dict[str, dict[str, Any]] = {}

    def now_s(self) -> int:
        return self.clock.now_ms() // 1000


class Answer:
    """What goes to the socket; `fault` is one of transport, or None."""

    def __init__(self, status: int, body: Any, headers: dict[str, str], fault: Fault | None = None) -> None:
        self.status, self.body, self.headers, self.fault = status, body, headers, fault

    def payload(self) -> bytes:
        if self.body is None:
            return b""
        return (
            self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()
        )


def answer_api(sim: Simulation, method: str, target: str, authorization: str, raw: bytes) -> Answer:
    """The answer to one API request, journalled; called with the lock held."""
    url = urlsplit(target)
    pairs = parse_qsl(url.query, keep_blank_values=True)
    params = dict(pairs)
    sim.calls += 1
    entry: dict[str, Any] = {
        "n": sim.calls, "at_ms": sim.clock.now_ms(), "method": method, "path": url.path, "params": params,
    }  # fmt: skip
    sim.journal.append(entry)
    route, args = find_route(method, url.path)
    entry["route"] = route
    identity: Identity = NOBODY
    picked: Fault | None = None
    try:
        if route is None:
            raise Refusal(404, None, rate=False)
        if not route:
            raise Refusal(405, problems.plain(405, "Method Not Allowed"), rate=False)
        identity = sim.door.identify(method, url.path, url.query, authorization)
        entry["auth"] = {"kind": identity.kind, "user_id": identity.user_id}
        if len(params) != len(pairs):
            raise problems.invalid("A query parameter may be given only once")
        call = Call(route, args, params, _read_body(raw) if raw else None, identity)
        entry["body"] = call.body
        call.page = _page_of(sim, call)
        picked = sim.switches.pick(route, call.page)
        if picked:
            entry["fault"] = {"kind": picked.kind, "when": picked.when, "options": picked.options}
        status, body = _perform(sim, call, picked)
        _note(entry, status, body)
        headers = {**sim.windows.headers(identity, route, sim.now_s()), **call.headers}
    except Refusal as refused:
        _note(entry, refused.status, refused.body)
        rate = (
            sim.windows.headers(identity, route, sim.now_s())
            if refused.rate and route and identity != NOBODY
            else {}
        )
        return Answer(refused.status, refused.body, {**rate, **refused.headers}, picked)
    return Answer(status, body, headers, picked)


def _perform(sim: Simulation, call: Call, fault: Fault | None) -> tuple[int, Any]:
    refusal = faults.refusal(fault, sim.now_s()) if fault else None
    if refusal and fault and fault.when == "before":
        raise refusal
    if fault and fault.when == "before" and fault.kind in ("reset", "hang", "redirect"):
        return 0, None  # not processed: the transport does what the fault says
    if fault and fault.kind in faults.WORLD and fault.when == "before":
        _move_world(sim, fault)
    sim.windows.take(call.identity, call.route, sim.now_s())
    status, body = handle(sim.api, call)
    if refusal:
        raise refusal
    if fault and fault.kind in faults.WORLD and fault.when == "after":
        _move_world(sim, fault)
    token = call.params.get("pagination_token") or call.params.get("next_token")
    shown: Any = body
    if fault and fault.kind in faults.MUTATIONS:
        shown = faults.mutate(fault, body, token, sim.last_item.get(call.route) if token else None)
    if isinstance(body.get("data"), list) and body["data"]:
        sim.last_item[call.route] = body["data"][-1]
    return status, shown


def _page_of(sim: Simulation, call: Call) -> int:
    name = "next_token" if "next_token" in call.params else "pagination_token"
    try:
        opened = sim.api.open_token(call, name)
    except Refusal:
        return 1
    return opened[1] if opened else 1


def _move_world(sim: Simulation, fault: Fault) -> None:
    """delete_tweets {ids}; new_tweets {count, author, text}; advance {seconds}."""
    if fault.kind == "delete_tweets":
        for tweet_id in fault.options["ids"]:
            sim.world.delete(int(tweet_id))
    elif fault.kind == "advance":
        sim.clock.advance(int(1000 * fault.options["seconds"]))
    else:
        for n in range(int(fault.options.get("count", 1))):
            text = fault.options.get("text", f"@{sim.world.me.username} arrived between pages")
            sim.world.add_tweet(fault.options.get("author", "latecomer"), f"{text} {fault.hits}.{n}")


def _read_body(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise problems.invalid("The request body is not JSON") from None


def _note(entry: dict[str, Any], status: int, body: Any) -> None:
    entry["status"] = status
    if status >= 400:
        entry["answer"] = body.decode() if isinstance(body, bytes) else body
    elif isinstance(body, dict):
        data = body.get("data")
        items = data if isinstance(data, list) else [data] if data else []
        entry["ids"] = [item["id"] for item in items if isinstance(item, dict) and "id" in item]
        entry["next_token"] = (body.get("meta") or {}).get("next_token")


class Handler(BaseHTTPRequestHandler):
    """One connection; the simulation hangs on the server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: SimServer

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET

    def _serve(self) -> None:
        sim = self.server.sim
        length = self.headers.get("Content-Length", "0")
        is_control = urlsplit(self.path).path.startswith("/_sim/") and CONTROL_HEADER in self.headers
        if not length.isdigit() or int(length) > (MAX_CONTROL_BODY if is_control else MAX_BODY):
            self.close_connection = True
            self._send(Answer(413, problems.plain(413, "Payload Too Large"), {}))
            return
        raw = self.rfile.read(int(length))
        if is_control:
            with sim.lock:
                status, body = answer_control(sim, self.command, self.path, raw)
            self._send(Answer(status, body, {}))
            return
        with sim.lock:
            answer = answer_api(sim, self.command, self.path, self.headers.get("Authorization", ""), raw)
            answer.headers = {**self._common(sim, answer.fault), **answer.headers}
        self._transport(answer)

    def _common(self, sim: Simulation, fault: Fault | None) -> dict[str, str]:
        skew = sim.date_skew_s
        if fault and fault.kind == "date_skew":
            skew += float(fault.options.get("seconds", 300))
        now = time.time() if sim.real_dates else sim.clock.now_ms() / 1000
        return {
            "date": formatdate(now + skew, usegmt=True),
            "server": "cloudflare envoy",
            "api-version": "2.167",
            "x-access-level": "read-write",
            "x-transaction-id": f"{sim.calls:016x}",
            "x-response-time": "20",
            "cache-control": "no-cache, no-store, max-age=0",
            "set-cookie": f"guest_id=v1%3A{sim.seed}; Path=/; Domain=.twitter.com; Secure",
        }

    def _transport(self, answer: Answer) -> None:
        fault = answer.fault
        kind = fault.kind if fault else ""
        seconds = float(fault.options.get("seconds", 1)) if fault else 0.0
        if kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server.reset_fds.add(self.connection.fileno())
            self.close_connection = True
        elif kind == "hang":
            self.server.sim.stopping.wait(seconds)
            self.close_connection = True
        elif kind == "redirect":
            answer.status, answer.body = 301, None
            answer.headers["location"] = "https://api.x.com" + self.path
            self._send(answer)
        else:
            if kind == "slow_header":
                self.server.sim.stopping.wait(seconds)
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        payload = answer.payload()
        fault = answer.fault
        kind = fault.kind if fault else ""
        headers = dict(answer.headers)
        if payload:
            html = payload.startswith(b"<!DOCTYPE")
            headers["content-type"] = "text/html" if html else "application/json; charset=utf-8"
        if payload and kind == "truncated":
            whole = len(payload)
            payload = payload[: whole // 2]
            headers["content-length"] = str(
                len(payload) if fault and fault.options.get("right_length") else whole
            )
            self.close_connection = True
        else:
            if payload and "gzip" in self.headers.get("Accept-Encoding", ""):
                payload = gzip.compress(payload, 1)
                headers["content-encoding"] = "gzip"
                if kind == "bad_gzip":
                    payload = payload[:12] + bytes(b ^ 0x5A for b in payload[12:])
            headers["content-length"] = str(len(payload))
        self.send_response_only(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if kind == "drip" and fault:
            self._drip(payload, float(fault.options.get("seconds", 1)))
        else:
            self.wfile.write(payload)
        self.wfile.flush()

    def _drip(self, payload: bytes, seconds: float) -> None:
        pieces = 20
        step = max(1, len(payload) // pieces)
        for at in range(0, len(payload), step):
            self.wfile.write(payload[at : at + step])
            self.wfile.flush()
            if self.server.sim.stopping.wait(seconds / pieces):
                return

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the journal is the log."""


class SimServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sim: Simulation, port: int = 0) -> None:
        self.sim = sim
        self.reset_fds: set[int] = set()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def shutdown_request(self, request: Any) -> None:
        # A shutdown would send FIN first; closing with linger 0 sends the RST that was asked for.
        if request.fileno() in self.reset_fds:
            self.reset_fds.discard(request.fileno())
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away (time-out tests do) is no news; anything else is printed."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)
