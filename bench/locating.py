"""Times the locator: microseconds a text at several lengths, and how the time grows when a text doubles.

    python bench/locating.py

Texts are put together from invented pleas: one that names a place in every 140 characters, and one that
names none. The baseline is the plain way: every known name searched for in the folded text with `in`, which
finds parts of words and weighs nothing. The best of several rounds counts, on one core.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from districts.folding import fold
from districts.locating import locate
from districts.places import aliases

_NAMED = (
    "Papa ka oxygen level 84 hai, Bhilwara me kahi bed nahi mil raha, koi madad karo please 98290 00000 urgent",
    "Mother 62 admitted in a private hospital at Sikar, doctor asks for two vials of remdesivir by tonight",
    "हनुमानगढ़ में ऑक्सीजन सिलेंडर की तुरंत जरूरत है, मरीज की हालत गंभीर है, कृपया मदद करें",
    "bhai ko Nohar se Bikaner laye hain, PBM me ventilator nahi hai, koi batao kaha le jaye jaldi se",
)
_NAMELESS = (
    "Papa ka oxygen level 84 hai, yahan kahi bed nahi mil raha, koi madad karo please 98290 00000 urgent hai",
    "Mother 62 admitted in a private hospital, doctor asks for two vials of this injection by tonight, please",
    "ऑक्सीजन सिलेंडर की तुरंत जरूरत है, मरीज की हालत गंभीर है, कृपया मदद करें, कोई सुनने वाला नहीं है",
)
_LENGTHS = (70, 140, 280, 1_000, 64_000)


def _texts(pieces: tuple[str, ...], length: int) -> list[str]:
    """One text of `length` characters for each piece to begin with."""
    found = []
    for start in range(len(pieces)):
        order = pieces[start:] + pieces[:start]
        text = ". ".join(order)
        found.append((text + ". ") * (length // len(text) + 1))
    return [text[:length] for text in found]


def _microseconds(work: Callable[[str], object], texts: list[str]) -> float:
    """The time of one text, the best of several rounds."""
    times = max(1, 20_000 // sum(map(len, texts)))
    best = float("inf")
    for _ in range(7):
        started = time.perf_counter()
        for _ in range(times):
            for text in texts:
                work(text)
        best = min(best, (time.perf_counter() - started) / (times * len(texts)))
    return best * 1e6


def main() -> None:
    names = sorted({fold(alias.name).text for alias in aliases()})

    def searched(text: str) -> list[str]:
        folded = fold(text).text
        return [name for name in names if name in folded]

    print(f"baseline: {len(names)} names, each searched for with `in`\n")
    for title, pieces in (("names a place", _NAMED), ("names none", _NAMELESS)):
        print(f"{title:>14}  {'locate':>10} {'with fold':>10} {'baseline':>10}  microseconds a text")
        for length in _LENGTHS:
            texts = _texts(pieces, length)
            folded = {text: fold(text) for text in texts}
            alone = _microseconds(lambda text, folded=folded: locate(folded[text]), texts)
            both = _microseconds(locate, texts)
            plain = _microseconds(searched, texts[:1])
            print(f"{length:>14}  {alone:>10.1f} {both:>10.1f} {plain:>10.1f}")
        one, two = (_microseconds(locate, _texts(pieces, n)) for n in (32_000, 64_000))
        print(f"{'2n/n':>14}  {two / one:>10.2f}   (32,000 to 64,000 characters; 2 is linear)\n")


if __name__ == "__main__":
    main()
