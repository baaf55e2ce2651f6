"""Takes back what somebody corrected a moment ago: one press, by themselves, while nobody has gone on from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from districts.models import Block, District, Volunteer
from districts.needs import NeedKind
from requests_app import offering
from requests_app.models import Correction, Event, HelpRequest, NotAllowed
from requests_app.states import EventKind, Kind, NeedState, RequestState, Urgency

MAY_UNDO = timedelta(seconds=30)
"""The button is shown for 10 seconds; a slow network gets some more."""


def last_of(request: HelpRequest, by: Volunteer, now: datetime) -> Sequence[Correction]:
    """Return the corrections of this person's last press on this request, if it was a moment ago and nobody has
    corrected it since; none otherwise."""
    told = Correction.objects.filter(post__request=request).order_by("-at", "-pk")
    newest = told.first()
    if newest is None or newest.at < now - MAY_UNDO:
        return []
    return list(told.filter(by=by, at=newest.at))


def undo(request: HelpRequest, by: Volunteer, now: datetime) -> None:
    """Take back this person's last press of corrections on this request; the examples of it go as well.

    What is put back goes through the same doors as any move, and stands in the history. A plea that was closed as none
    is back in the queue: it was looked at, and is one. Raises NotAllowed when there is nothing to take back any more,
    Lost when somebody moved it meanwhile.
    """
    with transaction.atomic():
        made = last_of(request, by, now)
        if not made:
            raise NotAllowed("nothing to take back")
        for correction in made:
            _put_back(request, correction, by, now)
            correction.delete()


def _put_back(request: HelpRequest, correction: Correction, by: Volunteer, now: datetime) -> None:
    was: Any = correction.was
    if correction.field == "kind":
        _undo_kind(request, str(correction.now), by, now)
    elif correction.field == "urgency":
        request.set_urgency(Urgency(was), by, now)
    elif correction.field == "needs":
        for kind in set(was) - set(correction.now):  # type: ignore[arg-type]
            request.set_need(NeedKind(kind), NeedState.OPEN, by, now)
        for kind in set(correction.now) - set(was):  # type: ignore[arg-type]
            request.set_need(NeedKind(kind), NeedState.VOID, by, now)
    else:
        district, block = was
        if district is None:
            request.unset_place(_candidates(request), by, now)
        else:
            request.set_place(
                District.objects.get(pk=district),
                Block.objects.filter(pk=block).first() if block else None,
                by,
                now,
            )


def _undo_kind(request: HelpRequest, judged: str, by: Volunteer, now: datetime) -> None:
    if judged == Kind.REQUEST:
        request.doubt(by, now)
        return
    if request.state != RequestState.CLOSED:
        raise NotAllowed("somebody went on from it")
    request.reopen(by, now)
    if judged == Kind.OFFER:
        for post in request.posts.exclude(lead=None).select_related("lead"):
            offering.take_back(post, by, now)


def _candidates(request: HelpRequest) -> list[dict[str, Any]]:
    """The places that were proposed before somebody chose one."""
    chosen = Event.objects.filter(request=request, kind=EventKind.PLACE_SET).order_by("-at", "-pk").first()
    return chosen.data.get("candidates", []) if chosen else []
