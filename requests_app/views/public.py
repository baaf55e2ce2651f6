"""The pages for everybody: how to ask for help, and how a request stands, by its secret link only."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from requests_app import status_links
from requests_app.caller import caller_address
from requests_app.clock import database_now
from requests_app.code_phrase import code_phrase
from requests_app.models import Tally
from requests_app.sealing import keyed_hash
from requests_app.states import HELD, Outcome, RequestState

GUESSES_PER_MINUTE = 20
_MINUTE = timedelta(minutes=1)
_PREFIX = "status:"


@login_not_required
@require_safe
@cache_control(private=True, max_age=300)
def ask(request: HttpRequest) -> HttpResponse:
    """How to ask: what to write so that help finds the way."""
    response = render(request, "ask.html")
    response.headers["X-Robots-Tag"] = "all"
    return response


@login_not_required
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """How the request stands, in plain words. Wrong, replaced and old links all look the same."""
    now = database_now()
    found = status_links.find(token, now)
    if found is None:
        address = keyed_hash(caller_address(request))[:32]
        count, seconds = Tally.add(f"{_PREFIX}{address}", now, _MINUTE)
        if count == 1:
            Tally.forget(_PREFIX, now - timedelta(hours=1))
        if count > GUESSES_PER_MINUTE:
            response = render(request, "status_missing.html", status=429)
            response.headers["Retry-After"] = str(seconds)
            return response
        return render(request, "status_missing.html", status=404)
    if found.state in HELD:
        words = "held"
    elif found.state == RequestState.CLOSED:
        words = "helped" if found.outcome in {Outcome.HELPED, Outcome.HELPED_BY_OTHERS} else "closed"
    else:
        words = "waits"
    called = found.first_contact_at is not None
    return render(
        request,
        "status.html",
        {
            "item": found,
            "words": words,
            "called": called,
            "now": now,
            "phrase": code_phrase(found.code) if found.is_open else "",
        },
    )
