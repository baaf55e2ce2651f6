"""The page of one request and the acts on it: each act is one press and one move."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from districts.models import Role
from districts.needs import NeedKind
from requests_app import corrections, splitting, status_links, undoing
from requests_app.clock import database_now
from requests_app.forms import (
    CallForm,
    CorrectionForm,
    HandOverForm,
    MergeForm,
    NeedForm,
    NoteForm,
    OptionalNoteForm,
    ResolveForm,
    UrgencyForm,
    WaitForm,
)
from requests_app.models import HelpRequest, Lost, NeedsOpen, NotAllowed
from requests_app.states import HARD, Attention, CallOutcome, Kind, NeedState, Outcome, RequestState, Urgency
from requests_app.views.answering import act, first_error, fresh_answer, say_lost, say_undoable
from requests_app.views.asked import Asked
from requests_app.views.cards import cards
from requests_app.views.choices import place_choices
from requests_app.views.thread import people_for, thread_of


@require_GET
def page(request: Asked, code: str) -> HttpResponse:
    """One request: thread, facts, history, acts."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    now = database_now()
    item.keep_by_reading(request.user, now)
    return render(request, "request.html", thread_of(request.user, item, now))


@act
def claim(request: Asked, item: HelpRequest, now: datetime) -> str:
    if item.state == RequestState.REVIEW:
        item.confirm(request.user, now)
    item.claim(request.user, now)
    return _("%(code)s is yours.") % {"code": item.code}


@act
def release(request: Asked, item: HelpRequest, now: datetime) -> str:
    form = OptionalNoteForm(request.POST)
    item.release(request.user, now, note=form.cleaned_data["note"] if form.is_valid() else "")
    return _("%(code)s is back in the queue.") % {"code": item.code}


