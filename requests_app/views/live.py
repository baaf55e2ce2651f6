"""Keeps an open page true: what changed in the cards that it shows, how many came in, what the person must hear of."""

import re
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from districts.models import Volunteer
from requests_app import notices
from requests_app.clock import database_now
from requests_app.models import Event, HelpRequest
from requests_app.models.request_rows import version_of
from requests_app.states import ARRIVALS, EventKind
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.lists import moment_in, narrowed
from requests_app.views.queue import filters_of, waiting_for

SHOWN = re.compile(r"(RJ-[0-9A-HJKMNP-TV-Z]{6})@([0-9]+\.[0-9]{6})")
MOST_SHOWN = 100
SETTLED, LATE = timedelta(seconds=4), 1000
"""A line of history may be committed after a later one: lines so young count as news though the page knows a newer one,
where they are among the last so many before that one. What comes later yet is seen when the minute has passed."""


@require_GET
def live(request: Asked) -> HttpResponse:
    """Answer a page that looks every few seconds, saying what it shows (`shown`: CODE@VERSION, with commas).

    204 when nothing happened in its person's districts since the newest line of history that it knows (`seen`) and the
    minute is the same.
    Otherwise the cards that changed, the clocks when a minute has passed, the pill of new requests and the notices.
    The request whose own page is open (`case`) is only said to have changed: somebody may be writing there.
    """
    now = database_now()
    minute = now.strftime("%H%M")
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    is_same_minute = request.GET.get("minute") == minute
    if is_same_minute and not _has_news(request.user, request.GET.get("seen", ""), now):
        return HttpResponse(status=204)
    shown = dict(SHOWN.findall(request.GET.get("shown", "")[: 30 * MOST_SHOWN]))
    visible = HelpRequest.objects.visible_to(request.user).filter(code__in=shown)
    seen = {code: version_of(at) for code, at in visible.values_list("code", "changed_at")}
    case = request.GET.get("case", "")
    changed = [code for code, version in seen.items() if version != shown[code] and code != case]
    unchanged = [code for code, version in seen.items() if version == shown[code]]
    context = {
        "now": now,
        "newest": newest,
        "minute": minute,
        "changed": cards(visible.filter(code__in=changed).for_cards()),
        "gone": [code for code in shown if code not in seen and code != case],
        "is_case_changed": case in shown and seen.get(case) != shown[case],
        "clocks": []
        if is_same_minute
        else visible.filter(code__in=unchanged).select_related("holder", "suggested"),
        "notices": notices.awaiting(request.user),
        "is_live": True,
    }
    wanted = QueryDict(request.GET.get("list", "")[:2000])
    if "since" in wanted:
        context |= {"count": _came(request.user, wanted, now), "query": _without_marks(wanted)}
    return render(request, "_live.html", context)


def _has_news(user: Volunteer, seen: str, now: datetime) -> bool:
    """Whether history was written where this person may see it, since the line `seen` or so shortly before now.

    A request that was put into another place may have left their districts: that counts for everybody.
    """
    if not seen.isdecimal() or len(seen) > 18:
        return True
    news = Event.objects.filter(pk__gt=int(seen) - LATE).filter(Q(pk__gt=int(seen)) | Q(at__gt=now - SETTLED))
    if not user.is_state_wide:
        news = news.filter(Q(request__district__in=user.district_codes) | Q(kind=EventKind.PLACE_SET))
    return news.exists()


def _came(user: Volunteer, wanted: QueryDict, now: datetime) -> int:
    """How many requests came into this list since the page was made, 100 at most."""
    since = moment_in(wanted.get("since") or "") or now
    back = Event.objects.filter(kind__in=ARRIVALS, at__gt=since).exclude(by=user.pk).values("request")
    filters = filters_of(user, wanted)
    found = narrowed(waiting_for(user, filters), filters, now)
    return found.filter(Q(opened_at__gt=since) | Q(pk__in=back))[:100].count()


def _without_marks(wanted: QueryDict) -> QueryDict:
    query = wanted.copy()
    for name in ("since", "after"):
        query.pop(name, None)
    return query
