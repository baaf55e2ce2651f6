"""The commands of the reader: reading a file, comparing with labels, training a model."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from requests_app.reading.model import model_from
from requests_app.reading.read import read
from requests_app.reading.version import READER_VERSION, version_of

ROOT = Path(__file__).parent.parent
SAMPLES: list[tuple[str, str, list[str], str | None]] = [
    ("{place} me oxygen cylinder chahiye papa ke liye {phone}", "request", ["oxygen"], "normal"),
    ("urgent ICU bed needed in {place} for my mother, critical {phone}", "request", ["beds"], "critical"),
    ("{place} में रेमडेसिविर इंजेक्शन चाहिए तुरंत {phone}", "request", ["medicines"], "high"),
    ("need B+ plasma donor at {place} {phone}", "request", ["plasma"], "normal"),
    ("free meals for the needy in {place}, call {phone}", "offer", ["food"], None),
    ("bed mil gaya {place} me, ab jarurat nahi", "update", [], None),
    ("bahut bahut dhanyawad team {place}", "thanks", [], None),
    ("government has failed {place}, shame on the minister", "other", [], None),
]
PLACES = ("jaipur", "kota", "udaipur", "ajmer", "bikaner", "alwar")


def rows() -> list[dict[str, Any]]:
    found = []
    for at, place in enumerate(PLACES):
        for number, (text, kind, needs, urgency) in enumerate(SAMPLES):
            phone = f"98290{at:02}{number:03}"
            row: dict[str, Any] = {
                "id": f"s{at}{number}", "text": text.format(place=place, phone=phone), "kind": kind, "needs": needs,
                "phones": ["+91" + phone] if "{phone}" in text else [], "patient": {},
            }  # fmt: skip
            found.append(row | ({"urgency": urgency} if urgency else {}))
    return found


def write(path: Path, content: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content), encoding="utf-8")
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "labelled"
    folder.mkdir()
    write(folder / "sample.jsonl", rows())
    return folder


def train(labelled: Path, out: Path, **options: Any) -> str:
    said = StringIO()
    call_command("train_reader", labelled=labelled, out=out, stdout=said, **options)
    return said.getvalue()


def test_training_twice_gives_the_same_bytes_whatever_the_order_of_sets(
    labelled: Path, tmp_path: Path
) -> None:
    for seed in ("1", "2"):
        subprocess.run(
            [
                sys.executable,
                ROOT / "manage.py",
                "train_reader",
                "--labelled",
                labelled,
                "--out",
                tmp_path / seed,
            ],
            check=True,
            capture_output=True,
            timeout=120,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_trained_model_reads_and_states_its_figures(labelled: Path, tmp_path: Path) -> None:
    said = train(labelled, tmp_path / "model.json")
    data = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    assert data["about"]["rows"] == len(SAMPLES) * len(PLACES)
    assert "kind.macro_f1" in data["about"]["cross_validated"]
    assert "kind.macro_f1" in said
    reading = read("sikar me oxygen cylinder chahiye papa ke liye 9829012345", trained=model_from(data))
    assert (reading.kind, reading.needs) == ("request", ("oxygen",))


def test_worse_model_does_not_replace_a_better_one(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.json"
    (labelled / "frozen").mkdir()
    write(labelled / "frozen" / "sample.jsonl", rows())
    train(labelled, out)
    kept = out.read_bytes()
    mislabelled = [
        row | {"kind": "other", "needs": []} if number % 3 else row for number, row in enumerate(rows())
    ]
    write(labelled / "sample.jsonl", mislabelled)
    with pytest.raises(CommandError, match="kept the model in place: it is the better one"):
        train(labelled, out)
    assert out.read_bytes() == kept
    train(labelled, out, force=True)
    assert out.read_bytes() != kept
    write(labelled / "sample.jsonl", rows())
    assert "of the model in place" in train(labelled, out)
    assert out.read_bytes() == kept


def test_without_posts_to_compare_by_the_model_in_place_is_kept(labelled: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.json"
    train(labelled, out)
    with pytest.raises(CommandError, match="no posts to compare by"):
        train(labelled, out)


def test_frozen_posts_are_never_learnt_from(labelled: Path, tmp_path: Path) -> None:
    train(labelled, tmp_path / "without.json")
    (labelled / "frozen").mkdir()
    write(labelled / "frozen" / "sample.jsonl", [row | {"kind": "other"} for row in rows()])
    train(labelled, tmp_path / "with.json")
    assert (tmp_path / "with.json").read_bytes() == (tmp_path / "without.json").read_bytes()


def test_rows_for_evaluation_only_are_never_learnt_from(labelled: Path, tmp_path: Path) -> None:
    train(labelled, tmp_path / "without.json")
    write(labelled / "more.jsonl", [row | {"kind": "other", "evaluation_only": True} for row in rows()])
    train(labelled, tmp_path / "with.json")
    assert (tmp_path / "with.json").read_bytes() == (tmp_path / "without.json").read_bytes()


def test_dry_run_writes_nothing(labelled: Path, tmp_path: Path) -> None:
    train(labelled, tmp_path / "model.json", dry_run=True)
    assert not (tmp_path / "model.json").exists()


def test_training_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no labelled rows"):
        train(tmp_path, tmp_path / "model.json")


def test_no_number_of_a_post_is_learnt(labelled: Path, tmp_path: Path) -> None:
    train(labelled, tmp_path / "model.json")
    features = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))["features"].split("\n")
    assert features
    assert not [name for name in features if sum(c.isdigit() for c in name) > 2]


def test_version_changes_with_a_word_list_and_with_the_model(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    first = version_of(tmp_path)
    (tmp_path / "vocabulary" / "asking.toml").write_text("[ask]\n", encoding="utf-8")
    second = version_of(tmp_path)
    (tmp_path / "model.json").write_text("[]", encoding="utf-8")
    assert len({first, second, version_of(tmp_path)}) == 3
    assert len(READER_VERSION) <= 40


def test_read_posts_prints_one_reading_per_line(tmp_path: Path) -> None:
    said = StringIO()
    file = write(
        tmp_path / "posts.jsonl",
        [{"id": "a", "text": "kota me bed chahiye 9829012345"}, {"id": "b", "text": ""}],
    )
    call_command("read_posts", str(file), stdout=said)
    readings = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [one["id"] for one in readings] == ["a", "b"]
    assert readings[0]["needs"] == ["beds"]
    assert readings[0]["phones"] == ["+919829012345"]


def test_read_posts_names_a_broken_line_and_reads_the_others(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(
        '{"id": "a", "text": "bed chahiye"}\nnonsense\n{"id": "c", "text": "thanks"}\n', encoding="utf-8"
    )
    said, complained = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("read_posts", str(file), stdout=said, stderr=complained)
    assert ended.value.code == 1
    assert len(said.getvalue().splitlines()) == 2
    assert "line 2" in complained.getvalue()


def test_read_posts_without_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("read_posts", str(tmp_path / "none.jsonl"))


def test_evaluate_counts_what_is_misread_and_masks_it(tmp_path: Path) -> None:
    right = {"id": "right", "text": "kota me bed chahiye 9829012345", "kind": "request", "needs": ["beds"]}
    wrong = {"id": "wrong", "text": "jaipur me oxygen cylinder chahiye 9829012346", "kind": "thanks"}
    said = StringIO()
    call_command(
        "evaluate", str(write(tmp_path / "rows.jsonl", [right, wrong])), json=True, rounds=20, stdout=said
    )
    result = json.loads(said.getvalue())
    assert result["figures"]["rows"] == 2
    assert result["figures"]["request.recall"] == 1
    assert [one["id"] for one in result["misread"]] == ["wrong"]
    assert "9829012346" not in said.getvalue()


def test_evaluate_prints_figures_with_intervals(tmp_path: Path) -> None:
    said = StringIO()
    call_command(
        "evaluate", str(write(tmp_path / "rows.jsonl", rows())), figures_only=True, rounds=20, stdout=said
    )
    assert "kind.macro_f1" in said.getvalue()
    assert "misread" not in said.getvalue()
    assert "9829" not in said.getvalue()


def test_evaluate_of_no_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no row"):
        call_command("evaluate", str(write(tmp_path / "rows.jsonl", [])))
