"""The command line: python -m tests.xsim starts one simulator, prints its URL and serves it."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path

from .archive import Memory, Player, read_archive
from .auth import ENVIRONMENT, Keys, read_keys
from .server import SimServer, Simulation

PR_SET_PDEATHSIG = 1


def arguments() -> argparse.Namespace:
    demo = Keys()
    defaults = "\n".join(f"  {name}={getattr(demo, key)}" for key, name in ENVIRONMENT.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.xsim",
        description="A stand-in for the X API v2 on 127.0.0.1. The first line on stdout is: xsim URL",
        epilog=f"Credentials come from --key-file, else the environment, else are:\n{defaults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 (default): any free port")
    parser.add_argument(
        "--handle", default="RajHelpDesk", help="user name of the account (default RajHelpDesk)"
    )
    parser.add_argument(
        "--user-id", type=int, default=1_380_000_000_000_000_001, help="its numeric id (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default 1)")
    parser.add_argument(
        "--stopped-at", type=float, help="unix seconds at which the clock stands still (default: it runs)"
    )
    parser.add_argument("--key-file", help="NAME=value lines with the X_... names below")
    parser.add_argument("--archive", type=Path, help="JSONL file of posts to play")
    parser.add_argument("--pace", choices=("life", "once"), default="life", help="as written, or all at once")
    parser.add_argument("--speed", type=float, default=1.0, help="factor on the pace, for example 5")
    parser.add_argument("--burst", type=int, default=0, metavar="N", help="the first N posts come at once")
    parser.add_argument("--state", type=Path, help="file that keeps the world for the next start")
    parser.add_argument(
        "--parent-death", action="store_true", help="end when the process that started it ends"
    )
    given = parser.parse_args()
    if given.speed <= 0:
        parser.error("--speed must be above 0")
    if given.archive and not given.archive.is_file():
        parser.error(f"--archive: there is no file {given.archive}")
    if given.key_file and not Path(given.key_file).is_file():
        parser.error(f"--key-file: there is no file {given.key_file}")
    return given


def die_with_parent() -> None:
    """SIGTERM when the thread that started us ends (Linux) or its process does (everywhere, within 1 s)."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    given = arguments()
    if given.parent_death:
        die_with_parent()
    simulation = Simulation(
        keys=read_keys(given.key_file),
        user_id=given.user_id,
        handle=given.handle.lstrip("@"),
        seed=given.seed,
        stopped_at_ms=None if given.stopped_at is None else int(given.stopped_at * 1000),
    )
    memory = Memory(simulation, given.state)
    server = SimServer(simulation, given.port)

    def stop(signum: int, frame: object) -> None:
        simulation.stopping.set()
        # shutdown() waits for the loop that this very thread runs.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"xsim {server.url}", flush=True)
    if given.archive:
        player = Player(simulation, memory, speed=given.speed, burst=given.burst, life=given.pace == "life")
        threading.Thread(target=player.run, args=(read_archive(given.archive),), daemon=True).start()
    server.serve_forever(poll_interval=0.2)
    server.server_close()


if __name__ == "__main__":
    main()
