"""What a post means: kinds, needs, urgency, numbers, patient, quoted posts, and text of any sort."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from districts.folding import fold
from districts.words import Words as PlaceWords
from districts.words import without_addresses
from requests_app.reading import as_labels, read, read_many
from requests_app.reading.lexicon import Line
from requests_app.reading.tokens import spelling_key, tokenise

KINDS = {"request", "offer", "update", "thanks", "other"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jaipur me oxygen cylinder chahiye papa ke liye 9829012345", "request"),
        ("अजमेर में आईसीयू बेड की जरूरत है, मरीज गंभीर 9829012345", "request"),
        ("plz hlp remdesvir chaiye bhai ke liye kota 98290 12345", "request"),
        ("@RajHelpDesk please help them 🙏", "request"),
        ("oxygen 5 litre par chal rahe hai, bed chahiye", "request"),
        ("We are stuck on the roof, water is rising, please send a boat", "request"),
        ("Oxygen cylinders available free of cost in Kota, call 9829012345", "offer"),
        ("jisko plasma chahiye call kare, main O+ donor hu 9829012345", "offer"),
        ("जरूरतमंद परिवारों के लिए निःशुल्क भोजन, संपर्क 9829012345", "offer"),
        ("bed mil gaya, ab jarurat nahi. sabka dhanyawad", "update"),
        ("oxygen mil gaya, bahut dhanyawad", "update"),
        ("जिस मरीज के लिए बेड मांगा था उनका निधन हो गया", "update"),
        ("aap sabka bahut bahut dhanyawad team", "thanks"),
        ("Thank you so much team, God bless", "thanks"),
        ("Government must resign, the system has failed. Shame!", "other"),
        ("Breaking: 3,200 new cases in Rajasthan today, says minister", "other"),
        ("ॐ शांति 🙏", "other"),
        ("Good morning everyone", "other"),
    ],
)
def test_kind_of_a_post(text: str, kind: str) -> None:
    assert read(text).kind == kind


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("need oxygen cylinder in jaipur for father 9829012345", ("oxygen",)),
        ("Papa oxygen support par hai, ICU bed chahiye jaipur 9829012345", ("beds",)),
        ("bed mil gaya hai, ab remdesivir injection chahiye kota 9829012345", ("medicines",)),
        ("need oxygen bed urgently for mother in Ajmer 9829012345", ("beds",)),
        (
            "hospital asks us to arrange plasma and tocilizumab, please help 9829012345",
            ("medicines", "plasma"),
        ),
        ("घर में सब पॉजिटिव हैं, खाना पहुंचा दीजिए 9829012345", ("food",)),
        ("koi doctor phone par salah de de, bukhar 5 din se 9829012345", ("consultation",)),
        ("ambulance chahiye jaldi udaipur 9829012345", ("other",)),
        ("ब्लड बैंक खाली है, बी पॉजिटिव प्लाज्मा चाहिए 9829012345", ("plasma",)),
        ("need food packets and drinking water for 40 people at Ramganj Mandi school 9829012345", ("food",)),
        ("Please help my aunt in Chennai, she needs an ICU bed 9829012345", ("beds",)),
        ("second floor flat, those with a spare oxygen cylinder please help 9829012345", ("oxygen",)),
        ("O- चाहिए, जनाना अस्पताल", ("plasma",)),
        ("AB neg plasma. Kota MBS ICU bed 7. 50/M. 9829012345", ("plasma",)),
        ("udaipur se ICU wali ambulance chahiye, bed ho gaya hai 9829012345", ("other",)),
    ],
)
def test_what_is_only_mentioned_is_no_need(text: str, needs: tuple[str, ...]) -> None:
    assert read(text).needs == needs


def test_need_that_no_word_names_is_not_put_beside_one_that_is_asked_for() -> None:
    reading = read("Ajmer: wife 34 is 7 months pregnant, SpO2 89, need a doctor's advice. Call 9829077351")
    assert (reading.urgency, reading.needs) == ("critical", ("consultation",))


def test_thanks_have_no_needs() -> None:
    assert read("Thank you team, the oxygen cylinder reached us. God bless").needs == ()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("spo2 84 hai, oxygen cylinder chahiye kota", "critical"),
        ("oxygen cylinder chahiye, spo2 95 hai, kota", "normal"),
        ("urgent bed chahiye papa ke liye kota", "high"),
        ("turant remdesivir chahiye kota 9829012345", "high"),
        ("remdesivir chahiye kota 9829012345", "normal"),
        ("ventilator chahiye kota maa ke liye", "critical"),
        ("मरीज बेहोश है, बेड चाहिए", "critical"),
        ("saturation is 90 and he needs a bed", "critical"),
        ("cylinder 20 minute me khatam ho jayega, kota", "critical"),
        ("She is turning blue, please send an ambulance", "critical"),
        ("bed chahiye sahab", "normal"),
        ("Kota me bed?", "normal"),
        ("maa 91 pe h aur neeche ja rahi, oxygen chahiye pali", "critical"),
        ("spo2 93 gir raha hai, bed chahiye kota 9829012345", "critical"),
        ("spo2 93 hai, bed chahiye kota 9829012345", "normal"),
        ("oxygen refill kahan milega raat ko?", "normal"),
        ("ICU se bahar aa gaye papa, general ward me bed chahiye kota", "normal"),
        ("Need oxygen concentrator for my grandmother, 78, in Alwar", "normal"),
        ("papa 60 saal ke liye oxygen concentrator kiraye par chahiye", "normal"),
    ],
)
def test_urgency_of_a_request(text: str, level: str) -> None:
    assert read(text).urgency == level


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("bed chahiye 98290-12345", ["+919829012345"]),
        ("बेड चाहिए ९८२९० १२३४५", ["+919829012345"]),
        ("bed chahiye +91 (0)98250 44317", ["+919825044317"]),
        ("bed chahiye 0141-2345678", ["+911412345678"]),
        ("bed chahiye 98290/12345", ["+919829012345"]),
        ("bed chahiye 9829012345/46", ["+919829012345", "+919829012346"]),
        ("bed chahiye 9785100462 / 8290766513", ["+919785100462", "+918290766513"]),
        ("bed chahiye 9️⃣8️⃣2️⃣9️⃣0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣", ["+919829012345"]),
        ("bed chahiye 94600,87712", ["+919460087712"]),
        ("age 62 9829012345 bed chahiye", ["+919829012345"]),
        ("pin 302017, rs 18000, bed chahiye", []),
        ("bed chahiye order id 8830012945", []),
        ("bed chahiye, SRF ID 0811200345678", []),
        ("bed chahiye aadhaar 9829 0123 4567", []),
        ("bed chahiye 982901234", []),
        ("need an ICU bed and plasma, in that order. 9829012345", ["+919829012345"]),
        ("parcha aur 1 aadhar. 9829012345 bed chahiye", ["+919829012345"]),
        ("khana chahiye, thekedar phone ni uthata 9829012345", ["+919829012345"]),
        ("looking for meals for two, will be paid. 97996 90720", ["+919799690720"]),
        ("please check on my uncle in Kota, I am in Leeds +44 7700 900461", ["+447700900461"]),
        ("bed chahiye, mera no 9829012345. ye 9785100462 wala fraud hai", ["+919829012345"]),
    ],
)
def test_numbers_to_call(text: str, numbers: list[str]) -> None:
    assert [phone.e164 for phone in read(text).phones] == numbers


@pytest.mark.parametrize(
    ("text", "patient"),
    [
        ("papa 58 saal, spo2 79, bed chahiye", {"age": 58, "spo2": 79}),
        ("F/64 SpO2: 82 on 5L need ICU bed", {"age": 64, "spo2": 82}),
        ("उम्र ५४ वर्ष, ऑक्सीजन ८२, बेड चाहिए", {"age": 54, "spo2": 82}),
        ("need O negative blood, 39 yrs", {"age": 39, "blood_group": "O-"}),
        ("ओ पॉजिटिव प्लाज्मा चाहिए", {"blood_group": "O+"}),
        ("need 50 oxygen cylinders for our village", {}),
        ("papa 44 ke h, dawai chahiye", {"age": 44}),
        ("wife 38 covid positive, plasma chahiye", {"age": 38}),
        ("pati 45, khana chahiye", {"age": 45}),
        ("my wife (42) needs a bed", {"age": 42}),
        ("Patient - Noor Mohd\n62\nSpo2 : 69\nneed ICU bed", {"age": 62, "spo2": 69}),
        ("Name- Sita\nAge- 58\nOxygen- 82\nCT score- 18\nneed oxygen bed", {"age": 58, "spo2": 82}),
        ("level 75. 9829012345 bed chahiye", {"spo2": 75}),
        ("He's at 94, should we admit him?", {"spo2": 94}),
        ("पापा 75 पर हैं, बेड चाहिए", {"spo2": 75}),
        ("स्तर 85 है, सिलेंडर चाहिए", {"spo2": 85}),
        ("sats 88, need bed", {"spo2": 88}),
        ("Dad's 64. Oximeter: 94 on Monday, 91 yesterday, 88 now. need a bed", {"age": 64, "spo2": 88}),
        ("spo2 88 tha hospital me, ab 96 h. koi doctor salah de de, dawai kab tak leni h", {"spo2": 96}),
        ("dadi 82 ko bed chahiye", {"age": 82}),
        ("Pt Gopal, 49\nneed a bed", {"age": 49}),
        ("लक्ष्मी देवी, 55, ऑक्सीजन 83, बेड चाहिए", {"age": 55, "spo2": 83}),
        ("'Mother 63, oxy level 79', please help, need a bed", {"age": 63, "spo2": 79}),
        ("need blood, the child is 8, JK Lon", {"age": 8}),
        ("spo2 79 hai bhai 79. bed chahiye", {"spo2": 79}),
        ("jaldi koi o neg bhejo hospital me", {"blood_group": "O-"}),
        ("plasma chahiye, anyone A- who recovered", {"blood_group": "A-"}),
        ("need a bed, we live in A- block", {}),
        ("a positive attitude is needed, papa ko bed chahiye", {}),
        ("oxygen concentrator 1500 me chahiye", {}),
        ("need an oxygen can 100% original, jaipur", {}),
        ("need blood donors aged 18-60", {}),
        ("she is a positive patient, need a bed", {}),
        ("living here for 30 years, need a bed please", {}),
    ],
)
def test_facts_about_the_patient(text: str, patient: dict[str, object]) -> None:
    facts = read(text).patient
    found = {"age": facts.age, "spo2": facts.spo2, "blood_group": facts.blood_group}
    assert {name: value for name, value in found.items() if value is not None} == patient


def test_number_in_noise_is_nobodys_to_call() -> None:
    assert (
        read("Personal loan same day approval! Apply now 9829012345, limited offer, earn from home").phones
        == ()
    )


@pytest.mark.parametrize(
    ("text", "news"),
    [
        ("update: bed mil gaya, ab jarurat nahi", "solved"),
        ("Update: the patient passed away this morning. Please stop calling.", "died"),
        ("ye number switch off aa raha h, galat number h", "unreachable"),
    ],
)
def test_what_an_update_tells(text: str, news: str) -> None:
    reading = read(text)
    assert (reading.kind, reading.news) == ("update", news)


@pytest.mark.parametrize(
    ("text", "kind", "news"),
    [
        ("oxygen mil gaya, bahut dhanyawad", "update", "solved"),
        ("bahut bahut dhanyawad team", "thanks", None),
        ("ॐ शांति, काका नहीं रहे", None, "died"),
        ("need a bed in kota, got the oxygen already 9829012345", "request", None),
    ],
)
def test_news_is_told_whatever_the_kind_but_never_beside_an_ask(
    text: str, kind: str | None, news: str | None
) -> None:
    reading = read(text)
    assert reading.news == news
    assert kind in (None, reading.kind)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("जरूरत", "zarurat"),
        ("धन्यवाद", "dhanyavad"),
        ("नहीं", "nhi"),
        ("गई", "gya"),
        ("चाहिए", "chaiye"),
        ("सिलेंडर", "silendar"),
    ],
)
def test_spellings_of_a_word_meet_in_both_scripts(one: str, other: str) -> None:
    assert spelling_key(fold(one).text) == spelling_key(fold(other).text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("chennai", "chini"),
        ("floor", "flour"),
        ("those", "toci"),
        ("went", "vent"),
        ("rise", "rice"),
        ("route", "roti"),
    ],
)
def test_words_that_only_sound_alike_stay_apart(one: str, other: str) -> None:
    assert spelling_key(fold(one).text) != spelling_key(fold(other).text)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("papa ka 82 aa raha hai, bed chahiye", 82),
        ("oximeter 79 dikha raha, bed chahiye", 79),
        ("84 on room air, need a bed", 84),
        ("Oxy lvl 93>90>88 raat bhar me, bed chahiye", 88),
        ("sats dropping 86..84, need a cylinder", 84),
        ("सैचुरेशन सुबह ९३, दोपहर ८९, शाम ८४। बेड चाहिए", 84),
        ("papa kal tak 95 the aaj 87, bed chahiye", 87),
        ("mom at 79 now, need a bed", 79),
        ("सर 89 और नीचे जा रहा है, बेड चाहिए", 89),
        ("oxygen 5 litre par, level 86, bed chahiye", 86),
        ("oxygen cylinder 40 litre wala chahiye", None),
        ("bed no 78 ward 6, plasma chahiye", None),
        ("only 60 beds and oxygen, age 72", None),
    ],
)
def test_saturation_is_told_from_other_numbers(text: str, level: int | None) -> None:
    assert read(text).patient.spo2 == level


def test_need_named_inside_a_longer_phrase_is_seen() -> None:
    assert "food" in read("nishulk bhojan jaruratmand parivaro ke liye, call 9829012345").needs


def test_quoted_plea_fills_what_the_quoting_post_leaves_open() -> None:
    reading = read("please help them", quoted="Kota me ICU bed chahiye, spo2 80, papa 60 saal 9829012345")
    assert (reading.kind, reading.needs, reading.urgency) == ("request", ("beds",), "critical")
    assert [(phone.e164, phone.start) for phone in reading.phones] == [("+919829012345", -1)]
    assert reading.patient.spo2 == 80
    assert reading.place.district == "Kota"


def test_update_on_a_quoted_plea_stays_an_update_about_its_number() -> None:
    reading = read("bed mil gaya, ab jarurat nahi", quoted="Kota me ICU bed chahiye 9829012345")
    assert reading.kind == "update"
    assert [phone.e164 for phone in reading.phones] == ["+919829012345"]


def test_evidence_names_the_words_of_the_raw_text() -> None:
    text = "🙏 papa ke liye ऑक्सीजन सिलेंडर चाहिए, spo2 79, 98290\u200b12345"
    reading = read(text)
    assert {(one.field, one.words) for one in reading.evidence} >= {
        ("needs", "ऑक्सीजन सिलेंडर"), ("patient", "spo2 79"), ("phones", "98290\u200b12345"),
    }  # fmt: skip
    assert all(text[one.start : one.end] == one.words for one in reading.evidence)


def test_labels_have_the_guides_shape() -> None:
    labels = as_labels(read("kota me bed chahiye 9829012345"))
    assert {
        "kind",
        "needs",
        "district",
        "block",
        "phones",
        "urgency",
        "patient",
        "lang",
        "confidence",
    } <= set(labels)
    assert labels["district"] == "Kota"


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_read(text: str) -> None:
    reading = read(text)
    assert reading.kind in KINDS
    assert 0 <= reading.confidence <= 1
    assert all(0 <= value <= 1 for value in reading.confidences.values())
    assert all(text[one.start : one.end] == one.words for one in reading.evidence)


@pytest.mark.parametrize(
    "text", ["O-ve@kuch.example", "please mail ab+@kuch.example", "www.kuch.example/o+ve"]
)
def test_blood_group_in_an_address_asks_for_nothing(text: str) -> None:
    assert "plasma" not in read(text).needs


WORDS = st.sampled_from(
    [
        "oxygen",
        "cylinder",
        "bed",
        "chahiye",
        "nahi",
        "mil",
        "gaya",
        "98290",
        "12345",
        "+91",
        "spo2",
        "82",
        "papa",
        "58",
        "saal",
        "ॐ",
        "ऑक्सीजन",
        "चाहिए",
        "\u200b",
        "�",
        "\x00",
        "A+",
        "plasma",
        ",",
        ".",
        "/",
        "-",
        "\n",
        "@RajHelpDesk",
        "urgent",
        "ICU",
        "मदद",
        "८२",
        "thanks",
        "update",
        "9829012345",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=30), st.lists(WORDS, max_size=6))
def test_evidence_offsets_hold_for_any_mixture(words: list[str], quoted: list[str]) -> None:
    text = " ".join(words)
    reading = read(text, quoted=" ".join(quoted))
    assert all(text[one.start : one.end] == one.words for one in reading.evidence)
    assert all(0 <= phone.start < phone.end <= len(text) for phone in reading.phones if phone.start != -1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=5))
def test_many_texts_are_read_as_each_of_them_alone(texts: list[str]) -> None:
    quoted = texts[::-1]
    assert read_many(texts) == [read(text) for text in texts]
    assert read_many(texts, quoted=quoted) == [
        read(text, quoted=other) for text, other in zip(texts, quoted, strict=True)
    ]


@pytest.mark.parametrize(
    "address", ["@sharma_ji", "https://t.co/aB1c2", "www.kuch.example/icu", "ramesh@kuch.example"]
)
def test_handles_and_links_do_not_sway_the_model(address: str) -> None:
    text = "kota me bed chahiye papa ke liye {}"
    assert read(text.format(address)).confidences == read(text.format("@zzq_vw")).confidences


ODD_WORDS = [
    *(
        "ab",
        "don't",
        "spo2",
        "🙏",
        "ऑक्सीजन2",
        "1b2c3d4e5f",
        "@user",
        "@user's",
        "@a_1",
        "ab@cd.ef",
        "www.ab.cd",
    ),
    *("https://t.co/aB1", "xhttp://a.b", "@", "@@ab"),
]
GAPS = st.sampled_from(
    [" ", " ", " ", "", "  ", "\n", ", ", ".", " - ", "-", ": ", " (", ") ", " #", " " * 25, "*" * 30]
)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(GAPS, WORDS | st.sampled_from(ODD_WORDS)), max_size=40),
    GAPS,
)
def test_words_looked_up_by_pieces_are_those_of_the_whole_text(
    parts: list[tuple[str, str]], ending: str
) -> None:
    text = fold("".join(gap + word for gap, word in parts) + ending).text
    line, whole = Line(text), tokenise(without_addresses(text))
    numbers = range(len(whole.texts))
    assert line.texts == whole.texts
    assert [(line.start(at), line.end(at)) for at in numbers] == list(
        zip(whole.starts, whole.ends, strict=True)
    )
    clauses = [line.clause(at) for at in numbers]
    assert [a != b for a, b in pairwise(clauses)] == [a != b for a, b in pairwise(whole.clauses)]
    places, alone = line.for_places(), PlaceWords(text)
    assert (places.tokens, places.cues) == (alone.tokens, alone.cues)
    tokens = range(len(places.tokens))
    assert [places.gap(at) for at in tokens] == [alone.gap(at) for at in tokens]
    assert [places.span(at, at + 1) for at in tokens] == [alone.span(at, at + 1) for at in tokens]
    for is_ended in (PlaceWords.is_break, PlaceWords.is_stop):
        assert [is_ended(places, at) for at in tokens[1:]] == [is_ended(alone, at) for at in tokens[1:]]


@pytest.mark.parametrize(
    "piece",
    [
        "9",
        "9829012345 ",
        "a",
        "oxygen ",
        "b ",
        "spo2 ",
        "papa ",
        "1 ",
        "ab ",
        "hospital ",
        "ऑक्सीजन",
        "+",
        "a b c ",
        "order ",
    ],
)
def test_very_long_text_is_read(piece: str) -> None:
    assert read((piece * 100_000)[:100_000]).kind in KINDS
