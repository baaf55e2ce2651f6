"""The compiled form of the reader: found while its sources are what they were, and made only where there are the tools."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parent.parent
READS = "from requests_app.reading import read; print('needs:', *read('oxygen cylinder chahiye').needs)"


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=project, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the reader consists of, with something at the place of its compiled form that says when it is taken."""
    for package in ("districts", "requests_app"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.jsonl", "__pycache__")
        )
    place = run(
        tmp_path,
        "-c",
        "from districts.compiled import home; print(home())",
        COMPILED_READER=str(tmp_path / "compiled"),
    )
    stand_in = Path(place.stdout.strip()) / "requests_app" / "reading" / "needs.py"
    stand_in.parent.mkdir(parents=True)
    source = (ROOT / "requests_app" / "reading" / "needs.py").read_text(encoding="utf-8")
    stand_in.write_text(source + "\nprint('taken')\n", encoding="utf-8")
    return tmp_path


def reading(project: Path, **environment: str) -> str:
    done = run(project, "-c", READS, **{"COMPILED_READER": str(project / "compiled"), **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_compiled_form_of_these_sources_is_taken(project: Path) -> None:
    assert reading(project) == "taken\nneeds: oxygen\n"


def test_an_empty_setting_means_plain_python(project: Path) -> None:
    assert reading(project, COMPILED_READER="") == "needs: oxygen\n"


def test_what_was_compiled_of_other_sources_is_not_taken(project: Path) -> None:
    changed = project / "requests_app" / "reading" / "urgency.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert reading(project) == "needs: oxygen\n"


def test_without_a_compiler_it_says_what_to_install(tmp_path: Path) -> None:
    done = run(ROOT, "manage.py", "compile_reader", COMPILED_READER=str(tmp_path), PATH=str(tmp_path))
    assert done.returncode == 1
    assert "apt-get install gcc" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_with_no_place_for_it_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPILED_READER", "")
    with pytest.raises(CommandError, match="COMPILED_READER is empty"):
        call_command("compile_reader")


def test_remove_goes_back_to_plain_python(project: Path) -> None:
    done = run(ROOT, "manage.py", "compile_reader", "--remove", COMPILED_READER=str(project / "compiled"))
    assert "plain Python" in done.stdout
    assert reading(project) == "needs: oxygen\n"
