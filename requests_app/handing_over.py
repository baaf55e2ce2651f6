"""Ends a shift: gives every request that a person holds to somebody who is there or back to the queue, and leaves nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from districts.models import Volunteer
from requests_app import returning, routing
from requests_app.cases import Roster
from requests_app.models import HelpRequest, Lost, NotAllowed
from requests_app.states import NeedState

ROUNDS = 3
"""How often we look again for what came to the person while the rest was handed over."""


@dataclass(frozen=True)
class Wish:
    """What shall become of one request: `to` is a person, None the queue."""

    to: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Ended:
    """What became of each request, by its code: given (to a name), back in the queue, or not ours any more.

    `refused` went back to the queue because the person chosen was not there any more.
    """

    given: tuple[tuple[str, str], ...] = ()
    returned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Ended") -> "Ended":
        return Ended(
            self.given + other.given,
            self.returned + other.returned,
            self.refused + other.refused,
            self.lost + other.lost,
        )


def likely(items: Sequence[HelpRequest], leaving: Volunteer) -> dict[int, int]:
    """Return to whom routing would give each of these (by their keys); what nobody has room for is left out.

    What was proposed for one counts as load for the next.
    """
    roster, chosen = Roster(), {}
    for item in items:
        there = [person for person in roster.of(item.district_id) if person.pk != leaving.pk]
        open_needs = frozenset(need.kind for need in item.needs.all() if need.state == NeedState.OPEN)
        ask = routing.Ask(item.district_id, item.block_id, open_needs, item.is_consultation, item.language)
        way = routing.route(ask, there)
        roster.note_suggested(way.suggested)
        if way.suggested is not None:
            chosen[item.pk] = way.suggested
    return chosen


def end_shift(person: Volunteer, wishes: Mapping[int, Wish], note: str, now: datetime) -> Ended:
    """Go off duty, then give away all that this person holds: by their wishes, and what no wish names to the queue.

    Off duty comes first, so that nothing new comes meanwhile. Each request is moved on its own: one that somebody else
    moved is told and holds nobody up.
    """
    person.go_off_duty(now)
    ended = Ended()
    for _round in range(ROUNDS):
        held = list(HelpRequest.objects.held_by(person).order_by("rank_at", "pk"))
        if not held:
            break
        ended += give_away(held, person, wishes, note, now)
    returning.give_back_all(person, now, by=person)
    return ended


def give_away(
    held: Sequence[HelpRequest], person: Volunteer, wishes: Mapping[int, Wish], note: str, now: datetime
) -> Ended:
    """Move each of these, as it was when it was read: by its wish, or to the queue; return what became of each."""
    given: list[tuple[str, str]] = []
    returned: list[str] = []
    refused: list[str] = []
    lost: list[tuple[str, str]] = []
    for item in held:
        wish = wishes.get(item.pk, Wish())
        words = "\n".join(part for part in (note, wish.note) if part)
        try:
            name = _give(item, wish.to, person, now, words) if wish.to is not None else ""
            if name:
                given.append((item.code, name))
                continue
            item.release(person, now, note=words)
            (refused if wish.to is not None else returned).append(item.code)
        except Lost as race:
            lost.append((item.code, race.holder.name if race.holder else ""))
    return Ended(tuple(given), tuple(returned), tuple(refused), tuple(lost))


def _give(item: HelpRequest, to: int, person: Volunteer, now: datetime, note: str) -> str:
    """Hand one over if that person is on duty now; return their name, nothing when they may not have it. Raises Lost.

    Their row is locked: who goes off duty at the same time is either seen to be gone, or gives it back with the rest.
    """
    with transaction.atomic():
        there = Volunteer.objects.on_duty().exclude(pk=person.pk)
        receiver = there.select_for_update().filter(pk=to).first()
        if receiver is None:
            return ""
        try:
            item.hand_over(receiver, person, now, note=note)
        except NotAllowed:
            return ""
        return receiver.name
