"""The phone desk: writes a call down, and shows earlier requests with the number while it is typed."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from districts.needs import NeedKind
from requests_app.clock import database_now
from requests_app.code_phrase import code_phrase
from requests_app.forms import PhoneDeskForm, Place, SearchForm
from requests_app.intake import accept
from requests_app.models import HelpRequest, ScamNumber
from requests_app.sealing import keyed_hash
from requests_app.states import Source, Urgency
from requests_app.storable import storable
from requests_app.tasks import wake_readers
from requests_app.triage import read_now
from requests_app.views.asked import Asked
from requests_app.views.choices import place_choices
from requests_app.views.queue import number_in

SHOWN = 5


@require_http_methods(["GET", "POST"])
def phone(request: Asked) -> HttpResponse:
    """The form of a call; when it is whole the call is read at once and its request opens."""
    if request.method == "GET" or not request.user.can_work:
        return _form(request, PhoneDeskForm(initial={"token": uuid.uuid4(), "urgency": ""}))
    form = PhoneDeskForm(request.POST)
    if not form.is_valid():
        return _form(request, form)
    said = form.cleaned_data
    # A double press is one call; other words or another number on an old form (the browser's way back) are another.
    words = keyed_hash(storable(f"{said['number']} {said['text']}"))[:16]
    post, is_new = accept(
        Source.PHONE,
        f"desk-{request.user.pk}-{said['token']}-{words}",
        said["text"],
        database_now(),
        phones=[said["number"]] if said["number"] else [],
        form=_stated(said) | _wished(form),
        written_by=request.user,
        author_name=said["caller"],
    )
    post = read_now(post)
    if post.request is None:
        wake_readers()
    if (
        post.request is None
        or not HelpRequest.objects.visible_to(request.user).filter(pk=post.request.pk).exists()
    ):
        # Of a request in another district not even the code: that it is there is not this person's to know.
        messages.success(request, _("Written down. It is being read and appears in its district's queue."))
        return redirect("phone")
    if is_new:
        said = {"code": post.request.code, "phrase": code_phrase(post.request.code)}
        messages.success(
            request,
            _("Written down as %(code)s. Tell the caller: who calls back says “%(phrase)s” first.") % said,
        )
    else:
        messages.info(
            request, _("This call is written down already, as %(code)s.") % {"code": post.request.code}
        )
    return redirect("request", code=post.request.code)


def _stated(said: dict[str, Any]) -> dict[str, Any]:
    """What the caller said outright; `is_call` keeps a bare note a plea."""
    stated: dict[str, Any] = {"is_call": True}
    place = said["place"]
    if isinstance(place, Place) and place.district:
        stated["district"] = place.district.pk
        if place.block:
            stated["block"] = place.block.pk
    if said["needs"]:
        stated["needs"] = said["needs"]
    if said["urgency"]:
        stated["urgency"] = said["urgency"]
    return stated


def _wished(form: PhoneDeskForm) -> dict[str, Any]:
    """When and in which language the caller wishes to be called back, as the reader lays it on the request."""
    after = form.moment(database_now())
    wished = {
        "call_after": after.isoformat() if after else "",
        "call_language": form.cleaned_data["call_language"],
    }
    return {name: value for name, value in wished.items() if value}


def _form(request: Asked, form: PhoneDeskForm) -> HttpResponse:
    context = {
        "form": form,
        "token": form["token"].value(),
        "needs": NeedKind.choices,
        "urgencies": Urgency.choices,
        "languages": settings.LANGUAGES,
        "chosen_needs": form["needs"].value() or [],
        "chosen": str(form["place"].value() or ""),
        "places": place_choices(),
    }
    return render(request, "phone.html", context)


@require_POST
def earlier(request: Asked) -> HttpResponse:
    """Earlier requests with the number that is being typed. By POST, so that no address holds a number."""
    form = SearchForm({"q": request.POST.get("number", "")})
    number = number_in(form.cleaned_data["q"]) if form.is_valid() else ""
    found = HelpRequest.objects.none()
    if number:
        found = HelpRequest.objects.visible_to(request.user).with_phone(number)
    listed = (
        found.select_related("district", "block", "holder").prefetch_related("needs").order_by("-opened_at")
    )
    context = {
        "earlier": listed[:SHOWN],
        "is_whole": bool(number),
        "is_scam": bool(number) and bool(ScamNumber.objects.known([keyed_hash(number)])),
        "now": database_now(),
    }
    return render(request, "_earlier.html", context)
