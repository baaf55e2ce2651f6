"""Taking a request to an official: the ready text, the press that says that a person did it, and what was answered."""

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from districts.models import Official
from requests_app.clock import database_now
from requests_app.forms import OfficialSaidForm, TakeToForm
from requests_app.models import Appeal, HelpRequest
from requests_app.official_texts import LANGUAGES, Case, ready
from requests_app.states import AppealAnswer, AppealWay, NeedState
from requests_app.views.answering import act, fresh_answer
from requests_app.views.asked import Asked
from requests_app.views.thread import officials_for, thread_of

POST_ON_X = "https://x.com/intent/post?text="
"""Opens X with a text written in; whoever is logged in there posts it, or not."""


def ready_text(
    item: HelpRequest, official: Official, language: str, wording: int | None = None
) -> dict[str, Any]:
    """Return the template values of a text for an official; `wording` is a number that was pressed, None for the next."""
    with translation.override(language):
        case = Case(
            code=item.code,
            needs=[need.get_kind_display() for need in item.needs.all() if need.state == NeedState.OPEN],
            district=item.district.name if item.district else "",
            block=item.block.name if item.block else "",
        )
        whom = f"@{official.handle}" if official.handle else official.title
    taken = Appeal.objects.filter(request=item, official=official).count()
    made = ready(case, whom, language, taken=taken, wording=wording)
    return {
        "official": official,
        "text": made.text,
        "other": made.other,
        "wording": wording,
        "language": language,
        "post_at": POST_ON_X + quote(made.text, safe=""),
    }


def in_language(request: Asked) -> str:
    """The language of the text: the one that was pressed, else that of the page."""
    wanted = request.POST.get("language", "")
    return wanted if wanted in LANGUAGES else "hi" if translation.get_language() == "hi" else "en"


@require_POST
def take_to_text(request: Asked, code: str) -> HttpResponse:
    """Show the text for the official that was chosen; nothing is kept and nothing is sent."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    form = TakeToForm(request.POST, officials=officials_for(request.user, item))
    context = thread_of(request.user, item, database_now())
    if form.is_valid():
        number = request.POST.get("wording", "")
        context["taking"] = ready_text(
            item,
            form.cleaned_data["official"],
            in_language(request),
            int(number) if number.isdecimal() and len(number) < 4 else None,
        )
    if request.htmx:
        return render(request, "_take_to.html", context)
    return render(request, "request.html", context)


@act
def take_to(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = TakeToForm(request.POST, officials=officials_for(request.user, item))
    if not form.is_valid() or not form.cleaned_data["way"]:
        messages.error(request, _("Choose an official of the list."))
        return None
    official = form.cleaned_data["official"]
    Appeal.take(item, official, AppealWay(form.cleaned_data["way"]), request.user, now)
    return _("Written down. You will be asked what came of it.")


@partial(act, of_helpers=True)
def official_said(request: Asked, item: HelpRequest, now: datetime) -> HttpResponse | str:
    form = OfficialSaidForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what they answered."))
        return fresh_answer(request, item.code)
    appeal = get_object_or_404(
        Appeal.objects.filter(request=item).for_lists(), pk=form.cleaned_data["appeal"]
    )
    appeal.hear(AppealAnswer(form.cleaned_data["answer"]), request.user, now, note=form.cleaned_data["note"])
    return _("Written down.")
