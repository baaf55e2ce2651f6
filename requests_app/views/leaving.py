"""The end of a shift, and the pause after a hard outcome: nobody carries on alone, and nothing is left behind."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from districts.models import Role, Volunteer
from requests_app import handing_over
from requests_app.clock import database_now
from requests_app.handing_over import Ended, Wish
from requests_app.intake import keep_numbers
from requests_app.models import HelpRequest
from requests_app.policy import POLICY
from requests_app.reading.masking import mask
from requests_app.storable import storable
from requests_app.views.answering import NOTE
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.thread import people_for

PAUSE = timedelta(minutes=POLICY["duty"]["pause"])
SHOWN = 100
LEADS = 4


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: Asked) -> HttpResponse:
    """All that I hold, with what is next and who could go on with it; one press gives it all away and ends my duty."""
    if not request.user.can_work:
        raise PermissionDenied
    now = database_now()
    if request.method == "POST":
        return _end(request)
    held = HelpRequest.objects.visible_to(request.user).held_by(request.user)
    listed = list(held.for_cards().ranked()[:SHOWN])
    chosen = handing_over.likely(listed, request.user)
    known: dict[tuple[int | None, bool], list[Volunteer]] = {}
    lines: list[dict[str, Any]] = []
    for card in cards(listed):
        where = (card.item.district_id, card.item.is_consultation)
        if where not in known:
            known[where] = [person for person in people_for(card.item, request.user) if person.is_on_duty]
        lines.append({"card": card, "people": known[where], "chosen": chosen.get(card.item.pk)})
    return render(request, "handover.html", {"now": now, "lines": lines})


def _end(request: Asked) -> HttpResponse:
    now = database_now()
    wishes: dict[int, Wish] = {}
    said: dict[int, str] = {}
    held = {item.code: item for item in HelpRequest.objects.held_by(request.user)}
    for code, item in held.items():
        to = request.POST.get(f"to-{code}", "")
        said[item.pk] = storable(request.POST.get(f"note-{code}", "")[:NOTE])
        key = int(to) if to.isdecimal() and len(to) < 18 else None
        wishes[item.pk] = Wish(key, mask(said[item.pk]).strip())
    all_of_them = storable(request.POST.get("note", "")[:NOTE])
    ended = handing_over.end_shift(request.user, wishes, mask(all_of_them).strip(), now)
    moved = {*(code for code, _name in ended.given), *ended.returned, *ended.refused}
    for code in moved & held.keys():
        keep_numbers(held[code], f"{all_of_them}\n{said[held[code].pk]}")
    _tell(request, ended)
    return redirect("home" if not ended.given and not ended.returned else "mine")


def _tell(request: Asked, ended: Ended) -> None:
    words = [_("You are off duty and hold nothing.")]
    by_name: dict[str, list[str]] = {}
    for code, name in ended.given:
        by_name.setdefault(name, []).append(code)
    for name, codes in by_name.items():
        words.append(_("%(name)s has %(codes)s.") % {"name": name, "codes": ", ".join(codes)})
    if ended.returned:
        words.append(
            ngettext(
                "%(count)s is back in the queue.", "%(count)s are back in the queue.", len(ended.returned)
            )
            % {"count": len(ended.returned)}
        )
    messages.success(request, " ".join(words))
    if ended.refused:
        messages.warning(
            request,
            _("Back in the queue, as the person chosen is not there any more: %(codes)s.")
            % {"codes": ", ".join(ended.refused)},
        )
    for code, name in ended.lost:
        who = name or _("Somebody")
        messages.warning(request, _("%(name)s moved %(code)s a moment ago.") % {"name": who, "code": code})


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: Asked) -> HttpResponse:
    """A word after a hard outcome; POST takes the pause, or ends one."""
    if not request.user.can_work:
        raise PermissionDenied
    now = database_now()
    if request.method == "POST":
        if request.POST.get("take") == "1":
            until = now + PAUSE
            request.user.pause(until)
            messages.success(
                request,
                _("Nothing is suggested to you until %(time)s.")
                % {"time": localtime(until).strftime("%H:%M")},
            )
            return redirect("pause")
        request.user.pause(None)
        return redirect("mine")
    leads = Volunteer.objects.on_duty().filter(role=Role.LEAD, districts__in=request.user.district_codes)
    context = {
        "now": now,
        "minutes": POLICY["duty"]["pause"],
        "is_paused": request.user.is_paused(now),
        "leads": leads.exclude(pk=request.user.pk).distinct().order_by("first_name", "pk")[:LEADS],
        "desk": Volunteer.objects.on_duty().filter(role=Role.STATE_DESK).order_by("first_name", "pk")[:2],
    }
    return render(request, "pause.html", context)
