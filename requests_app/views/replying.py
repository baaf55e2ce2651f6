"""Replies on X: from a template to a preview of length and cost, to one press into the outbox."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app import reply_limits
from requests_app.clock import database_now
from requests_app.forms import ReplyForm
from requests_app.models import HelpRequest, NotAllowed, Post, StoppedAuthor
from requests_app.public_text import weighted_length
from requests_app.replies import ReplyNotAllowed, queue_reply, refusal
from requests_app.reply_texts import WORDINGS, chosen
from requests_app.states import ReplyTrouble
from requests_app.tasks import wake_replies
from requests_app.views.answering import act, fresh_answer
from requests_app.views.asked import Asked
from requests_app.views.thread import thread_of


def why_not(reason: str, until: datetime | None = None) -> str:
    """Say in words why a reply may not go out, and when it may."""
    known = ReplyTrouble(reason).label if reason in ReplyTrouble.values else _("This reply cannot be sent.")
    if until is None:
        return str(known)
    when = date_format(localtime(until), "SHORT_DATETIME_FORMAT")
    return _("%(why)s It is possible again at %(when)s; until then call.") % {"why": known, "when": when}


def _previewed(
    item: HelpRequest, posts: list[Post], text: str, chosen_post: int | None, now: datetime
) -> dict[str, Any]:
    """Return the template values of a reply in the making."""
    target = next((post for post in posts if post.pk == chosen_post), posts[-1] if posts else None)
    trouble = ""
    if target and text and (reason := refusal(target, item, text, now)):
        trouble = why_not(reason)
    elif target and (limit := reply_limits.reached(target.author_id, now)):
        trouble = why_not(limit.reason, limit.until)
    return {
        "reply_text": text,
        "reply_to": target,
        "reply_length": weighted_length(text),
        "reply_trouble": trouble,
    }


@require_POST
def preview(request: Asked, code: str) -> HttpResponse:
    """Fill in a template that was pressed, or count what was typed; nothing is kept."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    now = database_now()
    context = thread_of(request.user, item, now)
    pressed = request.POST.get("template", "")
    wording = chosen(pressed, item.code, reply_limits.used_lately(now)) if pressed else None
    text = wording.filled(item.code) if wording else request.POST.get("text", "")[:600]
    kept = wording or WORDINGS.get(request.POST.get("wording", ""))
    key = request.POST.get("post", "")
    post = int(key) if key.isdecimal() and len(key) < 18 else None
    context |= _previewed(item, context["can_reply"], text, post, now)
    context |= {"is_replying": True, "reply_wording": kept}
    if request.htmx:
        part = "_reply_preview.html" if request.htmx.target == "reply-preview" else "_reply.html"
        return render(request, part, context)
    return render(request, "request.html", context)


@act
def reply(request: Asked, item: HelpRequest, now: datetime) -> HttpResponse | str:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reply is empty or too long."))
        return fresh_answer(request, item.code)
    post = get_object_or_404(item.posts, pk=form.cleaned_data["post"])
    try:
        wording = WORDINGS.get(form.cleaned_data["wording"])
        key = wording.key if wording else ""
        queue_reply(post, item, form.cleaned_data["text"], request.user, now, wording=key)
    except ReplyNotAllowed as refused:
        messages.error(request, why_not(refused.reason, refused.until))
        return preview(request, item.code)
    wake_replies()
    return _("The reply is on its way.")


@act
def write_again(request: Asked, item: HelpRequest, now: datetime) -> str:
    """They told the state desk that we may write to them again."""
    if not request.user.is_state_wide:
        raise NotAllowed("the state desk alone lifts a stop")
    key = request.POST.get("post", "")
    post = get_object_or_404(item.posts, pk=int(key) if key.isdecimal() and len(key) < 18 else 0)
    StoppedAuthor.start(post.author_id, now, by=request.user)
    return _("We may write to them again.")
