"""Reads from a request's rows what routing and the clock decide by: who was asked, who knows it, who is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from districts.models import Role
from requests_app import escalating, policy, routing
from requests_app.models.events import Event
from requests_app.models.roster import people_on_duty
from requests_app.states import HELD, EventKind, NeedState

if TYPE_CHECKING:
    from requests_app.models.requests import HelpRequest

KNOWS = (EventKind.CLAIMED, EventKind.CALLED, EventKind.RESUMED, EventKind.HANDED_OVER)
PASSED = (EventKind.ESCALATED, EventKind.LEASE_ENDED, EventKind.RELEASED)


@dataclass(frozen=True)
class Past:
    """What the history says, since the request began to wait: `others` is how many volunteers the clock has asked."""

    known_by: frozenset[int]
    passed: frozenset[int]
    callers: frozenset[int]
    others: int


def past_of(request: "HelpRequest") -> Past:
    """Read the history once."""
    known: set[int | None] = set()
    passed: set[int | None] = set()
    callers: set[int | None] = set()
    others = 0
    lines = Event.objects.filter(request=request, kind__in=[*KNOWS, *PASSED])
    for kind, by, at, data in lines.values_list("kind", "by", "at", "data"):
        if kind in KNOWS:
            known |= {by, data.get("to")}
            callers |= {by} if kind == EventKind.CALLED and at >= request.waiting_since else set()
        elif at >= request.waiting_since:
            passed |= {by if kind == EventKind.RELEASED else None, data.get("holder"), data.get("passed")}
            others += data.get("step") == "volunteer"
    return Past(_people(known), _people(passed), _people(callers), others)


def _people(found: set[int | None]) -> frozenset[int]:
    return frozenset(person for person in found if person is not None)


def ask_of(request: "HelpRequest", past: Past, *also_passed: int | None) -> routing.Ask:
    """What routing asks for: open needs, place, language, who passed on it and who knows it."""
    open_needs = request.needs.filter(state=NeedState.OPEN).values_list("kind", flat=True)
    return routing.Ask(
        district=request.district_id,
        block=request.block_id,
        needs=frozenset(open_needs),
        is_consultation=request.is_consultation,
        language=request.language,
        passed=past.passed | {person for person in also_passed if person is not None},
        known_by=past.known_by,
    )


def suggestion(
    request: "HelpRequest", now: datetime, *, gave_back: int | None = None, is_afresh: bool = False
) -> dict[str, Any]:
    """Return the fields that put a free request before somebody: suggested, escalated_to and escalate_at.

    `gave_back` is who just let go of it. `is_afresh`: it begins anew, in another place or another time, so that a desk
    which it had reached before counts no more. Until somebody has talked to the family it does not sink to a lower one.
    """
    if request.district_id is None:
        return {"suggested_id": None, "escalated_to": str(Role.STATE_DESK), "escalate_at": None}
    way = routing.route(ask_of(request, past_of(request), gave_back), people_on_duty(request.district_id))
    is_new = is_afresh or request.first_contact_at is not None
    desk = way.desk if is_new else escalating.higher(request.escalated_to, way.desk)
    return {
        "suggested_id": way.suggested,
        "escalated_to": desk,
        "escalate_at": None if desk == Role.STATE_DESK else next_look(request, now),
    }


def next_look(request: "HelpRequest", now: datetime) -> datetime:
    """When the clock looks at a request that has just changed hands: after one step's time, and no sooner than its call
    is due."""
    return max(request.contact_due_at, now + policy.escalation_gap(request.urgency))


def standing_of(request: "HelpRequest") -> tuple[escalating.Standing, Sequence[routing.Person]]:
    """Return the request as the clock decides about it, and who is on duty there."""
    past = past_of(request)
    holder = request.holder_id if request.state in HELD else None
    standing = escalating.Standing(
        ask=ask_of(request, past, request.suggested_id),
        urgency=request.urgency,
        contact_due_at=request.contact_due_at,
        outcome_due_at=request.outcome_due_at,
        desk=request.escalated_to,
        others=past.others,
        holder=holder,
        is_contacted=request.first_contact_at is not None,
        has_tried=holder in past.callers,
    )
    return standing, [] if request.district_id is None else people_on_duty(request.district_id)
