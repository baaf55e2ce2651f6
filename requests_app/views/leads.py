"""Leads: what people offer, who checked it when, and the press "checked just now"."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from districts.models import District
from districts.needs import NeedKind
from requests_app.clock import database_now
from requests_app.forms import ListFilters
from requests_app.models import Lead
from requests_app.views.asked import Asked

SHOWN = 40
STALE_AFTER = timedelta(hours=12)


@require_GET
def leads(request: Asked) -> HttpResponse:
    """Newest offers first, by need and district; withdrawn ones are left out."""
    now = database_now()
    filters = ListFilters(request.GET).values()
    listed = Lead.objects.visible_to(request.user).filter(is_withdrawn=False)
    if "district" in filters:
        listed = listed.filter(district=filters["district"])
    if "need" in filters:
        if connection.vendor == "postgresql":
            listed = listed.filter(needs__contains=[filters["need"]])
        else:
            listed = listed.filter(needs__icontains=f'"{filters["need"]}"')
    shown = listed.newest().prefetch_related("contacts")[:SHOWN]
    context = {"leads": shown, "filters": filters, "query": request.GET.copy()}
    return render(request, "leads.html", page_of(now) | context)


def page_of(now: datetime) -> dict[str, Any]:
    """What the page shows beside the leads themselves."""
    return {
        "now": now,
        "stale_before": now - STALE_AFTER,
        "filters": {},
        "query": QueryDict(),
        "needs": NeedKind.choices,
        "districts": District.objects.all(),
    }


@require_POST
def check_lead(request: Asked, key: int) -> HttpResponse:
    """Say that I checked it just now, or that it is no longer offered."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=key)
    now = database_now()
    if not request.user.can_work:
        messages.error(request, _("Your role watches and does not judge."))
    elif request.POST.get("is") == "gone":
        lead.withdraw(request.user, now)
        messages.success(request, _("Taken off the list."))
    elif not lead.confirm(request.user, now):
        messages.warning(request, _("Somebody took it off the list a moment ago."))
    if request.htmx:
        fresh = Lead.objects.newest().prefetch_related("contacts").get(pk=lead.pk)
        return render(
            request, "_lead_answer.html", {"lead": fresh, "now": now, "stale_before": now - STALE_AFTER}
        )
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return redirect(wanted)
    return redirect(reverse("leads"))
