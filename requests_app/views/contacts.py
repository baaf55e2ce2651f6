"""Shows a whole phone number after one press that is logged."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from districts.models import Volunteer
from requests_app import reveal as numbers
from requests_app.clock import database_now
from requests_app.models import Contact, HelpRequest, Lead
from requests_app.sealing import Unreadable
from requests_app.views.asked import Asked
from requests_app.views.leads import page_of
from requests_app.views.thread import thread_of


@require_POST
def reveal(request: Asked, code: str) -> HttpResponse:
    """Answer with the number itself: it is never kept in a session or an address, so there is no redirect."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    contact = get_object_or_404(item.contacts, pk=_asked_for(request))
    now = database_now()
    shown = {"contact": contact, "revealed": _revealed(request, numbers.reveal, contact, now)}
    context = thread_of(request.user, item, now) | shown
    return render(request, "_contact_answer.html" if request.htmx else "request.html", context)


@require_POST
def reveal_of_lead(request: Asked, key: int) -> HttpResponse:
    """The same for a lead; without htmx the page holds this lead alone."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user).for_cards(), pk=key)
    contact = get_object_or_404(lead.contacts.select_related("lead"), pk=_asked_for(request))
    now = database_now()
    context = page_of(now, [lead]) | {
        "lead": lead,
        "contact": contact,
        "revealed": _revealed(request, numbers.reveal_lead, contact, now),
        "dials": not settings.DEMO,
    }
    return render(request, "_contact_answer.html" if request.htmx else "leads.html", context)


def _asked_for(request: Asked) -> int:
    key = request.POST.get("contact", "")
    return int(key) if key.isdecimal() and len(key) < 18 else 0


def _revealed(
    request: Asked, show: Callable[[Contact, Volunteer, datetime], str], contact: Contact, now: datetime
) -> dict[str, Any] | None:
    """Return what the template shows of the number; None, with the reason said, when it may not be seen."""
    if not request.user.can_work:
        messages.error(request, _("Your role watches; it shows no numbers."))
        return None
    try:
        number = show(contact, request.user, now)
    except numbers.TooMany:
        messages.error(request, _("You have looked at very many numbers this hour. Ask your lead."))
    except Unreadable:
        messages.error(
            request, _("This number cannot be opened: its key is missing. Tell the administrator.")
        )
    else:
        return {"contact": contact.pk, "number": number, "meant": request.POST.get("meant", "show")}
    return None
