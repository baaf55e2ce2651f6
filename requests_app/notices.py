"""Says what awaits a person on duty and cannot wait until they look: critical requests, hand-overs, steps up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q

from districts.models import Volunteer
from requests_app.models import HelpRequest
from requests_app.states import ARRIVALS, HELD, EventKind, Urgency

MOST = 10
BRINGS = (EventKind.OPENED, EventKind.ESCALATED, *ARRIVALS)
"""What puts a request before a person, so that it is told of anew."""


@dataclass(frozen=True)
class Notice:
    """One thing that a person should be told: `kind` is critical, escalated or handed_over; `since` when it began."""

    request: HelpRequest
    kind: str
    since: datetime

    @property
    def key(self) -> str:
        """What tells this notice from all others, so that nobody hears of it twice."""
        return f"{self.request.code}:{self.kind}:{self.since:%Y%m%d%H%M%S}"


def awaiting(person: Volunteer) -> list[Notice]:
    """Return what awaits this person now, newest first; nothing for who is off duty.

    It is read off the rows as they are, not off a stream of messages: what was missed is still there on the next look.
    """
    if not person.is_on_duty or not person.can_work:
        return []
    return sorted([*_suggested(person), *_handed_over(person)], key=lambda notice: notice.since, reverse=True)


def _suggested(person: Volunteer) -> list[Notice]:
    """Critical requests that wait suggested to them, and all that went a step up to them."""
    waits = HelpRequest.objects.visible_to(person).queued().filter(suggested=person)
    urgent = waits.filter(Q(urgency=Urgency.CRITICAL) | ~Q(escalated_to=""))
    came: Any = urgent.annotate(came_at=Max("events__at", filter=Q(events__kind__in=BRINGS)))
    return [
        Notice(
            request, "escalated" if request.escalated_to else "critical", request.came_at or request.opened_at
        )
        for request in came.select_related("district").prefetch_related("needs").ranked()[:MOST]
    ]


def _handed_over(person: Volunteer) -> list[Notice]:
    """Requests that somebody handed to them and that they have not touched since."""
    held = HelpRequest.objects.visible_to(person).filter(holder=person, state__in=HELD)
    given: Any = held.annotate(
        given_at=Max("events__at", filter=Q(events__kind=EventKind.HANDED_OVER, events__data__to=person.pk)),
        touched_at=Max("events__at", filter=Q(events__by=person)),
    ).filter(given_at__isnull=False)
    fresh = given.filter(Q(touched_at=None) | Q(touched_at__lt=F("given_at")))
    return [
        Notice(request, "handed_over", request.given_at)
        for request in fresh.select_related("district").prefetch_related("needs").order_by("-given_at")[:MOST]
    ]
