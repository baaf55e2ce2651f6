"""Decides the next step of a request that nobody takes or calls. Pure: plain values in, a step or a time to look again out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from districts.models import Role
from requests_app import policy
from requests_app.policy import POLICY
from requests_app.routing import Ask, Person, route

DESKS = ("", str(Role.LEAD), str(Role.STATE_DESK))
"""Where a request can stand, from the volunteers up."""


@dataclass(frozen=True)
class Standing:
    """A request as the clock finds it.

    `ask.passed` holds everybody who was asked and did not take it; `others`: how many volunteers the clock has asked
    already; `has_tried`: its holder has called at least once.
    """

    ask: Ask
    urgency: str
    contact_due_at: datetime
    outcome_due_at: datetime
    desk: str = ""
    others: int = 0
    holder: int | None = None
    is_contacted: bool = False
    has_tried: bool = False


@dataclass(frozen=True)
class Step:
    """One step: to whom it goes. A held request stays with its holder, and the desk is told.

    `name`: volunteer, lead or state_desk; `reason`: passed (nobody took it), sits (its holder has not called), outcome
    (the outcome is overdue), asked (a person pressed).
    """

    name: str
    desk: str
    reason: str
    suggested: int | None = None


@dataclass(frozen=True)
class Watch:
    """What to do now (None: nothing), and when to look again (None: when somebody moves it)."""

    step: Step | None = None
    again: datetime | None = None


def higher(one: str, other: str) -> str:
    """Return the higher of two desks."""
    return max(one, other, key=DESKS.index)


def watch(standing: Standing, on_duty: Sequence[Person], now: datetime) -> Watch:
    """Return the step that is due and the time of the next one.

    A free request whose call is overdue goes to another volunteer, then to the district's lead, then to the state desk;
    a step for which nobody is on duty is passed over. Of a held one the lead is told, and later the state desk, when
    its holder has not even tried to call; when the outcome is overdue, the lead alone. Nobody takes it from its holder.
    """
    if standing.holder is None:
        if not standing.is_contacted and now < standing.contact_due_at:
            return Watch(again=standing.contact_due_at)
        return _after(_up(standing, on_duty, "passed"), standing, now)
    if standing.is_contacted or standing.has_tried:
        if now < standing.outcome_due_at:
            return Watch(again=standing.outcome_due_at)
        return Watch() if standing.desk else Watch(_tell(standing, on_duty, "outcome"))
    if now < standing.contact_due_at:
        return Watch(again=standing.contact_due_at)
    return _after(_tell(standing, on_duty, "sits"), standing, now)


def one_up(standing: Standing, on_duty: Sequence[Person], now: datetime) -> Watch:
    """Return the step to the next desk at once, because a person asks for it; none above the state desk."""
    if standing.holder is not None:
        return _after(_tell(standing, on_duty, "asked"), standing, now)
    return _after(_to_desk(standing, on_duty, "asked"), standing, now)


def _after(step: Step | None, standing: Standing, now: datetime) -> Watch:
    if step is None or step.desk == Role.STATE_DESK:
        return Watch(step)
    return Watch(step, now + policy.escalation_gap(standing.urgency))


def _up(standing: Standing, on_duty: Sequence[Person], reason: str) -> Step | None:
    if not standing.desk and standing.others < POLICY["escalation"]["others"]:
        way = route(standing.ask, [person for person in on_duty if person.role != Role.LEAD])
        if way.suggested is not None:
            return Step("volunteer", "", reason, way.suggested)
    return _to_desk(standing, on_duty, reason)


def _to_desk(standing: Standing, on_duty: Sequence[Person], reason: str) -> Step | None:
    """The lead with room who has not let it pass, else the state desk."""
    if not standing.desk:
        way = route(standing.ask, [person for person in on_duty if person.role == Role.LEAD])
        if way.suggested is not None:
            return Step("lead", str(Role.LEAD), reason, way.suggested)
    return _to_state_desk(standing, reason)


def _tell(standing: Standing, on_duty: Sequence[Person], reason: str) -> Step | None:
    """Some lead of the district, with room or without: they are told, not given it."""
    leads = [
        person
        for person in on_duty
        if person.role == Role.LEAD
        and standing.ask.district in person.districts
        and person.pk != standing.holder
    ]
    if leads and not standing.desk:
        return Step("lead", str(Role.LEAD), reason)
    return _to_state_desk(standing, reason)


def _to_state_desk(standing: Standing, reason: str) -> Step | None:
    if standing.desk == Role.STATE_DESK:
        return None
    return Step("state_desk", str(Role.STATE_DESK), reason)
