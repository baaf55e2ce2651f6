"""Request, offer, update, thanks or other: points for what a text says, the most points win."""

from .clauses import Parsed
from .needs import Named

KINDS = ("request", "offer", "update", "thanks", "other")


def points(
    parsed: Parsed, phones: int, has_spo2: bool, needs_asked: int, needs_named: int
) -> dict[str, float]:
    """Points per kind; a tie goes to the kind that stands first in the guide."""
    counts = parsed.counts
    wishes = asks = helps = 0
    for here in parsed.in_clause.values():
        if "wish" in here:
            wishes += 1
            continue
        asks += "ask" in here and "unneeded" not in here
        helps += "help" in here
    short = len(parsed.words.texts) < 9
    request = (
        1.1 * _up_to(3, asks) + 1.0 * _up_to(2, helps) + 0.4 * ("polite" in counts) + 0.5 * ("kin" in counts)
    )
    request += (
        0.9 * needs_asked
        + 0.6 * (needs_named > 0) * ("lack" in counts)
        + 1.5 * has_spo2
        + 0.7 * ("critical" in counts)
    )
    request += 0.4 * ("high" in counts) + 0.8 * (phones > 0) + 2.5 * ("still" in counts)
    offer = (
        2.2 * _up_to(2, wishes)
        + 0.7 * _up_to(4, counts.get("offer", 0))
        + 0.9 * (phones > 0) * (asks == 0)
        + 0.5 * (needs_named > 0)
    )
    offer += 0.6 * _up_to(3, counts.get("giving", 0))
    update = (
        2.4 * ("solved" in counts)
        + 1.4 * ("got" in counts)
        + 2.6 * ("died" in counts)
        + 1.8 * ("dead_number" in counts)
        + 1.2 * ("update_verb" in counts)
    )
    update -= 0.9 * asks
    thanks = (
        2.2 * ("thanks" in counts)
        + 0.6 * _up_to(3, counts.get("thanks", 0))
        + 0.9 * ("praise" in counts)
        - 1.5 * ("thanks_ahead" in counts)
        - 0.8 * asks
    )
    thanks -= 1.0 * (phones > 0)
    other = (
        1.6
        + 0.9 * _up_to(3, counts.get("politics", 0))
        + 0.8 * _up_to(3, counts.get("news", 0))
        + 1.0 * ("advice" in counts)
        + 0.7 * _up_to(2, counts.get("opinion", 0))
    )
    other += (
        1.6 * _up_to(3, counts.get("advert", 0))
        + 1.5 * ("joke" in counts)
        + 2.0 * ("condole" in counts)
        + 1.5 * ("auto" in counts)
    )
    other -= 1.2 * (phones > 0) + 0.8 * ("kin" in counts)
    if short and not needs_named and not asks:
        other += 0.5
    return {"request": request, "offer": offer, "update": update, "thanks": thanks, "other": other}


def _up_to(most: int, count: int) -> int:
    return count if count < most else most


_TALK = frozenset(
    [
        "politics",
        "opinion",
        "news",
        "advice",
        "advert",
        "joke",
        "condole",
        "auto",
        "offer",
        "wish",
        "giving",
        "thanks",
        "solved",
        "got",
        "died",
        "update_verb",
        "unneeded",
        "dead_number",
        "praise",
    ]
)
_MORE_THAN_NEWS = frozenset(
    ["ask", "help", "still", "lack", "wish", "politics", "opinion", "advice", "advert", "joke"]
)
_SHORT = 14


def plain_case(parsed: Parsed, named: list[Named]) -> str | None:
    """The kind of a text that says one thing only; None for all others. Such texts are short, and rare in training."""
    found = parsed.counts.keys()
    if "thanks" in found and not found & _MORE_THAN_NEWS:
        if "solved" in found or "died" in found:
            return "update"
        if any("got" in parsed.beside(one.mention) for one in named):
            return "update"
    if len(parsed.words.texts) <= _SHORT:
        if ("help" in found or ("ask" in found and named)) and not found & _TALK:
            return "request"
        if "dead_number" in found and not named and not found & {"ask", "help", "politics", "kin"}:
            return "update"
    if (
        "wish" in found
        and named
        and not found & {"kin", "lack", "critical", "politics", "joke", "help", "news", "solved"}
    ):
        return "offer"
    return None


def news(parsed: Parsed, named: list[Named], decided: str) -> str | None:
    """What a text tells of an earlier plea: `died`, `still_needed`, `unreachable` or `solved`; None where it does not tell.

    An update may say it in any words; in thanks or chatter it takes plain words, or a thing that was needed beside "got".
    """
    if decided in ("request", "offer"):
        return None
    found = parsed.counts.keys()
    if "died" in found:
        return "died"
    if "still" in found:
        return "still_needed"
    is_got = "solved" in found or (
        "got" in found and (decided == "update" or any("got" in parsed.beside(one.mention) for one in named))
    )
    if "dead_number" in found and not is_got:
        return "unreachable"
    return "solved" if is_got or (decided == "update" and "unneeded" in found) else None


# The lists in which the words of a kind stand, the most telling first.
WORDS_OF = {
    "request": ("ask", "help", "still", "lack", "critical", "polite"),
    "offer": ("wish", "offer", "giving"),
    "update": ("solved", "died", "dead_number", "update_verb", "got", "unneeded", "still"),
    "thanks": ("thanks", "praise"),
    "other": ("advert", "politics", "opinion", "news", "advice", "condole", "joke", "auto"),
}
