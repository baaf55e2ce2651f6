"""The people whom somebody looks after: who is there, with what load, and what may be done about an account."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from districts.models import AccountChange, Block, ChangeKind, District, Role, Shift, Volunteer
from districts.needs import NeedKind
from districts.roster import Span
from requests_app import returning
from requests_app.clock import database_now
from requests_app.duty_forms import AHEAD, MOST, PeopleFilters, PersonWorkForm, ShiftForm
from requests_app.models import Event, HelpRequest
from requests_app.states import HELD
from requests_app.views.answering import first_error
from requests_app.views.asked import Asked
from requests_app.views.shifts import plan

PAGE = 25
TRAIL = 30


def _looked_after(request: Asked) -> "QuerySet[Volunteer]":
    """The people whom this person looks after; everybody else is refused."""
    if not request.user.looks_after_people:
        raise PermissionDenied
    return Volunteer.objects.visible_to(request.user)


@require_GET
def people(request: Asked) -> HttpResponse:
    """Who is there: those on duty first, a page at a time."""
    seen = _looked_after(request)
    now = database_now()
    filters = PeopleFilters(request.GET).values()
    found = _narrowed(seen, filters)
    page = filters.get("page", 1)
    rows = list(_with_figures(found)[(page - 1) * PAGE : page * PAGE + 1])
    today = _today(rows, now)
    mine = (
        District.objects.all()
        if request.user.is_state_wide
        else District.objects.filter(volunteers=request.user)
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "now": now,
        "people": [{"person": one, "shifts": today.get(one.pk, [])} for one in rows[:PAGE]],
        "count": found.count(),
        "on_duty": found.on_duty().count(),  # type: ignore[attr-defined]
        "filters": filters,
        "query": query.urlencode(),
        "next_page": page + 1 if len(rows) > PAGE else 0,
        "last_page": page - 1,
        "districts": mine,
        "roles": Role.choices,
    }
    return render(request, "people.html", context)


def _narrowed(seen: "QuerySet[Volunteer]", filters: dict[str, Any]) -> "QuerySet[Volunteer]":
    if "role" in filters:
        seen = seen.filter(role=filters["role"])
    if "district" in filters:
        there = Volunteer.districts.through.objects.filter(district=filters["district"])
        seen = seen.filter(pk__in=there.values("volunteer"))
    for word in filters.get("q", "").split():
        seen = seen.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word)
        )
    return seen


def _with_figures(found: "QuerySet[Volunteer]") -> "QuerySet[Volunteer]":
    acts = Event.objects.filter(by=OuterRef("pk")).order_by().values("by").annotate(at=Max("at")).values("at")
    held = Count("held", filter=Q(held__state__in=HELD))
    return (
        found.annotate(load=held, acted_at=Subquery(acts))
        .prefetch_related("districts")
        .order_by("-is_active", "-is_on_duty", "first_name", "pk")
    )


def _today(rows: list[Volunteer], now: datetime) -> dict[int, list[Shift]]:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found: dict[int, list[Shift]] = {}
    for shift in Shift.objects.filter(volunteer__in=[person.pk for person in rows]).within(
        Span(midnight, midnight + timedelta(days=1))
    ):
        found.setdefault(shift.volunteer_id, []).append(shift)
    return found


@require_GET
def person(request: Asked, key: int) -> HttpResponse:
    """One person: what they hold, their shifts, and what may be changed."""
    one = get_object_or_404(_with_figures(_looked_after(request)), pk=key)
    now = database_now()
    may_change = Volunteer.objects.changeable_by(request.user).filter(pk=one.pk).exists()
    held = HelpRequest.objects.visible_to(request.user).held_by(one)
    context = {
        "now": now,
        "person": one,
        "may_change": may_change,
        "is_paused": one.is_paused(now),
        "held": held.select_related("district").order_by("rank_at", "pk")[:MOST],
        "coming": Shift.objects.filter(volunteer=one).not_over(now)[:14],
        "needs": NeedKind.choices,
        "most": max(MOST, one.capacity),
        "blocks": Block.objects.filter(district__in=_shared(request.user, one)).select_related("district"),
        "their_blocks": set(one.blocks.values_list("pk", flat=True)),
        "trail": AccountChange.objects.filter(person=one).select_related("by").order_by("-at", "-pk")[:TRAIL],
        "every": ShiftForm.EVERY,
        "most_days": AHEAD,
        "today": timezone.localdate(now),
    }
    return render(request, "person.html", context)


def _shared(user: Volunteer, person: Volunteer) -> list[int]:
    """The districts of a person that somebody may set blocks in: their own, and all for state-wide roles."""
    theirs = person.district_codes
    return theirs if user.is_state_wide else [code for code in theirs if code in user.district_codes]


# --- What may be done about an account; each act is one press -----------------------------------------------------


def _to_change(request: Asked, key: int) -> Volunteer:
    """The person, if their account is this person's to change: foreign, missing and higher ones look the same."""
    _looked_after(request)
    return get_object_or_404(Volunteer.objects.changeable_by(request.user), pk=key)


@require_POST
def set_work(request: Asked, key: int) -> HttpResponse:
    """Change what a person takes: capacity, needs, blocks."""
    one = _to_change(request, key)
    shared = _shared(request.user, one)
    form = PersonWorkForm(request.POST, districts=shared)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("person", key=key)
    said = form.cleaned_data
    was = {"capacity": one.capacity, "needs": one.needs}
    Volunteer.objects.filter(pk=one.pk).update(capacity=said["capacity"], needs=said["needs"])
    # Blocks of districts that the two do not share stay as they are.
    one.blocks.set([*one.blocks.exclude(district__in=shared), *said["blocks"]])
    blocks = [block.pk for block in said["blocks"]]
    now = {"capacity": said["capacity"], "needs": said["needs"], "blocks": blocks}
    AccountChange.note(one, ChangeKind.WORK_SET, request.user, database_now(), was=was, **now)
    messages.success(request, _("Kept. It counts from the next suggestion on."))
    return redirect("person", key=key)


@require_POST
def off_duty(request: Asked, key: int) -> HttpResponse:
    """Take a person off duty; what they hold goes back to the queue."""
    one = _to_change(request, key)
    now = database_now()
    one.go_off_duty(now)
    AccountChange.note(one, ChangeKind.SENT_OFF_DUTY, request.user, now)
    returned = returning.give_back_all(one, now, by=request.user)
    _say_returned(request, _("%(name)s is off duty.") % {"name": one.name}, returned)
    return redirect("person", key=key)


@require_POST
def close(request: Asked, key: int) -> HttpResponse:
    """Disable an account: its sessions end, and what it holds goes back to the queue."""
    one = _to_change(request, key)
    now = database_now()
    if one.close():
        AccountChange.note(one, ChangeKind.DISABLED, request.user, now)
    returned = returning.give_back_all(one, now, why="cannot_work", by=request.user)
    _say_returned(request, _("%(name)s cannot log in any more.") % {"name": one.name}, returned)
    return redirect("person", key=key)


@require_POST
def open_again(request: Asked, key: int) -> HttpResponse:
    """Let a disabled account in again."""
    one = _to_change(request, key)
    if one.open_again():
        AccountChange.note(one, ChangeKind.ENABLED, request.user, database_now())
    messages.success(request, _("%(name)s can log in again.") % {"name": one.name})
    return redirect("person", key=key)


@require_POST
def plan_shift(request: Asked, key: int) -> HttpResponse:
    """Enter shifts for a person whom I look after."""
    one = get_object_or_404(_looked_after(request).filter(is_active=True), pk=key)
    plan(request, ShiftForm(request.POST, now=database_now()), one)
    return redirect("person", key=key)


def _say_returned(request: Asked, words: str, returned: int) -> None:
    if returned:
        words += " " + ngettext(
            "%(count)s request went back to the queue.",
            "%(count)s requests went back to the queue.",
            returned,
        ) % {"count": returned}
    messages.success(request, words)
