"""Settings stop the start by name when they cannot be read, and the README's table knows each of them."""

import ast
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

ROOT = settings.BASE_DIR
FULL = {
    "DATABASE_URL": "postgres://u@127.0.0.1:1/x",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "x" * 50,
    "SEAL_KEYS": settings.SEAL_KEYS[0],
    "PHONE_HASH_KEY": "y" * 20,
    "ALLOWED_HOSTS": "helpdesk.example",
}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", "import django; django.setup()"]
    environment = {"DJANGO_SETTINGS_MODULE": "helpdesk.settings", **bare, **environment}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_full_settings_start():
    assert start(**FULL).returncode == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"REDIS_URL": "amqp://x"}, "REDIS_URL"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SEAL_KEYS": ""}, "SEAL_KEYS"),
        ({"PHONE_HASH_KEY": ""}, "PHONE_HASH_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"X_API_KEY": "only-one"}, "X_API_SECRET"),
        ({"X_BEARER_TOKEN": "t"}, "X_USER_ID"),
        ({"X_USER_ID": "@help"}, "X_USER_ID"),
        ({"X_API_BASE": "ftp://x"}, "X_API_BASE"),
        ({"X_API_BASE": "http://x.example"}, "X_API_BASE"),
        ({"NUM_PROXIES": "one"}, "NUM_PROXIES"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"DEMO": "perhaps"}, "DEMO"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY"),
    ],
)
def test_unreadable_setting_stops_the_start_with_its_name(change, named):
    answer = start(**{**FULL, **change})
    assert answer.returncode != 0
    assert named in answer.stderr.splitlines()[-1]


def test_secret_may_come_from_a_file(tmp_path):
    secret = tmp_path / "key"
    secret.write_text("z" * 50 + "\n")
    assert start(**{**FULL, "SECRET_KEY": "", "SECRET_KEY_FILE": str(secret)}).returncode == 0


def test_embedded_makes_its_secrets_once_and_for_its_owner_alone(tmp_path):
    assert start(DATA_DIR=str(tmp_path)).returncode == 0
    secrets = tmp_path / "secrets.json"
    first = secrets.read_text()
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert start(DATA_DIR=str(tmp_path)).returncode == 0
    assert secrets.read_text() == first


def test_broken_secrets_are_never_replaced(tmp_path):
    (tmp_path / "secrets.json").write_text("{}")
    answer = start(DATA_DIR=str(tmp_path))
    assert answer.returncode != 0 and "DATA_DIR" in answer.stderr
    assert (tmp_path / "secrets.json").read_text() == "{}"


def names_read_from_the_environment() -> set[str]:
    names = set()
    for path in (ROOT / "helpdesk").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and isinstance(node.func.value, ast.Name) and node.func.value.id == "env":
                names.add(node.args[0].value)
    return names


def test_readme_table_lists_every_setting_and_no_other():
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(table) == len(set(table))
    assert set(table) == names_read_from_the_environment()


def test_the_driver_is_psycopg2():
    assert connection.Database.__name__ == "psycopg2"


def test_guarantees_name_tests_that_exist():
    text = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", text))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    assert named and not {name for name in named if f"def {name}(" not in sources}
