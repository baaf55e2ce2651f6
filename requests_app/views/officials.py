"""The officials: their directory by district, and the requests that were taken to them, those to be asked about first."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from districts.models import District, Official
from districts.needs import NeedKind
from requests_app import figures
from requests_app.clock import database_now
from requests_app.models import Appeal
from requests_app.states import AppealAnswer
from requests_app.views.asked import Asked

SHOWN = 100
MANY_PLACES = 6
"""With more districts than this on a page each is opened by a press."""
LISTS = (
    ("directory", _("Directory")),
    ("due", _("To be asked about")),
    ("taken", pgettext_lazy("requests taken to officials", "Taken")),
    ("answered", _("Answered")),
)


class OfficialsFilters(forms.Form):
    """The filters in the URL; a value that is not known counts as not given."""

    list = forms.ChoiceField(choices=LISTS, required=False)
    q = forms.CharField(max_length=100, required=False)
    district = forms.IntegerField(min_value=1, max_value=10**8, required=False)
    office = forms.ChoiceField(choices=Official.Office.choices, required=False)
    need = forms.ChoiceField(choices=NeedKind.choices, required=False)
    period = forms.ChoiceField(choices=[(name, name) for name in figures.PERIODS], required=False)

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@require_GET
def officials(request: Asked) -> HttpResponse:
    """One of LISTS, by district, office, need and words."""
    now, wanted = database_now(), OfficialsFilters(request.GET).values()
    chosen = wanted.get("list", "directory")
    user = request.user
    context: dict[str, Any] = {
        "now": now,
        "chosen": chosen,
        "lists": LISTS,
        "filters": wanted,
        "query": request.GET.copy(),
        "due_count": Appeal.objects.visible_to(user).due(now).values("request").distinct().count(),
        "offices": Official.Office.choices,
        "districts": District.objects.all()
        if user.is_state_wide
        else District.objects.filter(pk__in=user.district_codes),
        "answers": AppealAnswer.choices,
    }
    if chosen == "directory":
        listed = list(directory_of(Official.objects.visible_to(user).listed(), wanted))
        is_long = len({official.district_id for official in listed}) > MANY_PLACES
        context |= {"officials": listed, "is_long": is_long and not wanted.get("q")}
    else:
        found = appeals_of(Appeal.objects.visible_to(user), chosen, wanted, now)
        context["period_name"] = figures.PERIOD_NAMES[wanted.get("period", figures.PERIOD)]
        context["request_count"] = found.order_by().values("request").distinct().count()
        context["appeals"] = found.for_lists()[:SHOWN]  # type: ignore[attr-defined]
    return render(request, "officials.html", context)


def directory_of(rows: Any, wanted: dict[str, Any]) -> "QuerySet[Official]":
    """The officials that fit, by district; those of the whole state last."""
    if "district" in wanted:
        rows = rows.filter(Q(district=wanted["district"]) | Q(district=None))
    if "office" in wanted:
        rows = rows.filter(office=wanted["office"])
    for word in wanted.get("q", "").lstrip("@").split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(area__icontains=word)
            | Q(handle__icontains=word.lstrip("@"))
            | Q(district__name_en__icontains=word)
            | Q(district__name_hi__icontains=word)
        )
    return rows.near_first()


def appeals_of(rows: Any, chosen: str, wanted: dict[str, Any], now: datetime) -> "QuerySet[Appeal]":
    """What was taken to officials: due to be asked about (longest due first), or newest first in the period."""
    then = now - figures.PERIODS[wanted.get("period", figures.PERIOD)]
    if chosen == "due":
        rows = rows.due(now).order_by("follow_up_at", "pk")
    elif chosen == "answered":
        rows = rows.heard_since(then).order_by("-answered_at", "-pk")
    else:
        rows = rows.taken_since(then).order_by("-at", "-pk")
    for name, column in (("district", "request__district"), ("office", "official__office")):
        if name in wanted:
            rows = rows.filter(**{column: wanted[name]})
    if "need" in wanted:
        # Each request has a kind of need once: no line comes twice.
        rows = rows.filter(request__needs__kind=wanted["need"])
    return rows
