"""Leads: what people offer, who checked it when with what outcome, and what asked for money in advance."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from districts.folding import fold
from districts.models import District
from districts.needs import NeedKind
from requests_app import offering
from requests_app.clock import database_now
from requests_app.forms import Place
from requests_app.intake import keep_numbers_of_lead
from requests_app.lead_forms import CheckForm, LeadFilters, LeadForm, ScamForm
from requests_app.lead_states import CheckOutcome, ScamReason, Supply, Unit
from requests_app.models import Contact, Lead
from requests_app.reading.contacts import numbers
from requests_app.reading.supply import Quantity, need_of, quantities
from requests_app.views.answering import NOTE, back_to, first_error
from requests_app.views.asked import Asked
from requests_app.views.choices import place_choices
from requests_app.views.lists import place_of

SHOWN = 30


@require_GET
def leads(request: Asked) -> HttpResponse:
    """The fresh ones first; what is too old, withdrawn or spoilt only when one asks for all."""
    now = database_now()
    filters = LeadFilters(request.GET).values()
    if numbers(fold(filters.get("q", "")).text):
        messages.error(
            request, _("A phone number does not belong into an address. Type it into the search box.")
        )
        return redirect("leads")
    listed = Lead.objects.visible_to(request.user)
    if filters.get("show") != "all":
        listed = listed.listed(now)
    if "district" in filters:
        listed = listed.filter(district=filters["district"])
    if "need" in filters:
        listed = listed.of_need(filters["need"])
    if "q" in filters:
        listed = listed.matching_text(filters["q"])
    place = place_of(filters.get("after", ""))
    if place:
        when, key = place
        listed = listed.filter(Q(stale_at__lt=when) | Q(stale_at=when, pk__lt=key))
    found = list(listed.freshest().for_cards()[: SHOWN + 1])
    shown, after = found[:SHOWN], ""
    if len(found) > SHOWN:
        after = f"{shown[-1].stale_at.isoformat()}_{shown[-1].pk}"
    context = {"leads": shown, "after": after, "filters": filters, "query": request.GET.copy()}
    return render(request, "leads.html", page_of(now, shown) | context)


def page_of(now: datetime, shown: list[Lead]) -> dict[str, Any]:
    """What the page shows beside the leads themselves; warns of the numbers of those that are shown."""
    Contact.warn_about(contact for lead in shown for contact in lead.contacts.all())
    return {
        "now": now,
        "leads": shown,
        "filters": {},
        "query": QueryDict(),
        "needs": NeedKind.choices,
        "districts": District.objects.all(),
        **acts_on_leads(),
    }


def acts_on_leads() -> dict[str, Any]:
    """The choices that the forms on a lead show."""
    first = {CheckOutcome.WORKS, CheckOutcome.GONE, CheckOutcome.ADVANCE}
    return {
        "check_outcomes": [(slug, words) for slug, words in CheckOutcome.choices if slug not in first],
        "scam_reasons": ScamReason.choices,
    }


@require_POST
def check_lead(request: Asked, key: int) -> HttpResponse:
    """Say what I found: works, partly, out of stock, wrong number, no answer, asked for advance payment, gone."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=key)
    form = CheckForm(request.POST)
    if not request.user.can_work:
        messages.error(request, _("Your role watches and does not judge."))
    elif not form.is_valid():
        messages.error(request, first_error(form))
    else:
        _check(request, lead, form.cleaned_data)
    return _fresh(request, lead)


def _check(request: Asked, lead: Lead, said: dict[str, Any]) -> None:
    outcome = CheckOutcome(said["outcome"])
    try:
        is_kept = offering.check(
            lead,
            outcome,
            request.user,
            database_now(),
            note=said["note"],
            left=said["left"],
            number=said["number"],
        )
    except offering.WhichNumber:
        messages.error(request, _("Choose which of the numbers it was."))
        return
    keep_numbers_of_lead(lead, request.POST.get("note", "")[:NOTE])
    if not is_kept:
        messages.warning(request, _("Somebody took it off the list a moment ago."))
    elif outcome == CheckOutcome.GONE:
        messages.success(request, _("Taken off the list."))
    elif outcome == CheckOutcome.ADVANCE:
        messages.success(request, _("Marked: asked for advance payment. Nobody is sent there any more."))
    else:
        messages.success(request, _("Written down with your name."))


