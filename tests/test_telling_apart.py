"""The pure rules of who is whom, by table, each with its wrong-answer examples."""

import pytest

from requests_app.likeness import keys_of, likeness, words_of
from requests_app.reading.masking import mask
from requests_app.telling_apart import (
    MANY,
    Facts,
    age_in,
    different_patients,
    hospital_words,
    names_in,
    number_is_near,
    numbers_near,
    sex_in,
)


def facts(**fields) -> Facts:
    sets = {"needs", "phones", "hospital", "names"}
    return Facts(**{name: frozenset(value) if name in sets else value for name, value in fields.items()})


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("+919829012345", "+919829012346", True),
        ("+919829012345", "+919829021345", True),
        ("+919829012345", "+919829012345", False),
        ("+919829012345", "+919829012354", True),
        ("+919829012345", "+919829012366", False),
        ("+919829012345", "+91982901234", False),
    ],
)
def test_near_number(one, other, near):
    assert number_is_near(one, other) is near
    assert (other in numbers_near(one)) is near


def test_only_indian_mobile_numbers_have_near_ones():
    assert numbers_near("+14155550100") == []
    assert len(numbers_near("+919829012345")) == len(set(numbers_near("+919829012345"))) < 100


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("papa ko oxygen chahiye", "m"),
        ("मेरी मां को बेड चाहिए", "f"),
        ("74 F needs bed", "f"),
        ("61 M needs bed", "m"),
        ("wife 33 needs bed. husband 9829012345", "f"),
        ("lady needs a bed, contact son: 98290 12345", "f"),
        ("mummy aur papa dono", ""),
        ("oxygen chahiye", ""),
        ("5 liter ka machine", ""),
    ],
)
def test_sex(text, sex):
    assert sex_in(mask(text)) == sex


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("papa 61 ko oxygen", 61),
        ("नानी (77) का ऑक्सीजन 82", 77),
        ("abbu 61 ko bed", 61),
        ("mummy 9829012345", None),
        ("papa 2 din se bimar", None),
        ("papa 61 aur mummy 55", None),
        ("bed 61", None),
    ],
)
def test_age_right_after_a_relative(text, age):
    assert age_in(mask(text)) == age


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Patient name: Ramesh Saini 61", {"ramesh"}),
        ("Patient: Usha 46, Bhandari hospital", {"usha"}),
        ("mareez ka naam Dinesh, 44", {"dinesh"}),
        ("patient needs oxygen", set()),
        ("my name is not needed", set()),
    ],
)
def test_names(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("name", "words"),
    [("SMS Hospital", {"sms"}), ("MDM hospital", {"mdm"}), ("Govt Hospital", set()), (None, set())],
)
def test_words_that_tell_a_hospital_from_others(name, words):
    assert hospital_words(name) == words


@pytest.mark.parametrize(
    ("known", "count"),
    [
        ([facts(age=61), facts(age=34), facts(age=75)], 3),
        ([facts(age=61), facts(age=61), facts(age=62)], 1),
        ([facts(), facts(), facts(), facts()], 1),
        ([facts(district=1), facts(district=2), facts(district=3)], 3),
        ([facts(phones=["a"]), facts(phones=["b"]), facts(phones=["c"])], 3),
        ([facts(phones=["a"], age=61), facts(phones=["b"], age=61)], 1),
        ([facts(hospital=["sms"]), facts(hospital=["ruhs"])], 2),
        ([facts(hospital=["sms"]), facts(hospital=["एसएमएस"])], 1),
        ([facts(sex="m"), facts(sex="f")], 2),
    ],
)
def test_different_patients_of_one_number(known, count):
    assert different_patients(known) == count
    assert MANY == 3


LONG = "Kapasan me nana ji 76, level 82, bed nahi mil raha kahin bhi, poora din ghum liye"


@pytest.mark.parametrize(
    ("one", "other", "is_copy", "is_near"),
    [
        (LONG, f"Please help: {LONG} RT RT 9829012345", True, True),
        (f"{LONG} 9414012345", f"{LONG} 9829012345", True, True),
        (LONG, LONG.replace("76", "64"), False, True),
        (LONG, "RT @x: Kapasan me nana ji 76, level 82, bed nahi mil raha kahi…", True, True),
        (LONG, "Jodhpur me oxygen cylinder chahiye please koi madad karo sab log", False, False),
        ("bed chahiye", "bed chahiye", False, False),
    ],
)
def test_likeness(one, other, is_copy, is_near):
    alike = likeness(words_of(mask(one)), words_of(mask(other)))
    assert (alike.is_copy, alike.is_near) == (is_copy, is_near)


def test_texts_with_much_the_same_words_have_a_key_in_common_and_others_none():
    mine = set(keys_of(words_of(LONG)))
    assert mine & set(keys_of(words_of(f"Please help, share: {LONG}")))
    assert not mine & set(
        keys_of(words_of("Jodhpur me oxygen cylinder chahiye please koi madad karo sab log"))
    )
    assert keys_of(words_of("bed chahiye")) == ()


def test_keys_fit_the_column():
    assert all(0 <= key < 2**63 for key in keys_of(words_of(LONG)))
