"""The pure rules of leads, by table: how much is offered, by whom, how fresh it is, which districts lie near."""

from datetime import UTC, datetime, timedelta

import pytest

from districts.neighbours import kilometres, nearest
from districts.places import districts
from requests_app.freshness import GONE_BELOW, STALE_BELOW, falls_below, freshness
from requests_app.lead_states import Supply, Unit
from requests_app.reading.supply import _tables, quantities, supply_of

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)

COUNTED = [
    ("20 cylinders available in Jaipur", [(20, "cylinder")]),
    ("5 ICU beds and 12 oxygen beds vacant at SMS hospital 9829012345", [(5, "icu_bed"), (12, "oxygen_bed")]),
    ("ICU beds available: 5, oxygen beds: 12", [(5, "icu_bed"), (12, "oxygen_bed")]),
    ("roz 200 packet khana free", [(200, "packet")]),
    ("do sau packet khana", [(200, "packet")]),
    ("1,000 food packets by gurudwara", [(1000, "packet")]),
    ("2 unit plasma O+", [(2, "unit")]),
    ("दो यूनिट प्लाज्मा उपलब्ध", [(2, "unit")]),
    ("२० सिलेंडर", [(20, "cylinder")]),
    ("बीस सिलेंडर बचे हैं", [(20, "cylinder")]),
    ("20-25 jumbo cylinder", [(20, "cylinder")]),
    ("20 se 25 cylinder", [(20, "cylinder")]),
    ("20cylinder milenge", [(20, "cylinder")]),
    ("do cylinder de sakte hain", [(2, "cylinder")]),
    ("6 remdesivir injections", [(6, "vial")]),
    ("5 beds left. 20 cylinders too", [(5, "bed"), (20, "cylinder")]),
    ("10 ventilator beds", [(10, "ventilator")]),
]
NOT_COUNTED = [
    "call 98290 12345 bed available",
    "Rs 500 cylinder",
    "oxygen ₹500 cylinder",
    "24x7 oxygen cylinder",
    "24/7 ambulance",
    "10 litre cylinder",
    "40% bed full",
    "cylinder do bhai",
    "SpO2 85 bed",
    "ward 5 bed",
    "bed no 12",
    "sector 5 cylinder refill",
    "0 beds",
    "Oxygen bed 5 ICU bed 2",
    "9:30 bed",
    "",
]


@pytest.mark.parametrize(("text", "expected"), COUNTED)
def test_quantities_are_read_near_what_they_count(text, expected):
    assert [(found.count, found.unit) for found in quantities(text)] == expected


@pytest.mark.parametrize("text", NOT_COUNTED)
def test_prices_times_wards_and_phone_numbers_count_nothing(text):
    assert quantities(text) == []


def test_quantities_of_other_needs_are_left_out_and_food_may_be_daily():
    assert [found.need for found in quantities("5 beds, 20 cylinders", ["beds"])] == ["beds"]
    assert [found.per_day for found in quantities("roz 200 packet, 5 bed")] == [True, False]


@pytest.mark.parametrize(
    "text", ["9" * 400 + " cylinder", "20 " * 300 + "cylinder", "\ud800 5 bed", "१" * 9 + " bed"]
)
def test_odd_texts_raise_nothing(text):
    quantities(text)
    supply_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SMS hospital me 5 bed khali", Supply.HOSPITAL),
        ("Gupta medical store Remdesivir", Supply.SHOP),
        ("गुरुद्वारा की रसोई में खाना", Supply.KITCHEN),
        ("Sewa trust gives cylinders", Supply.GROUP),
        ("plasma donor O+ ready", Supply.DONOR),
        ("Dr. Sharma free on phone", Supply.DOCTOR),
        ("mere paas cylinder hai", Supply.UNKNOWN),
    ],
)
def test_who_offers_is_read_from_its_words(text, expected):
    assert supply_of(text) == expected


def test_every_unit_and_supplier_of_the_word_list_has_a_name():
    tables = _tables()
    assert set(tables.needs) <= set(Unit.values)
    assert {name for name, _phrases in tables.supply} <= set(Supply.values)


@pytest.mark.parametrize(
    ("kinds", "age", "expected"),
    [
        (["beds"], timedelta(0), 1.0),
        (["beds"], timedelta(hours=1), 0.5),
        (["beds"], timedelta(hours=2), 0.25),
        (["oxygen"], timedelta(hours=4), 0.5),
        (["medicines"], timedelta(hours=6), 0.5),
        (["plasma"], timedelta(days=3), 0.5),
        (["food"], timedelta(days=2), 0.5),
        (["consultation"], timedelta(days=7), 0.5),
        (["food", "beds"], timedelta(hours=1), 0.5),
        ([], timedelta(hours=12), 0.5),
        (["no such need"], timedelta(hours=12), 0.5),
        (["beds"], timedelta(minutes=-5), 1.0),
    ],
)
def test_freshness_halves_in_each_half_life_of_what_runs_out_soonest(kinds, age, expected):
    assert freshness(kinds, NOW - age, NOW) == pytest.approx(expected)


def test_nobody_standing_for_it_is_no_freshness():
    assert freshness(["food"], None, NOW) == 0


@pytest.mark.parametrize("level", [STALE_BELOW, GONE_BELOW])
@pytest.mark.parametrize("kinds", [["beds"], ["oxygen"], ["food"], []])
def test_the_time_of_falling_below_a_level_is_when_freshness_reaches_it(kinds, level):
    assert freshness(kinds, NOW, falls_below(kinds, NOW, level)) == pytest.approx(level)


def test_neighbours_are_the_nearest_seats_and_never_the_district_itself():
    codes = {row.name: row.code for row in districts()}
    names = {row.code: row.name for row in districts()}
    near = [names[code] for code in nearest(codes["Jaipur"], 5)]
    assert "Dausa" in near
    assert "Jaipur" not in near
    assert not {"Jaisalmer", "Banswara"} & set(near)
    assert nearest(999_999, 5) == ()
    assert len(nearest(codes["Jaisalmer"], 5)) == 5


def test_distances_are_those_of_the_globe():
    assert kilometres((26.9124, 75.7873), (26.2389, 73.0243)) == pytest.approx(285, abs=10)
    assert kilometres((26.0, 75.0), (26.0, 75.0)) == 0
