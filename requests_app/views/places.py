"""The "which place?" desk: requests of no known district, one at a time, with the likely places to press."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from requests_app import corrections
from requests_app.clock import database_now
from requests_app.forms import PlaceForm
from requests_app.models import HelpRequest, Lost, NotAllowed
from requests_app.storable import storable
from requests_app.views.answering import first_error, say_lost, say_undoable
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.choices import place_choices


@require_GET
def places(request: Asked) -> HttpResponse:
    """Show the most urgent request without a place, or the one after `after`."""
    is_swap = request.htmx and not request.htmx.history_restore_request
    return render(
        request, "_places.html" if is_swap else "places.html", _next(request, request.GET.get("after", ""))
    )


@require_POST
def set_place(request: Asked, code: str) -> HttpResponse:
    """Say where it is, or that it lies outside Rajasthan; the next one follows at once."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    form = PlaceForm(request.POST)
    if not request.user.can_work:
        messages.error(request, _("Your role watches and does not judge."))
    elif not form.is_valid():
        messages.error(request, first_error(form))
    elif item.district_id is not None:
        messages.warning(request, _("Somebody set the place a moment ago."))
    else:
        place = form.cleaned_data["place"]
        try:
            where = None if place.is_outside else (place.district, place.block)
            corrections.correct(item, "place", where, request.user, database_now())
            name = _("Outside Rajasthan") if place.is_outside else place.district.name
            say_undoable(request, item, _("%(code)s: %(place)s") % {"code": item.code, "place": name})
        except Lost as lost:
            say_lost(request, lost)
        except NotAllowed:
            messages.error(request, _("That cannot be done with this request now."))
    if request.htmx:
        return render(request, "_places.html", _next(request, ""))
    return redirect("places")


def _next(request: Asked, after: str) -> dict[str, Any]:
    without = HelpRequest.objects.visible_to(request.user).without_place()
    count = without.count()
    passed = without.filter(code=storable(after)).first() if after else None
    if passed:
        without = without.filter(Q(rank_at__gt=passed.rank_at) | Q(rank_at=passed.rank_at, pk__gt=passed.pk))
    item = without.for_cards().ranked().first()
    return {
        "now": database_now(),
        "count": count,
        "outside": HelpRequest.objects.visible_to(request.user).outside().count(),
        "is_alone": True,
        "card": cards([item])[0] if item else None,
        "places": place_choices() if item else [],
    }
