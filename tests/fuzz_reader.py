"""Feeds the reader and the masking with random texts for as long as asked: python -m tests.fuzz_reader --seconds 600."""

import argparse
import random
import time

from requests_app.reading import as_labels, read
from requests_app.reading.masking import mask

KINDS = {"request", "offer", "update", "thanks", "other"}
WORDS = [
    "oxygen",
    "cylinder",
    "bed",
    "icu",
    "chahiye",
    "nahi",
    "mil",
    "gaya",
    "98290",
    "12345",
    "9829012345",
    "+91",
    "0141-2345678",
    "spo2",
    "82",
    "95%",
    "papa",
    "58",
    "saal",
    "M/62",
    "ऑक्सीजन",
    "चाहिए",
    "मदद",
    "धन्यवाद",
    "निधन",
    "८२",
    "९८२९०१२३४५",
    "A+",
    "O-ve",
    "plasma",
    "donor",
    ",",
    ".",
    "!",
    "?",
    "/",
    "-",
    ":",
    "(",
    ")",
    "\n",
    "\u200b",
    "\u200d",
    "️",
    "\x00",
    "�",
    "🙏",
    "🅰",
    "①",
    "@RajHelpDesk",
    "#SOS",
    "urgent",
    "hospital",
    "kota",
    "जयपुर",
    "thanks",
    "update",
    "switch",
    "off",
    "order",
    "id",
    "aadhaar",
    "https://t.co/x",
    "302017",
    "a@b.in",
    "ॐ",
]
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz ", "0123456789 +-/.,", "कखगघचछजटठडणतथदधनपफबभमयरलवशषसहािीुूेैोौं् ", " \t\n\u200b\u200d\u2060\u00a0",
    "٠١٢٣٤٥٦٧٨٩०१२३४५६७८९０１２３", "\U0001f600\U0001f64f\u20e3\ufe0f", "".join(map(chr, range(0xD800, 0xD820))),
)  # fmt: skip


def text_from(chosen: random.Random) -> str:
    """A text of words, of signs of one alphabet, of any signs, of one piece many times, or of all of these."""
    parts = []
    for _ in range(chosen.randint(1, 4)):
        shape = chosen.randrange(5)
        if shape == 0:
            parts.append(" ".join(chosen.choices(WORDS, k=chosen.randint(1, 40))))
        elif shape == 1:
            parts.append("".join(chosen.choices(chosen.choice(ALPHABETS), k=chosen.randint(1, 80))))
        elif shape == 2:
            parts.append("".join(chr(chosen.randrange(0x110000)) for _ in range(chosen.randint(1, 40))))
        elif shape == 3:
            parts.append(chosen.choice(WORDS) * chosen.choice((2, 10, 300, 3000)))
        else:
            parts.append("".join(chosen.choices(WORDS, k=chosen.randint(1, 60))))
    return chosen.choice(("", " ", "\n")).join(parts)


def check(text: str, quoted: str) -> None:
    """Raises AssertionError where a reading breaks what read() and mask() promise."""
    reading = read(text, quoted=quoted)
    assert reading.kind in KINDS
    assert 0 <= reading.confidence <= 1
    assert all(0 <= value <= 1 for value in reading.confidences.values())
    assert all(text[one.start : one.end] == one.words for one in reading.evidence)
    assert all(phone.start == -1 or 0 <= phone.start < phone.end <= len(text) for phone in reading.phones)
    assert reading.needs == () or reading.kind in ("request", "offer")
    assert as_labels(reading) == as_labels(read(text, quoted=quoted))
    masked = mask(text)
    assert len(masked) == len(text)
    for phone in reading.phones:
        written = text[max(0, phone.start) : max(0, phone.end)]
        assert (
            len(written) < 7 or masked[phone.start : phone.end] != written
        )  # the 46 of 9829012345/46 may stay


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = random.Random(options.seed)
    ends = time.monotonic() + options.seconds
    count = 0
    slowest = (0.0, 0)
    while time.monotonic() < ends:
        text, quoted = text_from(chosen), text_from(chosen) if chosen.random() < 0.2 else ""
        started = time.process_time()
        try:
            check(text, quoted)
        except Exception:
            print(f"text {text!r}\nquoted {quoted!r}")
            raise
        slowest = max(slowest, ((time.process_time() - started) / (len(text) + 200), len(text)))
        count += 1
    print(
        f"{count} texts held; slowest {slowest[0] * 1e6:.1f} microseconds per character at {slowest[1]} characters"
    )


if __name__ == "__main__":
    main()
