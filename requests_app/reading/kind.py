"""Request, offer, update, thanks or other: points for what a text says, the most points win."""

from .clauses import Parsed

KINDS = ("request", "offer", "update", "thanks", "other")


def points(
    parsed: Parsed, phones: int, has_spo2: bool, needs_asked: int, needs_named: int
) -> dict[str, float]:
    """Points per kind; a tie goes to the kind that stands first in the guide."""
    count = parsed.counts.get
    wishes = sum(1 for here in parsed.in_clause if "wish" in here)
    asks = sum(
        1 for here in parsed.in_clause if "ask" in here and "wish" not in here and "unneeded" not in here
    )
    helps = sum(1 for here in parsed.in_clause if "help" in here and "wish" not in here)
    short = len(parsed.tokens) < 9
    request = (
        1.1 * min(asks, 3) + 1.0 * min(helps, 2) + 0.4 * bool(count("polite")) + 0.5 * bool(count("kin"))
    )
    request += (
        0.9 * needs_asked
        + 0.6 * (needs_named > 0) * bool(count("lack"))
        + 1.5 * has_spo2
        + 0.7 * bool(count("critical"))
    )
    request += 0.4 * bool(count("high")) + 0.8 * (phones > 0) + 2.5 * bool(count("still"))
    offer = (
        2.2 * min(wishes, 2)
        + 0.7 * min(count("offer", 0), 4)
        + 0.9 * (phones > 0) * (asks == 0)
        + 0.5 * (needs_named > 0)
    )
    offer += 0.6 * min(count("giving", 0), 3)
    update = (
        2.4 * bool(count("solved"))
        + 1.4 * bool(count("got"))
        + 2.6 * bool(count("died"))
        + 1.8 * bool(count("dead_number"))
        + 1.2 * bool(count("update_verb"))
    )
    update -= 0.9 * asks
    thanks = (
        2.2 * bool(count("thanks"))
        + 0.6 * min(count("thanks", 0), 3)
        + 0.9 * bool(count("praise"))
        - 1.5 * bool(count("thanks_ahead"))
        - 0.8 * asks
    )
    thanks -= 1.0 * (phones > 0)
    other = (
        1.6
        + 0.9 * min(count("politics", 0), 3)
        + 0.8 * min(count("news", 0), 3)
        + 1.0 * bool(count("advice"))
        + 0.7 * min(count("opinion", 0), 2)
    )
    other += (
        1.6 * min(count("advert", 0), 3)
        + 1.5 * bool(count("joke"))
        + 2.0 * bool(count("condole"))
        + 1.5 * bool(count("auto"))
    )
    other -= 1.2 * (phones > 0) + 0.8 * bool(count("kin"))
    if short and not needs_named and not asks:
        other += 0.5
    return {"request": request, "offer": offer, "update": update, "thanks": thanks, "other": other}


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
_SHORT = 14


def plain_case(parsed: Parsed, needs_named: int) -> str | None:
    """The kind of a text that says one thing only; None for all others. Such texts are short, and rare in training."""
    found = parsed.counts.keys()
    if len(parsed.tokens) <= _SHORT:
        if ("help" in found or ("ask" in found and needs_named)) and not found & _TALK:
            return "request"
        if "dead_number" in found and not needs_named and not found & {"ask", "help", "politics", "kin"}:
            return "update"
    if (
        "wish" in found
        and needs_named
        and not found & {"kin", "lack", "critical", "politics", "joke", "help", "news", "solved"}
    ):
        return "offer"
    return None


def news_of_update(parsed: Parsed) -> str | None:
    """For an update: `died`, `unreachable`, `still_needed` or `solved`; None where the text does not tell."""
    for concept, news in (("died", "died"), ("still", "still_needed"), ("dead_number", "unreachable")):
        if parsed.has(concept):
            if news == "unreachable" and (parsed.has("got") or parsed.has("solved")):
                continue
            return news
    if parsed.has("solved") or parsed.has("got") or parsed.has("unneeded"):
        return "solved"
    return None


# The lists in which the words of a kind stand, the most telling first.
WORDS_OF = {
    "request": ("ask", "help", "still", "lack", "critical", "polite"),
    "offer": ("wish", "offer", "giving"),
    "update": ("solved", "died", "dead_number", "update_verb", "got", "unneeded", "still"),
    "thanks": ("thanks", "praise"),
    "other": ("advert", "politics", "opinion", "news", "advice", "condole", "joke", "auto"),
}
