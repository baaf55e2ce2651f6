"""Masking hides every number that could be dialled and keeps the text's length."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.reading.masking import MARK, mask


def readable_digits(text: str) -> str:
    """The digits of any script that are still readable, other characters as a blank."""
    return "".join(str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else " " for c in text)


@pytest.mark.parametrize(
    "number",
    [
        "9829012345", "98290 12345", "98290-12345", "98290.12345", "98290/12345", "98290,12345", "98290, 12345", "9829 0123 45",
        "9 8 2 9 0 1 2 3 4 5", "+91 98290 12345", "+91 (0)98250 44317", "0091-98290-12345", "०१४१-२३४५६७८", "९८२९० १२३४५",
        "९८२९०१२३४५", "98290\u200b12345", "9\u200d8\u200d2\u200d9\u200d0\u200d1\u200d2\u200d3\u200d4\u200d5", "0141-2345678",
        "９８２９０１２３４５", "9️⃣8️⃣2️⃣9️⃣0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣", "98290*12345", "98290_12345", "98290–12345", "98290 - 12345", "98290\n12345",
        "(98290) 12345", "98290…12345", "982·901·2345", "982O012345", "1234 5678 9012", "9829012345/46", "(+91)-98290-12345",
        "9829O I2345", "𝟗𝟖𝟐𝟗𝟎𝟏𝟐𝟑𝟒𝟓", "⑨⑧②⑨⓪①②③④⑤", "wa.me/919829012345", "tel:9829012345", "98290💛12345", "۹۸۲۹۰۱۲۳۴۵",
    ],
)  # fmt: skip
def test_number_in_any_dress_is_hidden(number: str) -> None:
    masked = mask(f"call {number} papa")
    assert len(masked) == len(f"call {number} papa")
    assert len(readable_digits(masked).replace(" ", "")) <= 4
    assert masked.startswith("call ")
    assert masked.endswith(" papa")


def test_last_two_digits_stay_to_tell_numbers_apart() -> None:
    assert mask("98290 12345 / 9785100462") == "••••• ••••• / ••••••••62"


@pytest.mark.parametrize(
    "text",
    [
        "papa 58 saal, spo2 79",
        "pin 302017",
        "24x7",
        "CT 19/25",
        "rs 18000",
        "@RajHelpDesk_2021 suno",
        "ward 3, bed 14",
    ],
)
def test_small_numbers_stay_readable(text: str) -> None:
    assert mask(text) == text


def test_age_before_a_number_stays_readable_where_a_comma_parts_them() -> None:
    assert mask("62, 9829012345") == "62, ••••••••45"


@pytest.mark.parametrize(
    ("text", "name"),
    [("write to asha.k+h@example.in", "asha"), ("upi asha21@ybl", "asha21"), ("98290x@paytm", "98290x")],
)
def test_name_before_the_at_sign_is_hidden(text: str, name: str) -> None:
    masked = mask(text)
    assert name not in masked
    assert len(masked) == len(text)
    assert masked.endswith(text[text.index("@") :])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SpO2 85. 98290 12345", "SpO2 85. ••••• •••45"),
        ("papa ka oxygen 78 9829012345", "papa ka oxygen 78 ••••••••45"),
        ("umar 60 spo2 85 +91 98290 12345", "umar 60 spo2 85 +•• ••••• •••45"),
        ("लेवल 85 है 98290-12345", "लेवल 85 है •••••-•••45"),
        ("58 saal 9829012345, 79%", "58 saal ••••••••45, 79%"),
        ("o2 98 29012345", "o• •• ••••••45"),
        ("age 982 901 2345", "age ••• ••• ••45"),
        ("level 98 9829012345 9414012345", "level 98 •••••••••• ••••••••45"),
    ],
)
def test_what_is_measured_beside_a_number_stays_readable(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_handle_is_no_address() -> None:
    assert mask("dear @RajHelpDesk @asha") == "dear @RajHelpDesk @asha"


GAPS = st.text(st.sampled_from(list(" .-/()\u200b\u200d\u2060\u00a0\u2013\u2014_~*·\t")), max_size=3)
SCRIPTS = st.sampled_from(["0123456789", "०१२३४५६७८९", "０１２３４５６７８９", "۰۱۲۳۴۵۶۷۸۹"])


@settings(max_examples=400, deadline=None)
@given(
    st.from_regex(r"[6-9][0-9]{9}", fullmatch=True),
    st.lists(GAPS, min_size=9, max_size=9),
    SCRIPTS,
    st.sampled_from(["", "+91 ", "0", "91-", "+91 (0)", "0091 "]),
    st.sampled_from(
        ["", "papa 58 ", "मदद ", "#", "no:", "wa.me/", "62, ", "spo2 82\n", "spo2 82 ", "umar 61. "]
    ),
    st.sampled_from(["", " plz", ".", "/46", " , 9785100462", "\n62 M"]),
)
def test_no_six_digits_of_a_number_survive(
    number: str, gaps: list[str], script: str, prefix: str, before: str, after: str
) -> None:
    dressed = "".join(script[int(digit)] + gap for digit, gap in zip(number, [*gaps, ""], strict=True))
    text = before + prefix + dressed + after
    masked = mask(text)
    assert len(masked) == len(text)
    inside = masked[len(before) + len(prefix) : len(text) - len(after)]
    assert len(readable_digits(inside).replace(" ", "")) <= 2
    assert not re.search(r"(?:\d[\W_]*){6}", readable_digits(masked).replace(" ", "\x00"))


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_text_keeps_its_length_and_its_letters(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert all(after in (before, MARK) for before, after in zip(text, masked, strict=True))


@pytest.mark.parametrize("piece", ["9", "9 ", "a@", "@", "9,", "\u200b9", "o", "9o"])
def test_long_repetition_is_masked_at_once(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    assert len(mask(text)) == len(text)
