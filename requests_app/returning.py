"""Gives back what a person holds who has gone: off duty, disabled, or without the district; nobody's case lies with them."""

import logging
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from districts.models import Volunteer
from districts.models.people import STATE_WIDE, WORKING, Role
from requests_app.models import HelpRequest, Lost
from requests_app.states import FREE, HELD

log = logging.getLogger(__name__)

AT_ONCE = 200


def give_back_all(
    person: Volunteer, now: datetime, *, why: str = "off_duty", by: Volunteer | None = None
) -> int:
    """Return to the queue what this person holds, and put before others what was suggested to them.

    Returns how many of those that they held went back. One that moves meanwhile is left to the next sweep.
    """
    returned = _send_back(HelpRequest.objects.filter(holder=person, state__in=HELD), why, by, now)
    for request in HelpRequest.objects.filter(suggested=person, state__in=FREE)[:AT_ONCE]:
        _suggest(request, now)
    return returned


def give_back_after_change(person: Volunteer, now: datetime) -> int:
    """After an administrator changed this person: return what they hold and cannot work on any more, all of it when they
    are off duty; return how many."""
    if not person.is_on_duty:
        return give_back_all(person, now, why="off_duty" if person.is_active else "cannot_work")
    returned = _send_back(held_by_those_who_cannot().filter(holder=person), "cannot_work", None, now)
    for request in suggested_to_those_who_cannot().filter(suggested=person)[:AT_ONCE]:
        _suggest(request, now)
    return returned


def sweep(now: datetime) -> int:
    """Return what is held by people who cannot work on it; put before others what was suggested to people who are gone,
    or to nobody. Returns how many were moved."""
    moved = _send_back(held_by_those_who_cannot(), "cannot_work", None, now)
    nobody = HelpRequest.objects.filter(state__in=FREE, suggested=None, escalated_to="")
    for request in [*suggested_to_those_who_cannot()[:AT_ONCE], *nobody[:AT_ONCE]]:
        moved += _suggest(request, now)
    return moved


def held_by_those_who_cannot() -> "QuerySet[HelpRequest]":
    """Held by somebody who is disabled, whose role takes no requests, or who does not see this one."""
    return HelpRequest.objects.filter(_cannot("holder"), state__in=HELD)


def suggested_to_those_who_cannot() -> "QuerySet[HelpRequest]":
    """Waiting, suggested to somebody who is off duty or could not take it."""
    return HelpRequest.objects.filter(
        _cannot("suggested") | Q(suggested__is_on_duty=False), state__in=FREE, suggested__isnull=False
    )


def _cannot(whose: str) -> Q:
    theirs = Volunteer.districts.through.objects.filter(
        volunteer=OuterRef(whose), district=OuterRef("district")
    )
    sees = Q(**{f"{whose}__role__in": STATE_WIDE}) | Q(Exists(theirs))
    is_no_patient_of_theirs = Q(**{f"{whose}__role": Role.DOCTOR}, is_consultation=False)
    works = Q(**{f"{whose}__is_active": True, f"{whose}__role__in": WORKING})
    return ~works | ~sees | is_no_patient_of_theirs


def _send_back(held: "QuerySet[HelpRequest]", why: str, by: Volunteer | None, now: datetime) -> int:
    returned = 0
    for request in held.order_by(F("rank_at"), "pk")[:AT_ONCE]:
        try:
            request.send_back(why, by, now)
            returned += 1
        except Lost:
            log.info("request %s was moved by a person just now", request.pk)
    return returned


def _suggest(request: HelpRequest, now: datetime) -> int:
    try:
        request.suggest_anew(now)
    except Lost:
        log.info("request %s was moved by a person just now", request.pk)
        return 0
    return 1
