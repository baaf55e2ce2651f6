"""The queue, what a volunteer holds, and the search: the lists that people work from."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from districts.folding import fold
from districts.models import Block, District, Role, Volunteer
from districts.models.people import STATE_WIDE
from districts.needs import NeedKind
from requests_app import staffing
from requests_app.clock import database_now
from requests_app.forms import ListFilters, SearchForm
from requests_app.models import Appeal, HelpRequest, Need, ScamNumber
from requests_app.reading.contacts import numbers
from requests_app.sealing import keyed_hash
from requests_app.states import AppealAnswer, Attention, NeedState, RequestState, Urgency
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.lists import narrowed, page_of

DESKS = {Role.LEAD: (Role.LEAD,), Role.STATE_DESK: (Role.STATE_DESK,)}
"""Whose escalated requests a role is asked for; those who watch see both desks'."""
ESCALATED_FOR = STATE_WIDE | {Role.LEAD}


def number_in(text: str) -> str:
    """Return the first phone number in a text that somebody typed, E.164, or nothing."""
    found = numbers(fold(text).text)
    return found[0].e164 if found else ""


def filters_of(user: Volunteer, query: QueryDict) -> dict[str, Any]:
    """The filters of a list as its address says them, with the desks whose requests this person is asked for."""
    filters = ListFilters(query).values()
    desks = (filters["desk"],) if "desk" in filters else DESKS.get(Role(user.role))
    return filters | ({"desks": desks} if desks else {})


def _states_for(user: Volunteer) -> list[tuple[str, Any]]:
    """The tabs of the queue that this person has a use for."""
    hidden = set()
    if user.role not in ESCALATED_FOR:
        hidden.add("escalated")
    if not user.is_state_wide:
        hidden.add("outside")
    return [(slug, words) for slug, words in ListFilters.STATES if slug not in hidden]


def waiting_for(user: Volunteer, filters: dict[str, Any]) -> Any:
    """What this person may see, without what waits for a doctor alone unless they ask for that."""
    seen = HelpRequest.objects.visible_to(user)
    if user.role not in {Role.VOLUNTEER, Role.PHONE_DESK} or filters.get("need") == NeedKind.CONSULTATION:
        return seen
    beside = Need.objects.filter(request=OuterRef("pk"), state=NeedState.OPEN).exclude(
        kind=NeedKind.CONSULTATION
    )
    return seen.exclude(Q(is_consultation=True) & ~Exists(beside))


@require_GET
def queue(request: Asked) -> HttpResponse:
    """What waits in my districts, most urgent first. htmx gets the feed, or only the next cards."""
    now = database_now()
    filters = filters_of(request.user, request.GET)
    if number_in(filters.get("q", "")):
        messages.error(
            request, _("A phone number does not belong into an address. Type it into the search box.")
        )
        return redirect("queue")
    found = narrowed(waiting_for(request.user, filters), filters, now)
    listed, after = page_of(found.for_cards(), filters)  # type: ignore[attr-defined]
    context = {
        "now": now,
        "cards": cards(listed, request.user),
        "after": after,
        "filters": filters,
        "query": request.GET.copy(),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "_cards.html" if request.htmx.target == "more" else "_feed.html", context)
    return render(
        request, "queue.html", context | _choices(request.user, filters) | _figures(request.user, now)
    )


def _choices(user: Any, filters: dict[str, Any]) -> dict[str, object]:
    mine = District.objects.all() if user.is_state_wide else District.objects.filter(volunteers=user)
    chosen = filters.get("district")
    blocks = Block.objects.filter(district=chosen) if chosen else Block.objects.none()
    if not chosen and not user.is_state_wide and len(user.district_codes) == 1:
        blocks = Block.objects.filter(district__in=user.district_codes)
    return {
        "needs": NeedKind.choices,
        "urgencies": Urgency.choices,
        "states": _states_for(user),
        "districts": mine,
        "blocks": blocks if chosen is None or user.is_state_wide or chosen in user.district_codes else [],
    }


def _figures(user: Any, now: datetime) -> dict[str, object]:
    seen = waiting_for(user, {})
    alarms = staffing.alarms_for(user, now)
    return {
        "alarms": alarms,
        "more_alarms": len(alarms) - 1,
        "waiting": seen.queued().count(),
        "overdue": seen.overdue(now).count(),
        "escalated": seen.escalated_to(*DESKS.get(Role(user.role), (Role.LEAD, Role.STATE_DESK))).count()
        if user.role in ESCALATED_FOR
        else 0,
        "silent": seen.to_ask_again().count(),
        "on_duty": Volunteer.objects.on_duty().filter(districts__in=user.district_codes).distinct()[:8],
    }


@require_GET
def mine(request: Asked) -> HttpResponse:
    """What I hold: due now first, then whom to ask again, what I work on, and what waits for a time that I set."""
    now = database_now()
    held = list(HelpRequest.objects.visible_to(request.user).held_by(request.user).for_cards().ranked()[:100])
    suggested = HelpRequest.objects.visible_to(request.user).queued().filter(suggested=request.user)
    due, silent, working, later = [], [], [], []
    for card in cards(held, request.user):
        until = card.item.wait_until
        if card.item.attention == Attention.STALE:
            silent.append(card)
        elif card.item.state != RequestState.WAITING or until is None:
            working.append(card)
        elif until <= now:
            due.append(card)
        else:
            later.append((until, card))
    context = {
        "now": now,
        "due": due,
        "silent": silent,
        "working": working,
        "later": [card for _until, card in sorted(later, key=lambda pair: pair[0])],
        "follow_ups": Appeal.objects.visible_to(request.user)
        .due(now)
        .filter(request__holder=request.user)
        .order_by("follow_up_at")
        .for_lists()[:20],
        "answers": AppealAnswer.choices,
        "suggested": cards(suggested.for_cards().ranked()[:10], request.user),
    }
    return render(request, "mine.html", context)


@require_http_methods(["GET", "POST"])
def search(request: Asked) -> HttpResponse:
    """Find requests by number or by words. A number comes by POST alone, so that no address holds one."""
    if request.method == "GET":
        return render(request, "search.html", {"form": SearchForm()})
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "search.html", {"form": form})
    words = form.cleaned_data["q"].strip()
    seen = HelpRequest.objects.visible_to(request.user)
    if seen.filter(code=words.upper()).exists():
        return redirect("request", code=words.upper())
    number = number_in(words)
    if not number:
        return redirect(f"{reverse('queue')}?{urlencode({'q': words, 'state': 'open'})}")
    listed = seen.with_phone(number).for_cards().order_by("-opened_at")[:50]
    return render(
        request,
        "search.html",
        {
            "form": SearchForm(),
            "cards": cards(listed, request.user),
            "is_scam": bool(ScamNumber.objects.known([keyed_hash(number)])),
            "now": database_now(),
            "is_done": True,
        },
    )