@act
def hand_over(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = HandOverForm(request.POST, people=people_for(item, request.user))
    if not form.is_valid():
        messages.error(request, _("Choose who gets it."))
        return None
    item.hand_over(form.cleaned_data["to"], request.user, now, note=form.cleaned_data["note"])
    return _("%(name)s has it now.") % {"name": form.cleaned_data["to"].name}


@act
def call(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = CallForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return None
    item.record_call(
        CallOutcome(form.cleaned_data["outcome"]), request.user, now, note=form.cleaned_data["note"]
    )
    if item.state == RequestState.WAITING:
        return _("Written down. It comes back to you when it is time to try again.")
    return _("Written down.")


@act
def wait(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = WaitForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return None
    item.wait(now + form.length, request.user, now, note=form.cleaned_data["note"])
    return _("It comes back to you at that time.")


@act
def resume(request: Asked, item: HelpRequest, now: datetime) -> None:
    item.resume(request.user, now)


@act
def resolve(request: Asked, item: HelpRequest, now: datetime) -> HttpResponse | str | None:
    form = ResolveForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return None
    wanted = form.cleaned_data
    try:
        item.resolve(Outcome(wanted["outcome"]), request.user, now, note=wanted["note"], met=wanted["met"])
    except NeedsOpen:
        messages.error(request, _("Some needs are still open: tick what was met, or choose “Partly helped”."))
        return None
    if item.is_open:
        return _("%(code)s goes on in the queue with what is still missing.") % {"code": item.code}
    said = _("%(code)s is closed.") % {"code": item.code}
    if item.outcome in HARD:
        messages.success(request, said)
        return HttpResponse(headers={"HX-Redirect": reverse("pause")}) if request.htmx else redirect("pause")
    return said


@act
def escalate(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = OptionalNoteForm(request.POST)
    if not item.is_open:
        raise NotAllowed("it is over")
    if item.escalated_to == Role.STATE_DESK:
        messages.info(request, _("The state desk has %(code)s already.") % {"code": item.code})
        return None
    item.escalate(request.user, now, note=form.cleaned_data["note"] if form.is_valid() else "")
    if item.escalated_to == Role.LEAD:
        return _("%(code)s is before the district lead now.") % {"code": item.code}
    return _("%(code)s is before the state desk now.") % {"code": item.code}


@act
def still_needed(request: Asked, item: HelpRequest, now: datetime) -> str:
    item.still_needed(request.user, now)
    return _("Written down: help is still needed.")


@act
def reopen(request: Asked, item: HelpRequest, now: datetime) -> str:
    form = OptionalNoteForm(request.POST)
    item.reopen(request.user, now, note=form.cleaned_data["note"] if form.is_valid() else "")
    return _("%(code)s is back in the queue.") % {"code": item.code}


@act
def merge(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = MergeForm(request.POST)
    code = form.cleaned_data["into"] if form.is_valid() else ""
    other = HelpRequest.objects.visible_to(request.user).filter(code=code).first()
    if other is None:
        messages.error(request, _("There is no such request among those that you can see."))
        return None
    splitting.merge(item, other, request.user, now)
    return _("Merged into %(code)s.") % {"code": other.code}


@act
def note(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The note is empty or too long."))
        return None
    item.note(form.cleaned_data["note"], request.user, now)
    return _("Note kept.")


@act
def need(request: Asked, item: HelpRequest, now: datetime) -> None:
    form = NeedForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return
    item.set_need(
        NeedKind(form.cleaned_data["kind"]), NeedState(form.cleaned_data["state"]), request.user, now
    )


@act
def urgency(request: Asked, item: HelpRequest, now: datetime) -> None:
    form = UrgencyForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return
    if Urgency(form.cleaned_data["urgency"]) != item.urgency:
        corrections.correct(item, "urgency", form.cleaned_data["urgency"], request.user, now)
        say_undoable(request, item, _("%(code)s: kept.") % {"code": item.code})


@act
def looked(request: Asked, item: HelpRequest, now: datetime) -> None:
    """A person looked at what asked for attention, and it is not so."""
    item.set_attention(Attention.NONE, request.user, now)


@act
def not_a_plea(request: Asked, item: HelpRequest, now: datetime) -> None:
    corrections.correct(item, "kind", Kind.OTHER, request.user, now)
    say_undoable(request, item, _("%(code)s is closed as not a plea.") % {"code": item.code})


@require_POST
def undo(request: Asked, code: str) -> HttpResponse:
    """Take back one's own last correction, also of a request that it put out of one's sight."""
    now = database_now()
    item = HelpRequest.objects.visible_to(request.user).filter(code=code).first()
    if item is None:
        item = HelpRequest.objects.filter(code=code).first()
        if item is None or not undoing.last_of(item, request.user, now):
            raise Http404
    try:
        if not request.user.can_work:
            raise NotAllowed("this role watches")
        undoing.undo(item, request.user, now)
        messages.success(request, _("Taken back."))
    except Lost as lost:
        say_lost(request, lost)
    except NotAllowed:
        messages.error(
            request, _("It is too late to take that back, or somebody went on from it. Correct it instead.")
        )
    return fresh_answer(request, code)


@act
def status_link(request: Asked, item: HelpRequest, now: datetime) -> HttpResponse:
    """Answer with the link itself: only its hash is kept, so there is no redirect."""
    link = request.build_absolute_uri(status_links.hand_out(item, request.user, now))
    context = thread_of(request.user, item, now) | {"status_link": link}
    return render(request, "_request.html" if request.htmx else "request.html", context)


@require_http_methods(["GET", "POST"])
def correct(request: Asked, code: str) -> HttpResponse:
    """Say what a plea really means: needs, urgency and place in one small form."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    if request.method == "POST" and request.user.can_work:
        form = CorrectionForm(request.POST)
        if form.is_valid():
            try:
                if _make_corrections(request, item, form, database_now()):
                    say_undoable(request, item, _("%(code)s: kept.") % {"code": item.code})
            except Lost as lost:
                say_lost(request, lost)
            except NotAllowed:
                messages.error(request, _("That cannot be done with this request now."))
            if form.cleaned_data["place"] is None:
                return redirect(request.get_full_path())
            return fresh_answer(request, code)
        messages.error(request, first_error(form))
    context = {
        "item": item,
        "needs": NeedKind.choices,
        "has": [line.kind for line in item.needs.all() if line.state != NeedState.VOID],
        "urgencies": Urgency.choices,
        "candidates": cards([item])[0].candidates,
        "places": place_choices(),
        "chosen": f"{item.district_id}-{item.block_id}" if item.block_id else str(item.district_id or ""),
        "next": request.GET.get("next", ""),
    }
    return render(request, "correct.html", context)


def _make_corrections(request: Asked, item: HelpRequest, form: CorrectionForm, now: datetime) -> bool:
    """Make the corrections that change something; the place last, as it may take it out of sight.

    Returns whether there were any.
    """
    wanted, changes = form.cleaned_data, dict[str, Any]()
    has = {line.kind for line in item.needs.all() if line.state != NeedState.VOID}
    needs = has ^ set(filter(None, [wanted["toggle"]])) if wanted["toggle"] else set(wanted["needs"])
    if wanted["toggle"] and not needs:
        messages.error(request, _("A plea has one need at least: press the right one first."))
    elif needs and needs != has:
        changes["needs"] = sorted(needs)
    if wanted["urgency"] and wanted["urgency"] != item.urgency:
        changes["urgency"] = wanted["urgency"]
    place = wanted["place"]
    is_same_place = place and place.district and (place.district, place.block) == (item.district, item.block)
    if place and not is_same_place:
        changes["place"] = None if place.is_outside else (place.district, place.block)
    for field, value in changes.items():
        corrections.correct(item, field, value, request.user, now)
    return bool(changes)
