"""Leads: what people offer, who checked it when, and the press "checked just now"."""

from datetime import timedelta

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
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
    context = {
        "now": now,
        "stale_before": now - STALE_AFTER,
        "leads": listed.newest().prefetch_related("contacts")[:SHOWN],
        "filters": filters,
        "query": request.GET.copy(),
        "needs": NeedKind.choices,
        "districts": District.objects.all(),
    }
    return render(request, "leads.html", context)


@require_POST
def check_lead(request: Asked, key: int) -> HttpResponse:
    """Say that I checked it just now, or that it is no longer offered."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=key)
    now = database_now()
    if not request.user.can_work:
        messages.error(request, _("Your role watches and does not judge."))
    elif request.POST.get("is") == "gone":
        Lead.objects.filter(pk=lead.pk).update(is_withdrawn=True, checked_at=now, checked_by=request.user)
        messages.success(request, _("Taken off the list."))
    else:
        Lead.objects.filter(pk=lead.pk).update(checked_at=now, checked_by=request.user)
    if request.htmx:
        fresh = Lead.objects.newest().prefetch_related("contacts").get(pk=lead.pk)
        return render(
            request, "_lead_answer.html", {"lead": fresh, "now": now, "stale_before": now - STALE_AFTER}
        )
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return redirect(wanted)
    return redirect(reverse("leads"))
