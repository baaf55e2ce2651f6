"""Keeps an open page true: what changed in the cards that it shows, how many came in, what the person must hear of."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required, login_required
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from districts.models import Volunteer
from requests_app import lately, notices
from requests_app.clock import database_now
from requests_app.models import Event, HelpRequest
from requests_app.models.request_rows import version_of
from requests_app.states import ARRIVALS
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.lists import moment_in, narrowed
from requests_app.views.queue import filters_of, waiting_for

SHOWN = re.compile(r"(RJ-[0-9A-HJKMNP-TV-Z]{6})@([0-9]+\.[0-9]{6})")
CODE = re.compile(r"RJ-[0-9A-HJKMNP-TV-Z]{6}")
MOST_SHOWN = 100
PASS_SALT, PASS_SECONDS = "requests_app.live", 90


@dataclass(frozen=True, slots=True)
class Pass:
    """Whose page it is and of which districts they see requests (None: of all), as signed a minute ago.

    With it a look that finds nothing needs neither session nor database: all that can be learnt with a stolen one, for a
    minute and a half, is whether something happened there.
    """

    person: int
    districts: Collection[int] | None

    def signed(self) -> str:
        return signing.dumps([self.person, self.districts], salt=PASS_SALT)


def pass_of(person: Volunteer) -> Pass:
    return Pass(person.pk, None if person.is_state_wide else person.district_codes)


def _pass_from(text: str) -> Pass | None:
    try:
        return Pass(*signing.loads(text[:4000], salt=PASS_SALT, max_age=PASS_SECONDS))
    except signing.BadSignature:
        return None


def minute_of(person: int, now: datetime) -> str:
    """What the clocks on this person's pages are told by. Not all screens begin a minute at once: they share a server."""
    return str(int(now.timestamp() + person * 7 % 60) // 60)


@login_not_required
@require_GET
def live(request: Asked) -> HttpResponse:
    """Answer a page that looks every few seconds, saying what it shows (`shown`: CODE@VERSION, with commas).

    204 when nothing happened that concerns it since the mark that it keeps (`seen`) and the minute is the same, by its
    `pass` and by the history that this process remembers. Otherwise its person must be logged in and gets the cards that
    changed, the clocks when a minute has passed, the pill of new requests and the notices.
    The request whose own page is open (`case`) is only said to have changed: somebody may be writing there.
    """
    held, mark = _pass_from(request.GET.get("pass", "")), lately.mark_from(request.GET.get("seen", ""))
    if held is not None and mark is not None:
        is_same_minute = request.GET.get("minute") == minute_of(held.person, timezone.now())
        if is_same_minute and not lately.history().is_news(mark, held.districts, _codes(request)):
            return HttpResponse(status=204)
    return _looked_through(request)


def _codes(request: HttpRequest) -> set[str]:
    """The requests that a page shows or has told of."""
    return {*CODE.findall(_shown(request)), *CODE.findall(request.GET.get("told", "")[: 10 * MOST_SHOWN])}


def _shown(request: HttpRequest) -> str:
    return request.GET.get("shown", "")[: 30 * MOST_SHOWN]


@login_required
def _looked_through(request: Asked) -> HttpResponse:
    """The answer from the rows themselves; the history is remembered first, so that what comes meanwhile is news later."""
    holds = pass_of(request.user)
    mark = lately.history().mark(holds.districts)
    now = database_now()
    minute = minute_of(request.user.pk, timezone.now())
    is_same_minute = request.GET.get("minute") == minute
    shown = dict(SHOWN.findall(_shown(request)))
    visible = HelpRequest.objects.visible_to(request.user).filter(code__in=shown)
    seen = {code: version_of(at) for code, at in visible.values_list("code", "changed_at")}
    case = request.GET.get("case", "")
    changed = [code for code, version in seen.items() if version != shown[code] and code != case]
    unchanged = [code for code, version in seen.items() if version == shown[code]]
    context = {
        "now": now,
        "mark": mark,
        "pass": holds.signed(),
        "minute": minute,
        "changed": cards(visible.filter(code__in=changed).for_cards()) if changed else [],
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
