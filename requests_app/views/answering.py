"""Answers an act on a request: a fresh fragment to htmx, a redirect without it, a lost race in words."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app.clock import database_now
from requests_app.intake import keep_numbers
from requests_app.models import HelpRequest, Lost, NotAllowed
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.thread import thread_of

NOTE = 1000
"""How many signs of a note are looked through for numbers: as many as the forms take."""

Act = Callable[[Asked, HelpRequest, datetime], HttpResponse | str | None]
"""Makes one move and returns what to say of it, or an answer of its own."""


def say_lost(request: Asked, lost: Lost) -> None:
    """Tell that somebody was first."""
    if lost.holder is None:
        messages.warning(request, _("Somebody changed this a moment ago. Look at it as it is now."))
    elif lost.holder.pk == request.user.pk:
        messages.info(request, _("You hold this already."))
    else:
        messages.warning(request, _("%(name)s took this a moment ago.") % {"name": lost.holder.name})


def say_undoable(request: Asked, item: HelpRequest, text: str) -> None:
    """Tell what was corrected, with a button that takes it back."""
    messages.success(request, text, extra_tags=f"undo-{item.code}")


def act(make_move: Act, *, of_helpers: bool = False) -> Callable[..., HttpResponse]:
    """Turn an Act into a view of POST /requests/CODE/.../, for what the person may see.

    `of_helpers`: numbers in its note are of an office or a supplier, not of the family.
    """

    @require_POST
    @wraps(make_move)
    def view(request: Asked, code: str) -> HttpResponse:
        item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
        try:
            if not request.user.can_work:
                raise NotAllowed("this role watches")
            said = make_move(request, item, database_now())
        except Lost as lost:
            say_lost(request, lost)
        except NotAllowed:
            messages.error(request, _("That cannot be done with this request now."))
        else:
            keep_numbers(item, request.POST.get("note", "")[:NOTE], of_helpers=of_helpers)
            if isinstance(said, HttpResponse):
                return said
            if said:
                messages.success(request, said)
        return fresh_answer(request, code)

    return view


def fresh_answer(request: Asked, code: str, **more: Any) -> HttpResponse:
    """Show the request as it is now, in the shape that the page asked for."""
    item = HelpRequest.objects.visible_to(request.user).for_cards().filter(code=code).first()
    if not request.htmx:
        if wanted := page_wanted(request):
            return redirect(wanted)
        return redirect("queue") if item is None else redirect("request", code=code)
    if request.htmx.target == f"card-{code}":
        card = cards([item], request.user)[0] if item else None
        return render(request, "_card_answer.html", {"card": card, "code": code, "now": database_now()})
    if item is None:
        return HttpResponse(headers={"HX-Redirect": reverse("queue")})
    return render(request, "_request.html", thread_of(request.user, item, database_now()) | more)


def back_to(request: Asked, otherwise: str) -> str:
    """Return the address that a form says to go back to, when it is one of ours; else that of the page `otherwise`."""
    return page_wanted(request) or reverse(otherwise)


def page_wanted(request: Asked) -> str:
    """Return the path that a form says to go back to; empty for none, and for what is no path of ours."""
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed and wanted.startswith("/") else ""


def first_error(form: Any) -> str:
    """Return the first thing that is wrong with a form, in words."""
    for errors in form.errors.values():
        return str(errors[0])
    return _("Something is missing.")
