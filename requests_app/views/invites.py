"""Invites: who may come in by a one-time link, and the link itself, told once."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from districts.models import Invite, Role
from districts.models.invites import WITHOUT_DISTRICT
from requests_app.clock import database_now
from requests_app.duty_forms import InviteForm
from requests_app.policy import POLICY
from requests_app.views.asked import Asked

VALID = timedelta(days=POLICY["invites"]["valid"])
SHOWN = 100
MOST_OPEN = 100
"""So many open invites one person may have at once; each is a key to the pleas of its districts."""


@require_http_methods(["GET", "HEAD", "POST"])
def invites(request: Asked) -> HttpResponse:
    """The open invites and the form for a new one. POST answers with the link: only its hash is kept."""
    if not request.user.looks_after_people:
        raise PermissionDenied
    now = database_now()
    seen = Invite.objects.visible_to(request.user)
    link = ""
    form = InviteForm(by=request.user)
    if request.method == "POST":
        form = InviteForm(request.POST, by=request.user)
        if seen.filter(made_by=request.user).open(now).count() >= MOST_OPEN:
            messages.error(request, _("Too many invites are open. Take some back first."))
        elif form.is_valid():
            said = form.cleaned_data
            token = Invite.make(
                Role(said["role"]), said["districts"], request.user, now, now + VALID, said["meant_for"]
            )
            link = request.build_absolute_uri(reverse("join", args=[token]))
            form = InviteForm(by=request.user)
    context = {
        "now": now,
        "form": form,
        "roles": form.fields["role"].choices,  # type: ignore[attr-defined]
        "districts": form.fields["districts"].queryset,  # type: ignore[attr-defined]
        "chosen": [str(key) for key in form["districts"].value() or []],
        "without_district": WITHOUT_DISTRICT,
        "link": link,
        "days": VALID.days,
        "open": seen.open(now).select_related("made_by").prefetch_related("districts")[:SHOWN],
        "used": seen.filter(used_at__isnull=False)
        .select_related("made_by", "used_by")
        .order_by("-used_at")[:10],
    }
    return render(request, "invites.html", context)


@require_POST
def revoke(request: Asked, key: int) -> HttpResponse:
    """Take an invite back: its link opens nothing from now on."""
    if not request.user.looks_after_people:
        raise PermissionDenied
    invite = get_object_or_404(Invite.objects.visible_to(request.user), pk=key)
    if invite.revoke(database_now()):
        messages.success(request, _("The invite is taken back. Its link opens nothing any more."))
    else:
        messages.info(request, _("That invite was used or taken back already."))
    return redirect("invites")
