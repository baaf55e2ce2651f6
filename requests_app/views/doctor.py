"""The doctor desk: call-backs by red flags and then by waiting time, and the way from advice to a bed."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from districts.needs import NeedKind
from requests_app.clock import database_now
from requests_app.models import HelpRequest
from requests_app.states import HELD, NeedState, RequestState
from requests_app.views.answering import act
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.lists import PAGE


@require_GET
def doctor(request: Asked) -> HttpResponse:
    """Consultations: what I hold, then what waits, most urgent first."""
    asked = HelpRequest.objects.visible_to(request.user).filter(is_consultation=True)
    waiting = asked.queued()
    context = {
        "now": database_now(),
        "count": waiting.count(),
        "mine": cards(asked.held_by(request.user).for_cards().ranked()[:PAGE]),
        "waiting": cards(waiting.for_cards().ranked()[:PAGE]),
        "others": cards(
            asked.filter(state__in=HELD).exclude(holder=request.user).for_cards().ranked()[:PAGE]
        ),
    }
    return render(request, "doctor.html", context)


@act
def to_beds(request: Asked, item: HelpRequest, now: datetime) -> str:
    """The doctor says that a bed is needed: on the plea's own request where it has one, else on this one."""
    target = item.parent if item.parent is not None and item.parent.is_open else item
    target.set_need(NeedKind.BEDS, NeedState.OPEN, request.user, now)
    if target.pk == item.pk and item.state == RequestState.CLAIMED and item.holder_id == request.user.pk:
        item.release(request.user, now)
    return _("A bed is asked for now on %(code)s.") % {"code": target.code}