@require_POST
def judge_scam(request: Asked, key: int) -> HttpResponse:
    """Warn everywhere of a number of this lead, or lift the warning: for district leads, the state desk, admins."""
    if not request.user.may_list_scams:
        raise PermissionDenied
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=key)
    form, now = ScamForm(request.POST), database_now()
    if not form.is_valid():
        messages.error(request, first_error(form))
    elif form.cleaned_data["do"] == "lift":
        offering.lift_scam(lead, request.user, now, note=form.cleaned_data["note"])
        messages.success(request, _("The warning is lifted. Who did so is kept."))
    else:
        said = form.cleaned_data
        try:
            listed = offering.call_scam(
                lead,
                ScamReason(said["reason"] or ScamReason.ADVANCE),
                request.user,
                now,
                note=said["note"],
                number=said["number"],
            )
        except offering.WhichNumber:
            messages.error(request, _("Choose which of the numbers it was."))
        else:
            if listed is None:
                messages.warning(request, _("This lead has no number; it is marked all the same."))
            else:
                messages.success(request, _("Everybody who sees this number is warned now."))
    return _fresh(request, lead)


@require_http_methods(["GET", "POST"])
def add_lead(request: Asked) -> HttpResponse:
    """Write an offer down by hand; the same number with the same need joins the lead that is there."""
    if not request.user.can_work:
        raise PermissionDenied
    if request.method == "GET":
        return _add_form(request, LeadForm(initial={"token": uuid.uuid4()}))
    form = LeadForm(request.POST)
    if not form.is_valid():
        return _add_form(request, form)
    said = form.cleaned_data
    place = said["place"] if isinstance(said["place"], Place) else Place()
    in_text = [phone.e164 for phone in numbers(fold(said["text"]).text)]
    offer = offering.Offer(
        summary="",
        needs=tuple(said["needs"]),
        district=place.district.pk if place.district else None,
        block=place.block.pk if place.block else None,
        phones=tuple(dict.fromkeys([said["number"], *in_text])),
        quantities=tuple(asdict(one) for one in _quantities(said)),
        supply=said["supply"],
    )
    lead, is_new = offering.write_down(said["text"], offer, str(said["token"]), request.user, database_now())
    if is_new:
        messages.success(request, _("The lead is on the list."))
    else:
        messages.info(request, _("This lead is there already; it counts as said again just now."))
    return redirect(f"{reverse('leads')}#lead-{lead.pk}")


def _quantities(said: dict[str, Any]) -> list[Quantity]:
    """What was counted outright; what the words count where nothing was."""
    if not said["count"]:
        return quantities(said["text"], said["needs"])
    unit = said["unit"] or Unit.UNIT
    need = need_of(unit) if need_of(unit) in said["needs"] else said["needs"][0]
    return [Quantity(need, said["count"], str(unit))]


def _add_form(request: Asked, form: LeadForm) -> HttpResponse:
    context = {
        "form": form,
        "token": form["token"].value(),
        "needs": NeedKind.choices,
        "chosen_needs": form["needs"].value() or [],
        "chosen": str(form["place"].value() or ""),
        "places": place_choices(),
        "units": Unit.choices,
        "supplies": [(slug, words) for slug, words in Supply.choices if slug],
    }
    return render(request, "lead_new.html", context)


def _fresh(request: Asked, lead: Lead) -> HttpResponse:
    """Show the lead as it is now, in the shape that the page asked for."""
    if request.htmx:
        fresh = Lead.objects.for_cards().get(pk=lead.pk)
        Contact.warn_about(fresh.contacts.all())
        context = {"lead": fresh, "now": database_now(), **acts_on_leads()}
        return render(request, "_lead_answer.html", context)
    return redirect(back_to(request, "leads"))
