"""The doctor desk: call-backs by red flags, then by waiting time; wishes for the call, advice, and the way to a bed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from districts.needs import NeedKind
from requests_app.clock import database_now
from requests_app.forms import CallWishForm, NoteForm
from requests_app.models import HelpRequest
from requests_app.red_flags import RedFlag, flags, weight
from requests_app.states import HELD, NeedState, RequestState
from requests_app.views.answering import act, first_error
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.lists import PAGE

LOOKED_AT = 400
"""So many of those that wait, by urgency and age, are ordered by their red flags; a page shows the first of them."""


@require_GET
def doctor(request: Asked) -> HttpResponse:
    """Consultations: what I hold, then what waits by red flags and age, then who wished to be called later."""
    now = database_now()
    asked = HelpRequest.objects.visible_to(request.user).filter(is_consultation=True)
    waiting = asked.queued()
    later = waiting.filter(call_after__gt=now)
    due = waiting.exclude(call_after__gt=now)
    context = {
        "now": now,
        "count": due.count(),
        "mine": _flagged(asked.held_by(request.user).for_cards().ranked()[:PAGE]),
        "waiting": _flagged(_first(due)),
        "later": _flagged(later.for_cards().order_by("call_after", "pk")[:PAGE]),
        "others": _flagged(
            asked.filter(state__in=HELD).exclude(holder=request.user).for_cards().ranked()[:PAGE]
        ),
    }
    return render(request, "doctor.html", context)


def _first(waiting: "QuerySet[HelpRequest]") -> list[HelpRequest]:
    """Return a page of those that wait: most red flags first, then who has waited longest."""
    rows = list(waiting.order_by("rank_at", "pk")[:LOOKED_AT])
    rows.sort(key=lambda row: (-weight(_flags(row)), row.waiting_since, row.pk))
    keys = [row.pk for row in rows[:PAGE]]
    found = {item.pk: item for item in HelpRequest.objects.filter(pk__in=keys).for_cards()}
    return [found[key] for key in keys if key in found]


def _flags(item: HelpRequest) -> list[str]:
    return flags(item.patient, item.urgency, item.summary)


def _flagged(items: Iterable[HelpRequest]) -> list[dict[str, Any]]:
    """Cards with the red flags that the card itself does not show: its urgency it shows."""
    return [
        {"card": card, "flags": [slug for slug in _flags(card.item) if slug != RedFlag.CRITICAL]}
        for card in cards(items)
    ]


@act
def advise(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    """Write down what the volunteer shall tell the family."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The advice is empty or too long."))
        return None
    item.advise(form.cleaned_data["note"], request.user, now)
    return _("The advice stands on the request, for whoever calls the family.")


@act
def call_wish(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    """Write down when and in which language the family wishes to be called."""
    form = CallWishForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return None
    item.set_call_wish(form.moment(now), form.cleaned_data["call_language"], request.user, now)
    return _("The wish for the call is written down.")


@act
def to_beds(request: Asked, item: HelpRequest, now: datetime) -> str:
    """The doctor says that a bed is needed: on the plea's own request where it has one, else on this one."""
    target = item.parent if item.parent is not None and item.parent.is_open else item
    target.set_need(NeedKind.BEDS, NeedState.OPEN, request.user, now)
    if target.pk == item.pk and item.state == RequestState.CLAIMED and item.holder_id == request.user.pk:
        item.release(request.user, now)
    return _("A bed is asked for now on %(code)s.") % {"code": target.code}
