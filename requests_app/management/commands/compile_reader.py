"""Compiles the reader with mypyc, for deployments that read many posts; without it the same code runs as plain Python."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.compiled import FOLDER, LIBRARY, MODULES, ROOT, home, source
from requests_app.reading.learning.rows import FROZEN, LABELLED

_SETUP = """
from mypyc.build import mypycify
from setuptools import setup
options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent"]
setup(name={name!r}, packages=[], ext_modules=mypycify([*options, *{files!r}], group_name={name!r}))
"""


class Command(BaseCommand):
    help = (
        "Compiles the reader (one to two minutes) into compiled/, where it is found by itself until its sources change. "
        "Needs a C compiler, the headers of Python (apt-get install gcc libc6-dev python3-dev) and requirements-compile.txt; "
        "no database. What reads the labelled posts otherwise than plain Python does is thrown away."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="go back to plain Python")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, with what the compiler said, where it cannot be compiled or reads otherwise."""
        if options["remove"]:
            shutil.rmtree(FOLDER, ignore_errors=True)
            self.stdout.write("The reader runs as plain Python from the next start on.")
            return
        _look_for_tools()
        folder = home()
        if folder.is_dir():
            self.stdout.write("The reader is compiled already, and its sources are unchanged.")
            return
        with tempfile.TemporaryDirectory() as workshop:
            self.stdout.write(f"Compiling {len(MODULES)} modules, one to two minutes ...")
            built = _build(Path(workshop))
            self.stdout.write("Comparing what it reads ...")
            new = Path(workshop) / "new"
            shutil.copytree(built, new / folder.name)
            if _readings(new) != _readings(None):
                raise CommandError("The compiled reader reads otherwise than plain Python, which goes on.")
            for stale in FOLDER.glob("*"):
                shutil.rmtree(stale)
            FOLDER.mkdir(parents=True, exist_ok=True)
            shutil.copytree(built, FOLDER / "new")
            os.replace(FOLDER / "new", folder)
        self.stdout.write("Done. The reader runs compiled from the next start on.")


def _look_for_tools() -> None:
    """Raises CommandError that says what to install."""
    if not os.environ.get("COMPILED_READER", FOLDER.name):
        raise CommandError("COMPILED_READER is empty: there is no place for the compiled form.")
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    has_headers = Path(sysconfig.get_paths()["include"], "Python.h").is_file()
    if not (has_headers and shutil.which(compiler)):
        raise CommandError(
            f"Compiling needs {compiler} and the headers of Python: apt-get install gcc libc6-dev python3-dev"
        )
    if find_spec("mypyc") is None or find_spec("setuptools") is None:
        raise CommandError("Compiling needs mypyc: pip install -r requirements-compile.txt")


def _build(workshop: Path) -> Path:
    """The folder below `workshop` with the libraries and nothing else; raises CommandError."""
    files = [str(source(module).relative_to(ROOT)) for module in MODULES]
    for package in ("districts", "requests_app"):
        leave = shutil.ignore_patterns("*.jsonl", "__pycache__")
        shutil.copytree(ROOT / package, workshop / package, ignore=leave)
    (workshop / "setup.py").write_text(_SETUP.format(name=LIBRARY, files=files))
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--build-lib", "built"]
    done = subprocess.run(command, cwd=workshop, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(
            f"The reader could not be compiled and goes on as plain Python:\n{(done.stdout + done.stderr)[-2000:]}"
        )
    return workshop / "built"


def _readings(compiled: Path | None) -> bytes:
    """What the frozen posts are read as by the form in `compiled`, or as plain Python; raises CommandError."""
    posts = b"".join(path.read_bytes() for path in sorted((LABELLED / FROZEN).glob("*.jsonl")))
    command = [sys.executable, "manage.py", "read_posts", "-"]
    environment = {**os.environ, "COMPILED_READER": str(compiled or "")}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=posts, capture_output=True, check=False)
    if done.returncode or not done.stdout:
        raise CommandError(f"The reader did not start:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout
