"""The monitor: is anybody being left alone? For those who watch the state, and leads for their own districts."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from districts.models import District, Role, Volunteer
from districts.models.people import STATE_WIDE
from districts.needs import NeedKind
from districts.shortening import first_few
from requests_app import figures, official_figures, staffing
from requests_app.clock import database_now
from requests_app.models import HelpRequest, Post
from requests_app.reconciling import reconcile
from requests_app.states import OPEN, AppealAnswer, RequestState
from requests_app.tables import as_csv

TILE, GAP = 74, 6
MENTIONS = (15, 60, 240)
"""How many mentions the feed shows: at first, and after each press on "more"."""
POSTS_IN_FILE = 2000
BAR = 60
WIDE = 7.0
"""So many letters fit one line of a tile well."""
NARROW = frozenset("fijlrt-")
SEAM = re.compile(r"[ -]|(?=garh$|गढ|गंगानगर$)")
"""Where a district's name may go on to a second line."""
CHECKED = timedelta(days=2)

LISTS = {
    "open": "open",
    "overdue": "overdue",
    "uncontacted": "open",
    "helped": "closed",
    "to_contact": "open",
}
"""The queue's filter behind each headline figure."""

FURTHER: dict[str, dict[str, str | int]] = {
    "lead": {"state": "escalated", "desk": "lead"},
    "state_desk": {"state": "escalated", "desk": "state_desk"},
    "silent": {"state": "ask_again"},
}


class MonitorFilters(forms.Form):
    """The filters in the URL; a value that is not known counts as not given."""

    period = forms.ChoiceField(
        choices=list(figures.PERIOD_NAMES.items()),
        required=False,
    )
    need = forms.ChoiceField(choices=NeedKind.choices, required=False)
    mentions = forms.ChoiceField(choices=[(str(count), count) for count in MENTIONS], required=False)

    def values(self) -> tuple[str, str, int]:
        """Return the period, the need ("" for all) and how many mentions the feed shows."""
        self.is_valid()
        known = self.cleaned_data
        return (
            known.get("period") or figures.PERIOD,
            known.get("need") or "",
            int(known.get("mentions") or MENTIONS[0]),
        )


class View:
    """What one person sees of the state now, under the filters of the URL."""

    def __init__(self, request: HttpRequest) -> None:
        user = request.user
        if not isinstance(user, Volunteer) or user.role not in STATE_WIDE | {Role.LEAD}:
            raise PermissionDenied
        self.user, self.now = user, database_now()
        self.period_name, self.need, self.mentions = MonitorFilters(request.GET).values()
        self.period = figures.PERIODS[self.period_name]
        self.rows = HelpRequest.objects.visible_to(user)
        if self.need:
            self.rows = self.rows.filter(
                pk__in=HelpRequest.objects.filter(needs__kind=self.need).values("pk")
            )
        self.districts = list(
            District.objects.all() if user.is_state_wide else District.objects.filter(volunteers=user)
        )

    def districts_table(self) -> list[figures.DistrictLine]:
        return figures.by_district(self.rows, self.districts, self.now)

    def duty_table(self) -> list[figures.DutyLine]:
        return figures.on_duty(None if self.user.is_state_wide else self.districts)

    def queue(self, **filters: str | int) -> str:
        """Return the address of the list behind a figure."""
        asked = {name: value for name, value in {"need": self.need, **filters}.items() if value}
        return f"{reverse('queue')}?{urlencode(asked)}" if asked else reverse("queue")

    def filters(self, **other: str | int) -> str:
        """Return the page's own filters as a query string, some of them changed."""
        own: dict[str, str | int] = {"period": self.period_name, "need": self.need}
        if self.mentions != MENTIONS[0]:
            own["mentions"] = self.mentions
        return urlencode(own | other)

    def feed(self, count: int) -> list[Post]:
        """The newest posts and what became of them."""
        return list(
            Post.objects.visible_to(self.user)
            .select_related("request__district")
            .order_by("-received_at")[:count]
        )


@require_GET
def monitor(request: HttpRequest) -> HttpResponse:
    """The whole page; to htmx, which asks every half minute, its changing part."""
    view = View(request)
    lines = view.districts_table()
    feed = view.feed(view.mentions + 1)
    context = {
        "now": view.now,
        "period": view.period_name,
        "need": view.need,
        "form": MonitorFilters(request.GET),
        "periods": MonitorFilters.base_fields["period"].choices,  # type: ignore[attr-defined]
        "needs": NeedKind.choices,
        "query": view.filters(),
        "headline": [
            {"figure": figure, "url": view.queue(state=LISTS.get(figure.name, "closed"))}
            for figure in figures.headline(view.rows, view.now, view.period)
        ],
        "tiles": _tiles(view, lines),
        "map": _map_size(lines),
        "districts": [
            {"line": line, "url": view.queue(district=line.code, state="open")}
            for line in lines
            if line.open or line.on_duty
        ],
        "need_lines": [
            {"line": line, "url": f"{reverse('queue')}?{urlencode({'need': line.kind, 'state': 'open'})}"}
            for line in figures.by_need(view.rows, view.now, view.period)
        ],
        "states": [RequestState(state).label for state in OPEN],
        "duty": [
            {"line": line, "all": ", ".join(line.districts), "few": first_few(line.districts)}
            for line in view.duty_table()
        ],
        "waiting": figures.longest_waiting(view.rows),
        "taken": official_figures.taken(view.rows, view.now, view.period),
        "taken_urls": {
            name: f"{reverse('officials')}?{view.filters(list=name)}" for name in ("taken", "answered", "due")
        },
        "office_lines": official_figures.by_office(view.rows, view.now, view.period),
        "answers": AppealAnswer.choices,
        "further": [
            {"name": name, "count": count, "url": view.queue(**FURTHER[name])}
            for name, count in figures.further(view.rows)
        ],
        "trend": _bars(figures.trend(view.rows, localtime(view.now))),
        "alarms": (alarms := staffing.alarms_for(view.user, view.now)),
        "more_alarms": len(alarms) - 1,
        "feed": feed[: view.mentions],
        "more": _more(view) if len(feed) > view.mentions else "",
        "health": figures.health(view.now),
        "findings": reconcile(view.now, since=view.now - CHECKED) if view.user.is_state_wide else [],
    }
    return render(request, "_monitor.html" if request.headers.get("HX-Request") else "monitor.html", context)


def _more(view: View) -> str:
    """Return the query string of the page with a longer feed; empty when it is as long as it gets."""
    longer = [count for count in MENTIONS if count > view.mentions]
    return view.filters(mentions=longer[0]) if longer else ""


def _tiles(view: View, lines: Sequence[figures.DistrictLine]) -> list[dict[str, Any]]:
    """Return each district's square: where it stands on the map, and how dark it is by what is overdue or open."""
    most = max([line.open for line in lines] or [0])
    return [
        {
            "line": line,
            "names": name_lines(line.name),
            "x": line.col * (TILE + GAP),
            "y": line.row * (TILE + GAP),
            "shade": _shade(line, most),
            "url": view.queue(district=line.code, state="overdue" if line.overdue else "open"),
        }
        for line in sorted(lines, key=lambda line: (line.row, line.col))
    ]


def name_lines(name: str) -> list[dict[str, Any]]:
    """Return a district's name in the one or two lines that fit its tile, and where each stands.

    "Sawai Madhopur", "Kotputli-Behror" and "Chittorgarh" go on two lines; a line that is still wide is drawn closer.
    """
    parts, seam = [name], SEAM.search(name)
    if seam and _width(name) > WIDE:
        parts = [name[: seam.start()] + seam[0].strip(), name[seam.end() :]]
    return [
        {
            "words": words,
            "y": 27 if len(parts) == 1 else 19 + 16 * row,
            "is_wide": words.isascii() and _width(words) > WIDE,
        }
        for row, words in enumerate(parts)
    ]


def _width(words: str) -> float:
    """How many letters stand side by side; a narrow one is half, a sign above or below its letter none."""
    return sum(0.5 if sign in NARROW else 1.0 for sign in words if unicodedata.category(sign) != "Mn")


def _shade(line: figures.DistrictLine, most: int) -> str:
    if line.overdue:
        return "late"
    if not line.open:
        return "none"
    return "some" if line.open * 2 <= most else "many"


def _map_size(lines: Sequence[figures.DistrictLine]) -> dict[str, int]:
    return {
        "width": (max([line.col for line in lines] or [0]) + 1) * (TILE + GAP),
        "height": (max([line.row for line in lines] or [0]) + 1) * (TILE + GAP),
        "tile": TILE,
    }


def _bars(hours: list[figures.HourLine]) -> dict[str, Any]:
    """Return the trend's bars in the units of its drawing: in above the line, out below it."""
    most = max([max(hour.opened, hour.closed) for hour in hours] or [0]) or 1
    bars = [
        {
            "x": 10 * number,
            "up": round(BAR * hour.opened / most),
            "top": BAR - round(BAR * hour.opened / most),
            "down": round(BAR * hour.closed / most),
        }
        for number, hour in enumerate(hours)
    ]
    return {
        "bars": bars,
        "most": most,
        "opened": sum(hour.opened for hour in hours),
        "closed": sum(hour.closed for hour in hours),
        "width": 10 * len(hours),
        "height": 2 * BAR,
        "middle": BAR,
    }


# --- The tables as CSV ----------------------------------------------------------------------------------------

Table = tuple[Sequence[object], Sequence[Sequence[object]]]


def _districts_csv(view: View) -> Table:
    head = ("lgd_code", "district", "open", "overdue", "not_yet_contacted", "on_duty", "oldest_uncontacted")
    return head, [
        (line.code, line.name_en, line.open, line.overdue, line.uncontacted, line.on_duty, _when(line.oldest))
        for line in view.districts_table()
    ]


def _needs_csv(view: View) -> Table:
    lines = figures.by_need(view.rows, view.now, view.period)
    return ("need", *OPEN, f"closed_in_{view.period_name}"), [
        (line.kind, *line.states, line.closed) for line in lines
    ]


def _officials_csv(view: View) -> Table:
    head = ("office", f"taken_in_{view.period_name}", *AppealAnswer.values, "no_word_yet", "due_now")
    return head, [
        (line.office, line.taken, *line.answers, line.waiting, line.due)
        for line in official_figures.by_office(view.rows, view.now, view.period)
    ]


def _duty_csv(view: View) -> Table:
    head = ("name", "role", "districts", "holds", "capacity", "since")
    return head, [
        (line.name, line.role, ", ".join(line.districts), line.load, line.capacity, _when(line.since))
        for line in view.duty_table()
    ]


def _waiting_csv(view: View) -> Table:
    head = ("code", "urgency", "district", "needs", "opened", "due", "state")
    return head, [
        (
            item.code,
            item.urgency,
            item.district.name_en if item.district else "",
            " ".join(need.kind for need in item.needs.all()),
            _when(item.opened_at),
            _when(item.contact_due_at),
            item.state,
        )
        for item in figures.longest_waiting(view.rows, 1000)
    ]


def _posts_csv(view: View) -> Table:
    head = ("received", "source", "author", "text_masked", "state", "outcome", "request")
    return head, [
        (
            _when(post.received_at),
            post.source,
            post.author_handle,
            post.masked_text,
            post.state,
            post.outcome,
            post.request.code if post.request else "",
        )
        for post in view.feed(POSTS_IN_FILE)
    ]


TABLES: dict[str, Callable[[View], Table]] = {
    "districts": _districts_csv,
    "needs": _needs_csv,
    "officials": _officials_csv,
    "duty": _duty_csv,
    "waiting": _waiting_csv,
    "posts": _posts_csv,
}


@require_GET
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One of the page's tables, under the same filters, as a file."""
    view = View(request)
    if name not in TABLES:
        raise Http404
    head, lines = TABLES[name](view)
    file = f"helpdesk-{name}-{localtime(view.now):%Y%m%d-%H%M}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(as_csv(head, lines), content_type="text/csv; charset=utf-8", headers=disposition)


def _when(moment: datetime | None) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
