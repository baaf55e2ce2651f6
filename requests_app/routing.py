"""Decides whom a request is suggested to, or which desk must see it. Pure: plain values in, a decision out."""

from collections.abc import Sequence
from dataclasses import dataclass

from districts.models import Role


@dataclass(frozen=True)
class Person:
    """Somebody on duty: `load` is what they hold or were suggested, `taken` what they took since they came on duty."""

    pk: int
    role: str
    districts: frozenset[int]
    blocks: frozenset[int]
    needs: frozenset[str]
    capacity: int
    load: int
    language: str = ""
    taken: int = 0


@dataclass(frozen=True)
class Ask:
    """The request in hand: codes of its place, slugs of its open needs, the language of its post.

    `passed`: people who were asked already and let it pass or gave it back; `known_by`: people who have worked on it.
    """

    district: int | None
    block: int | None
    needs: frozenset[str]
    is_consultation: bool = False
    language: str = ""
    passed: frozenset[int] = frozenset()
    known_by: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Route:
    """`suggested` is a person; `desk` is whom it went up to because nobody else is there: lead, state_desk or empty."""

    suggested: int | None = None
    desk: str = ""
    reason: str = ""


def route(ask: Ask, on_duty: Sequence[Person]) -> Route:
    """Return who should take it.

    A request of no district goes to the state desk. A consultation goes to a doctor. Otherwise: volunteers of the
    district who take such needs and have room and have not passed on it, those of its block first, then those who know
    the case, then the least loaded share of capacity, then those who speak the post's language, then who has taken
    least; with none of them on duty the district's lead; with no lead either the state desk, at once.
    """
    if ask.district is None:
        return Route(desk=Role.STATE_DESK, reason="no_place")
    there = [person for person in on_duty if ask.district in person.districts and person.pk not in ask.passed]
    wanted = Role.DOCTOR if ask.is_consultation else Role.VOLUNTEER
    able = [
        person
        for person in there
        if person.role == wanted
        and person.load < person.capacity
        and (ask.is_consultation or not person.needs or not ask.needs or person.needs & ask.needs)
    ]
    if able:
        best = min(able, key=lambda person: _order(ask, person))
        return Route(suggested=best.pk, reason=_reason(ask, best))
    leads = [person for person in there if person.role == Role.LEAD and person.load < person.capacity]
    if leads:
        return Route(
            suggested=min(leads, key=lambda person: _order(ask, person)).pk, desk=Role.LEAD, reason="no_one"
        )
    return Route(desk=Role.STATE_DESK, reason="no_one")


def _reason(ask: Ask, person: Person) -> str:
    if ask.block in person.blocks:
        return "block"
    return "knows_it" if person.pk in ask.known_by else "load"


def _order(ask: Ask, person: Person) -> tuple[bool, bool, float, bool, int, int]:
    is_stranger = bool(person.blocks) and ask.block not in person.blocks
    speaks = person.language == "hi" if ask.language in {"hi", "hinglish", "mixed"} else True
    share = person.load / max(person.capacity, 1)
    return is_stranger, person.pk not in ask.known_by, share, not speaks, person.taken, person.pk
