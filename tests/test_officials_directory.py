"""The directory of officials: what a file may say, that it is taken in whole or not at all, and who sees what."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from districts.models import Official, Role, Volunteer
from tests.factories import a_district, a_volunteer

pytestmark = pytest.mark.django_db

HEADER = "district,office,area,name,handle,phone\n"


@pytest.fixture
def write(tmp_path: Path):
    def written(lines: str, header: str = HEADER) -> Path:
        path = tmp_path / "officials.csv"
        path.write_text(header + lines, encoding="utf-8")
        return path

    return written


def taken_in(path: Path, **options: object) -> tuple[str, str]:
    """Run the command; return what it said, and what it complained of."""
    out, err = io.StringIO(), io.StringIO()
    call_command("import_officials", str(path), stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue().strip()


def test_district_may_be_named_in_english_hindi_or_by_its_code(write):
    jaipur = a_district()
    said, _err = taken_in(
        write(
            f"Jaipur,collector,,,sample_one,\n{jaipur.name_hi},cmho,,,sample_two,\n{jaipur.pk},nodal,oxygen,,,0141 000000\n"
            "state,ministry,Health,,@sample_three,\n"
        )
    )
    assert said == "4 officials new, 0 changed, 0 as before."
    assert set(Official.objects.values_list("district", "office", "area", "handle", "phone")) == {
        (jaipur.pk, "collector", "", "sample_one", ""),
        (jaipur.pk, "cmho", "", "sample_two", ""),
        (jaipur.pk, "nodal", "oxygen", "", "0141 000000"),
        (None, "ministry", "Health", "sample_three", ""),
    }


@pytest.mark.parametrize(
    "word", ["Collector", "DM", "District collector", "ज़िला कलेक्टर", "जिला कलेक्टर", "कलेक्टर"]
)
def test_office_may_be_called_as_people_call_it(write, word):
    taken_in(write(f"Kota,{word},,,sample_one,\n"))
    assert Official.objects.get().office == "collector"


def test_a_second_import_updates_and_doubles_nothing(write):
    taken_in(write("Kota,mla,Ladpura,Old Name,sample_one,\nKota,mla,Ramganj,,sample_two,\n"))
    said, _err = taken_in(write("Kota,mla,ladpura,New Name,sample_nine,\nKota,mla,Ramganj,,sample_two,\n"))
    assert said == "0 officials new, 1 changed, 1 as before."
    assert list(Official.objects.order_by("area").values_list("name", "handle")) == [
        ("", "sample_two"),
        ("New Name", "sample_nine"),
    ]


def test_what_was_taken_off_the_list_comes_back_with_the_file(write):
    taken_in(write("Kota,cmho,,,sample_one,\n"))
    Official.objects.update(is_listed=False)
    taken_in(write("Kota,cmho,,,sample_one,\n"))
    assert Official.objects.listed().count() == 1


def test_dry_run_tells_and_writes_nothing(write):
    said, _err = taken_in(write("Kota,cmho,,,sample_one,\n"), dry_run=True)
    assert said == "1 officials would be new, 0 would be changed, 0 as before."
    assert not Official.objects.exists()


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("Atlantis,cmho,,,sample_one,", "no district of Rajasthan is called 'Atlantis'"),
        (",cmho,,,sample_one,", "no district: write its name, its LGD code, or state"),
        ("Kota,,,,sample_one,", "no office: one of collector, cmho, mla, nodal, ministry, other"),
        ("Kota,king,,,sample_one,", "office 'king' is not one of"),
        ("Kota,cmho,,,not a handle,", "'not a handle' is no handle on X"),
        ("Kota,cmho,,,sixteen_letters_x,", "is no handle on X"),
        ("Kota,cmho,,,,call me", "phone is no number"),
        ("Kota,cmho,,,,", "neither a handle nor a phone"),
        (f"Kota,cmho,{'a' * 81},,sample_one,", "area has more than 80 letters"),
        ("Kota,cmho,,,sample_one,,,more", "more cells than the header line has"),
        ("Jaipur,cmho,,,sample_two,", "the same office as line 2"),
    ],
)
def test_wrong_line_is_named_and_nothing_is_taken_in(write, line, trouble):
    err = io.StringIO()
    with pytest.raises(CommandError, match="1 lines are wrong; nothing was taken in"):
        call_command("import_officials", str(write(f"Jaipur,cmho,,,sample_one,\n{line}\n")), stderr=err)
    assert err.getvalue().startswith("line 3: ")
    assert trouble in err.getvalue()
    assert not Official.objects.exists()


@pytest.mark.parametrize(
    ("header", "trouble"),
    [
        ("district,name\n", "no column office"),
        ("district,office,mobile\n", "unknown column 'mobile'"),
        ("", "no column"),
    ],
)
def test_file_with_another_header_is_refused(write, header, trouble):
    with pytest.raises(CommandError, match=trouble):
        taken_in(write("Kota,cmho,\n", header))


def test_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "officials.csv"
    path.write_bytes(HEADER.encode() + b"Kota,cmho,,,sample_one,\n" + b"\xff\xfe")
    with pytest.raises(CommandError, match="not UTF-8"):
        taken_in(path)


def test_export_is_taken_in_again_as_it_was(write, tmp_path):
    taken_in(write("Kota,mla,Ladpura,Name,@sample_one,+91 141 000000\nstate,ministry,Health,,sample_two,\n"))
    out = io.StringIO()
    call_command("export_officials", stdout=out)
    again = tmp_path / "again.csv"
    again.write_text(out.getvalue(), encoding="utf-8")
    assert len(list(csv.reader(io.StringIO(out.getvalue())))) == 3
    assert taken_in(again)[0] == "0 officials new, 0 changed, 2 as before."


def test_everybody_sees_the_offices_of_their_districts_and_the_states(write):
    taken_in(write("Jaipur,cmho,,,sample_one,\nKota,cmho,,,sample_two,\nstate,ministry,,,sample_three,\n"))

    def seen_by(person: Volunteer) -> set[str]:
        return set(Official.objects.visible_to(person).values_list("handle", flat=True))

    assert seen_by(a_volunteer("", "Jaipur")) == {"sample_one", "sample_three"}
    assert seen_by(a_volunteer(role=Role.MONITOR)) == {"sample_one", "sample_two", "sample_three"}
    assert seen_by(a_volunteer("", "Kota", is_active=False)) == set()
