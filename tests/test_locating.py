"""Where a text is: one table per rule, each with answers that would be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from districts.folding import fold
from districts.locating import locate


def where(text: str, **more):
    place = locate(text, **more)
    return ("outside" if place.is_outside else place.district), place.block


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("Bikaner me bed chahiye", "Bikaner"),
        ("Beekaner mein oxygen", "Bikaner"),
        ("भिलवाडा में सिलेंडर", "Bhilwara"),
        ("बाड\u093cमेर से", "Barmer"),
        ("ＪＡＩＰＵＲ need bed", "Jaipur"),
        ("Chitorgadh me ventilator", "Chittorgarh"),
        ("hanuman garh me koi hai", "Hanumangarh"),
        ("जोध\u200dपुर में", "Jodhpur"),
        ("#JaipurSOS bed please", "Jaipur"),
        ("#जयपुर_मदद बेड", "Jaipur"),
        ("jodhpurme cylinder chahiye", "Jodhpur"),
        ("need ICU at MDM hospital", "Jodhpur"),
        ("PBM me bharti hai", "Bikaner"),
        ("pin code 326502 oxygen", "Jhalawar"),
        ("landline 01572-246138 only", "Sikar"),
        ("Bhiwadi (Alwar) oxygen", "Khairthal-Tijara"),
        ("जैतारण पाली में बेड", "Beawar"),
        ("Noida sec 62 bed", "outside"),
        ("इंदौर में भर्ती है", "outside"),
    ],
)
def test_a_named_place_is_found_however_it_is_spelled(text, district):
    assert where(text)[0] == district


@pytest.mark.parametrize(
    "text",
    [
        "sir sms bhi kiya tha koi jawab nahi",
        "डॉक्टर दो पाली में काम करें",
        "ऑक्सीजन का कोटा खत्म",
        "bundi ke laddu khao",
        "आप लोगों का ही सहारा है",
        "meri baari kab aayegi",
        "nagar palika me safai karmi hu",
        "Rani Devi patient ka naam",
        "mera baap bimar hai",
        "@JaipurPolice please help",
        "https://example.org/jaipur",
        "jodhpuri mithai",
        "Swastik Hospital me bed",
        "किसी भी सूरत में बेड",
        "state war room 0141-2900417",
        "id 302017 order",
        "9830201712",
        "",
    ],
)
def test_an_everyday_word_a_handle_or_a_number_is_no_place(text):
    assert where(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("रामगढ़ से हूं", (None, None)),
        ("Shahpura me oxygen", (None, None)),
        ("शाहपुरा (भीलवाड़ा) से", ("Bhilwara", "Shahpura")),
        ("Rajgarh, Churu oxygen", ("Churu", "Rajgarh")),
        ("राजगढ़ (अलवर) सीएचसी", ("Alwar", "Rajgarh")),
        ("JLN me do bed khali", (None, None)),
        ("ajmer JLN me bharti", ("Ajmer", None)),
        ("MG hospital me admit", (None, None)),
        ("रायपुर छत्तीसगढ़ में भर्ती", ("outside", None)),
    ],
)
def test_a_shared_name_waits_for_what_decides_it(text, answer):
    assert where(text) == answer


def test_an_undecided_name_offers_its_candidates():
    place = locate("Shahpura me oxygen chahiye")
    assert place.district is None
    assert {(c.district, c.block) for c in place.candidates} == {
        ("Jaipur", "Shahpura"),
        ("Bhilwara", "Shahpura"),
    }


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Birla hospital, Pilani. Bed in Jaipur, Hisar or Gurgaon", ("Jhunjhunu", "Pilani")),
        ("We are from Dholpur but my mother is in Agra right now", ("outside", None)),
        ("indore me mere bhai ko chahiye, kota me kisi ke pass ho to", ("outside", None)),
        ("Nohar. Sirsa full, Hisar full, Hanumangarh full", ("Hanumangarh", "Nohar")),
        ("Bangur hospital Pali me bharti hai, hum Sumerpur se roz nahi aa pate", ("Pali", None)),
        ("Narayana Hospital, Sanganer road, Jaipur", ("Jaipur", None)),
        ("नाथद्वारा में भर्ती, उदयपुर ले जाना है", ("Rajsamand", "Khamnor")),
        ("Kekri, Ajmer Jaipur kahi bhi bed", ("Ajmer", "Kekri")),
    ],
)
def test_the_place_of_the_patient_wins_over_where_help_was_sought(text, answer):
    assert where(text) == answer


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("Jaipur bed", None),
        ("बीकानेर में", None),
        ("चौमूं में ऑक्सीजन", "Govindgarh"),
        ("Pokhran CHC", "Sankra"),
        ("सलूम्बर, जिला उदयपुर", "Salumbar"),
        ("Beawar me injection", None),
        ("udaipurwati me", "Udaipurwati"),
        ("326502 oxygen", None),
    ],
)
def test_a_block_needs_its_name_or_its_seat(text, block):
    assert where(text)[1] == block


def test_a_road_towards_a_city_is_not_that_city():
    assert where("Sikar road par ghar hai") == (None, None)


def test_a_telephone_number_is_not_read_as_a_pin():
    text = "call 302017 now"
    assert where(text)[0] == "Jaipur"
    assert where(text, ignore=[(5, 11)])[0] is None


def test_a_clear_place_is_surer_than_a_contested_one():
    clear = locate("Jodhpur me bed chahiye")
    contested = locate("Kota Bundi bed")
    assert clear.confidence > 0.9 > contested.confidence


@given(st.text(st.characters(codec=None), max_size=200))
def test_folding_any_text_keeps_offsets_inside_the_original(raw):
    folded = fold(raw)
    last = 0
    for index in range(len(folded.text)):
        start, end = folded.span(index, index + 1)
        assert last <= start < end <= len(raw)
        last = start


PIECES = st.sampled_from(
    [
        "जयपुर ",
        "kota",
        " में ",
        "#",
        "302017 ",
        "\u200d",
        "बाड\u093cमेर",
        "रामगढ़ ",
        "se ",
        "(",
        "0141-2900400",
        "\n",
        "🆘",
        "\ud800",
        "sms ",
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join))
def test_evidence_stands_where_it_says_in_the_original_text(raw):
    place = locate(raw)
    for item in place.evidence:
        assert raw[item.start : item.end] == item.words != ""
    assert 0 <= place.block_confidence <= place.confidence <= 1
