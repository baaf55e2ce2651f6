"""Which desks and districts a person watches over, and where the roster of their next hours has holes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from districts import coverage
from districts.models import District, Role, Volunteer
from districts.models.people import STATE_WIDE
from districts.roster import Span
from requests_app.policy import POLICY

ALARM = timedelta(hours=POLICY["roster"]["alarm"])
SHOWN = timedelta(hours=POLICY["roster"]["shown"])
DESKS: Sequence[str] = POLICY["roster"]["desks"]
ALARMED = STATE_WIDE | {Role.LEAD}
"""Roles that are told of holes on other pages than the roster's; everybody sees those of their own work there."""


def lines_for(user: Volunteer, now: datetime, ahead: timedelta = SHOWN) -> list[coverage.Line]:
    """Return the lines of the roster that this person watches, from now on.

    State-wide roles see the desks and all districts; a lead the doctors and phone desk of theirs and the districts; a
    volunteer their districts; a doctor and the phone desk their own desk.
    """
    window = Span(now, now + ahead)
    districts: list[District] = []
    if POLICY["roster"]["districts"] and user.role not in {Role.DOCTOR, Role.PHONE_DESK}:
        mine = District.objects.all() if user.is_state_wide else District.objects.filter(volunteers=user)
        districts = list(mine)
    if user.is_state_wide:
        return coverage.lines(DESKS, districts, window)
    if user.role == Role.LEAD:
        desks = [desk for desk in DESKS if desk != Role.STATE_DESK]
    else:
        desks = [desk for desk in DESKS if desk == user.role]
    return coverage.lines(desks, districts, window, among=user.district_codes)


def alarms_for(user: Volunteer, now: datetime) -> list[coverage.Alarm]:
    """Return what is uncovered within the policy's hours, for those who are told of it; the soonest first."""
    if user.role not in ALARMED:
        return []
    return coverage.alarms(lines_for(user, now, ALARM), Span(now, now + ALARM))
