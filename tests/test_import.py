"""An archive comes in row by row: each once, the unreadable ones named, the rest whole."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from requests_app import erasure, triage
from requests_app.models import HelpRequest, Post

pytestmark = pytest.mark.django_db

PLEA = "Jaipur me papa ko oxygen cylinder ki turant zarurat hai, SpO2 82, call 9829012345"
GOOD = {"id": "a1", "text": PLEA, "posted_at": "2026-04-28T09:15:00+05:30", "author": "Meena"}


def run(path, **options) -> tuple[str, str, str]:
    """What the command says: its output, the rows that it names, and the error that it ends with."""
    out, err, end = io.StringIO(), io.StringIO(), ""
    try:
        call_command("import_posts", str(path), stdout=out, stderr=err, **options)
    except CommandError as error:
        end = str(error)
    return out.getvalue(), err.getvalue(), end


@pytest.fixture
def archive(tmp_path):
    def write(*lines: object, name: str = "archive.jsonl"):
        path = tmp_path / name
        path.write_bytes(
            b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        )
        return path

    return write


def test_rows_become_due_posts_sealed_and_masked(archive):
    out, _err, end = run(archive(GOOD, {"id": 2, "text": "Kota bed chahiye"}))
    assert "2 posts new, 0 known already" in out and not end
    post = Post.objects.get(external_id="a1")
    assert (post.source, post.state, post.author_name, post.text) == ("import", "due", "Meena", PLEA)
    assert post.posted_at == datetime(2026, 4, 28, 3, 45, tzinfo=UTC)
    assert "9829012345" not in post.masked_text
    assert Post.objects.filter(external_id="2").exists()


def test_imported_plea_becomes_a_request(archive):
    run(archive(GOOD))
    while triage.read_due():
        pass
    assert HelpRequest.objects.get().district.name_en == "Jaipur"


def test_second_import_doubles_nothing(archive):
    path = archive(GOOD, {"id": "a2", "text": "Kota bed chahiye"})
    run(path)
    assert "0 posts new, 2 known already" in run(path)[0]
    assert Post.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"{not json", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        ([1], "no JSON object"),
        ({"text": "x"}, "no id"),
        ({"id": True, "text": "x"}, "no id"),
        ({"id": "  ", "text": "x"}, "no id"),
        ({"id": "x" * 101, "text": "x"}, "an id must"),
        ({"id": "a\x00b", "text": "x"}, "an id must"),
        ({"id": "\ud800", "text": "x"}, "an id must"),
        ({"id": "a2"}, "no text"),
        ({"id": "a2", "text": " \n"}, "no text"),
        ({"id": "a2", "text": 5}, "no text"),
        ({"id": "a2", "text": "x" * 10_001}, "more than 10000"),
        ({"id": "a2", "text": "x", "author": 5}, "author"),
        ({"id": "a2", "text": "x", "posted_at": "yesterday"}, "posted_at is no"),
        ({"id": "a2", "text": "x", "posted_at": 5}, "posted_at is no"),
        ({"id": "a2", "text": "x", "posted_at": "0001-01-01T00:00:00+05:30"}, "before the year 2000"),
        ({"id": "a2", "text": "x", "posted_at": "9999-12-31T23:59:59-11:00"}, "future"),
        ({"id": "a1", "text": "other words"}, "known with other words"),
    ],
)
def test_unreadable_row_is_named_with_its_line_and_costs_no_other(archive, row, reason):
    out, err, end = run(archive(GOOD, b"", row, {"id": "a3", "text": "Kota bed chahiye"}))
    assert err.startswith("line 3: ") and reason in err
    assert "2 posts new" in out and end.startswith("1 rows")
    assert set(Post.objects.values_list("external_id", flat=True)) == {"a1", "a3"}


def test_odd_characters_in_text_and_author_come_in_whole(archive):
    run(archive({"id": "a1", "text": "Kota \x00 \ud800 bed", "author": "\x00" * 200}))
    assert Post.objects.get().text == "Kota \x00 \ud800 bed"


def test_csv_with_line_breaks_and_a_byte_order_mark_comes_in(tmp_path):
    path = tmp_path / "archive.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictWriter(file, ["id", "text", "posted_at", "author", "likes"])
        rows.writeheader()
        rows.writerow({**GOOD, "text": 'two\nlines, "quoted"', "likes": 5})
        rows.writerow({"id": "a2", "text": "", "posted_at": ""})
        rows.writerow({"id": "a3", "text": "मदद चाहिए", "posted_at": "2026-04-28 09:15"})
    out, err, end = run(path)
    assert err == "line 4: no text\n" and "2 posts new" in out and end
    assert Post.objects.get(external_id="a1").text == 'two\nlines, "quoted"'
    assert Post.objects.get(external_id="a3").posted_at == datetime(2026, 4, 28, 3, 45, tzinfo=UTC)


def test_csv_row_that_is_no_csv_or_no_utf8_is_named(tmp_path):
    path = tmp_path / "archive.csv"
    path.write_bytes(b'id,text\na1,ok\na2,\xff\na3,a,b\na4,"x"y\na5,ok too\n')
    _out, err, _end = run(path)
    assert [line.split(":")[0] for line in err.splitlines()] == ["line 3", "line 4", "line 5"]
    assert set(Post.objects.values_list("external_id", flat=True)) == {"a1", "a5"}


def test_file_of_another_kind_or_shape_is_refused(tmp_path, archive):
    assert "no such file" in run(tmp_path / "none.jsonl")[2].lower()
    assert ".jsonl or .csv" in run(archive(GOOD, name="archive.txt"))[2]
    assert "no column text" in run(archive(b"id,words", b"a,b", name="odd.csv"))[2]


def test_dry_run_checks_and_takes_nothing_in(archive):
    out, err, end = run(archive(GOOD, {"id": "a2"}), dry_run=True)
    assert "1 posts would be new" in out and "line 2: no text" in err and end
    assert not Post.objects.exists()


def test_erased_post_does_not_come_back_with_its_archive(archive):
    path = archive(GOOD)
    run(path)
    erasure.by_post("import", "a1", erasure.Way(timezone.now()), str)
    out, _err, end = run(path)
    assert "0 posts new, 1 known" in out and not end
    assert Post.objects.get(external_id="a1").masked_text == ""
