"""A pytest plugin that starts a throw-away Postgres and Redis on free ports before Django's settings load.

Loaded early (`-p tests.servers` in pyproject.toml), because settings read the addresses once. Binaries are the
system's (`make test` installs the Debian packages when it runs as root and says which are missing otherwise).
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

FERNET_KEY = "fJr0rm4vTrPBqqp2mVnhMBwcnHyvGvSvwAUbWuaBaYM="


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_binary(name: str) -> str:
    """Return the path of a Postgres server program, newest version first; raise when none is installed."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    path = found[-1] if found else shutil.which(name)
    if not path:
        raise pytest.UsageError(f"{name} is not here: apt-get install postgresql redis-server")
    return path


class Postgres:
    """A cluster in a temporary directory, of the user `postgres` when we are root (initdb refuses root)."""

    def __init__(self, directory: Path, durable: bool = False) -> None:
        self.directory, self.durable, self.port = directory, durable, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            self._user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(directory, account.pw_uid, account.pw_gid)

    @property
    def url(self) -> str:
        return f"postgres://helpdesk@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make the cluster's files."""
        command = [postgres_binary("initdb"), "-D", str(self.directory / "data"), "-U", "helpdesk"]
        command += ["--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._user)

    def start(self) -> None:
        """Start it and wait until it answers."""
        fsync = "on" if self.durable else "off"
        options = [f"fsync={fsync}", f"synchronous_commit={fsync}", "listen_addresses=127.0.0.1"]
        options += [f"port={self.port}", f"unix_socket_directories={self.directory}", "max_connections=120"]
        options += ["logging_collector=off", "log_min_messages=fatal"]
        command = [postgres_binary("postgres"), "-D", str(self.directory / "data")]
        for option in options:
            command += ["-c", option]
        log = (self.directory / "log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._user)
        for _attempt in range(200):
            ready = [postgres_binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise pytest.UsageError(f"Postgres did not start: {(self.directory / 'log').read_text()[-2000:]}")

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop it: SIGINT closes connections and stops; SIGQUIT is a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)


class Redis:
    """A server in a temporary directory that keeps nothing."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        binary = shutil.which("redis-server")
        if not binary:
            raise pytest.UsageError("redis-server is not here: apt-get install postgresql redis-server")
        command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory)]
        command += [
            "--save",
            "",
            "--appendonly",
            "no",
            "--maxmemory-policy",
            "noeviction",
            "--daemonize",
            "no",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _attempt in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise pytest.UsageError("Redis did not start")

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop it; SIGKILL loses what it holds."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(10)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the servers and say where they are."""
    root = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
    root.chmod(0o755)
    for name in ("pg", "redis", "data"):
        (root / name).mkdir()
    postgres, redis = Postgres(root / "pg"), Redis(root / "redis")
    postgres.create()
    postgres.start()
    redis.start()
    early_config.stash[SERVERS] = (root, postgres, redis)
    os.environ.update(
        DATABASE_URL=postgres.url,
        REDIS_URL=redis.url,
        DATA_DIR=str(root / "data"),
        SECRET_KEY="only-for-tests-0123456789-0123456789-0123456789",
        SEAL_KEYS=FERNET_KEY,
        PHONE_HASH_KEY="only-for-tests-0123456789",
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
        NUM_PROXIES="0",
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )


SERVERS = pytest.StashKey[tuple[Path, Postgres, Redis]]()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove their files."""
    if SERVERS in config.stash:
        root, postgres, redis = config.stash[SERVERS]
        redis.stop()
        postgres.stop()
        shutil.rmtree(root, ignore_errors=True)
