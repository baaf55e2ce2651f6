"""A week of shifts: my own, and those of the people whom I look after."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from districts.models import Shift, Volunteer
from districts.roster import Span
from requests_app import staffing
from requests_app.clock import database_now
from requests_app.duty_forms import AHEAD, ShiftForm
from requests_app.views.answering import back_to, first_error
from requests_app.views.asked import Asked

DAYS = 7
LISTED = 400
"""So many shifts of a week are shown; a lead has some dozens."""


@dataclass
class Day:
    """One day of the week by the clocks of the place; a shift over midnight stands on the day when it begins."""

    day: date
    is_today: bool
    shifts: list[Shift] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
def shifts(request: Asked) -> HttpResponse:
    """My week, or with ?of=people the week of those whom I look after; POST enters a shift of mine."""
    now = database_now()
    form = None
    if request.method == "POST":
        form = ShiftForm(request.POST, now=now)
        if plan(request, form, request.user):
            return redirect("shifts")
    looks_after = request.user.looks_after_people
    of_people = looks_after and request.GET.get("of") == "people"
    first = _first_day(request.GET.get("from", ""), now)
    found = Shift.objects.visible_to(request.user)
    found = found.exclude(volunteer=request.user) if of_people else found.filter(volunteer=request.user)
    context: dict[str, Any] = {
        "now": now,
        "week": week(found.select_related("volunteer"), first, now),
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "is_this_week": first == timezone.localdate(now),
        "of_people": of_people,
        "looks_after": looks_after,
        "form": form,
        "every": ShiftForm.EVERY,
        "most_days": AHEAD,
        "today": timezone.localdate(now),
    }
    return render(request, "shifts.html", context)


@require_POST
def cancel(request: Asked, key: int) -> HttpResponse:
    """Take a coming shift off the plan, or end one that runs."""
    shift = get_object_or_404(Shift.objects.visible_to(request.user), pk=key)
    if shift.cancel(database_now()):
        messages.success(request, _("The shift is off the plan."))
    else:
        messages.info(request, _("That shift is over already."))
    return redirect(back_to(request, "shifts"))


@require_GET
def roster(request: Asked) -> HttpResponse:
    """The next hours of every desk and district that I watch: who is planned, and what nobody covers."""
    now = database_now()
    found = staffing.lines_for(request.user, now)
    soon = Span(now, now + staffing.ALARM)
    context = {
        "now": now,
        "days": _window_days(now),
        "lines": [
            _drawn(line, now, soon) for line in sorted(found, key=lambda line: line.district is not None)
        ],
        "alarm_hours": staffing.ALARM // timedelta(hours=1),
        "holes": sum(bool(line.gaps_within(soon)) for line in found),
        "deserted": [line for line in found if line.is_deserted],
    }
    return render(request, "roster.html", context)


def plan(request: Asked, form: ShiftForm, person: Volunteer) -> bool:
    """Enter what the form says and tell what came of it; False when the form is not right."""
    if not form.is_valid():
        messages.error(request, first_error(form))
        return False
    made, taken = Shift.plan(person, form.spans)
    if made:
        messages.success(
            request,
            ngettext("%(count)s shift is on the plan.", "%(count)s shifts are on the plan.", len(made))
            % {"count": len(made)},
        )
    if taken:
        messages.warning(
            request,
            ngettext(
                "%(count)s was left out: there is a shift at that time already.",
                "%(count)s were left out: there are shifts at those times already.",
                len(taken),
            )
            % {"count": len(taken)},
        )
    return True


def week(found: Any, first: date, now: datetime) -> list[Day]:
    """Return seven days with the shifts that begin on each, and on the first those that began before and still run."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(first, time(), zone)
    window = Span(start, datetime.combine(first + timedelta(days=DAYS), time(), zone))
    days = [Day(first + timedelta(days=step), False) for step in range(DAYS)]
    for day in days:
        day.is_today = day.day == timezone.localdate(now)
    for shift in found.within(window).order_by("starts_at", "pk")[:LISTED]:
        at = max(timezone.localdate(shift.starts_at), first)
        days[(at - first).days].shifts.append(shift)
    return days


def _first_day(text: str, now: datetime) -> date:
    today = timezone.localdate(now)
    try:
        wanted = parse_date(text)
    except ValueError:
        wanted = None
    return wanted if wanted and abs(wanted - today) <= timedelta(days=366) else today


# --- Drawing the roster: minutes from now are pixels of a picture ------------------------------------------------


def _minutes(moment: datetime, now: datetime) -> int:
    return int((moment - now).total_seconds() // 60)


def _window_days(now: datetime) -> dict[str, Any]:
    """Where the days and each sixth hour stand on the strip, in minutes from now."""
    local = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    end = now + staffing.SHOWN
    marks = []
    for step in range(1, int(staffing.SHOWN / timedelta(hours=1)) + 1):
        at = local + timedelta(hours=step)
        if at < end and at.hour % 6 == 0:
            marks.append({"x": _minutes(at, now), "is_midnight": at.hour == 0, "at": at})
    return {"width": _minutes(end, now), "marks": marks, "end": end}


def _drawn(line: Any, now: datetime, soon: Span) -> dict[str, Any]:
    bars = [
        {"x": _minutes(gap.start, now), "width": max(1, _minutes(gap.end, now) - _minutes(gap.start, now))}
        for gap in line.gaps
    ]
    return {"line": line, "bars": bars, "soon": line.gaps_within(soon)}
