"""The gazetteer files agree with one another."""

from collections import Counter

from districts import places
from districts.folding import fold


def test_rajasthan_has_41_districts_in_7_divisions_each_on_its_own_tile():
    rows = places.districts()
    assert len(rows) == 41
    assert len({row.code for row in rows}) == 41
    assert len({row.division for row in rows}) == 7
    assert len({row.tile for row in rows}) == 41


def test_every_district_lies_in_rajasthan():
    for row in places.districts():
        assert 23 < row.latitude < 30.3, row.name
        assert 69 < row.longitude < 78.5, row.name


def test_block_codes_are_unique_and_their_districts_exist():
    names = {row.name for row in places.districts()}
    codes = Counter(row.code for row in places.blocks())
    assert codes.most_common(1)[0][1] == 1
    assert len(codes) == 352
    assert {row.district for row in places.blocks()} == names
    assert all(row.was in names for row in places.blocks())


def test_pins_are_six_digits_of_known_districts_and_blocks():
    names = {row.name for row in places.districts()}
    blocks = {(row.district, row.name) for row in places.blocks()}
    for row in places.pins():
        assert len(row.pin) == 6 and row.pin.isdecimal() and "301" <= row.pin[:3] <= "345", row
        assert {row.district, *row.others} <= names, row
        assert 0 < row.share <= 1, row
        assert row.block is None or (row.district, row.block) in blocks, row


def test_telephone_areas_begin_with_zero_and_name_known_districts():
    names = {row.name for row in places.districts()}
    for row in places.std_codes():
        assert row.code.startswith("0") and 3 <= len(row.code) <= 6, row
        assert {row.district, *row.others} <= names, row


def test_every_alias_can_be_found_in_a_text():
    for alias in places.aliases():
        assert alias.name.strip() == alias.name != "", alias
        assert fold(alias.name).text.strip(), alias


def test_a_shared_name_has_several_places_and_every_other_name_one():
    for alias in places.aliases():
        if alias.kind == "shared":
            assert alias.is_ambiguous or alias.is_rarely_outside, alias
        else:
            assert not alias.is_ambiguous, alias


def test_every_district_has_its_names_in_both_scripts():
    spelled = {alias.name for alias in places.aliases() if alias.kind == "district"}
    for row in places.districts():
        assert {row.name, row.hi} <= spelled


def test_an_unknown_block_is_refused_with_its_line():
    known = {places.Target("Jaipur")}
    try:
        places._target("Jaipur > Nowhere", known, "places.txt, line 7")
    except ValueError as error:
        assert "places.txt, line 7" in str(error)
    else:
        raise AssertionError("an unknown block was accepted")
