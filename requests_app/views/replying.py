"""Replies on X: from a template to a preview of length and cost, to one press into the outbox."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app.clock import database_now
from requests_app.forms import ReplyForm
from requests_app.models import HelpRequest, Post
from requests_app.replies import ReplyNotAllowed, queue_reply, refusal, weighted_length
from requests_app.reply_texts import reply_text
from requests_app.tasks import wake_replies
from requests_app.views.answering import act, fresh_answer
from requests_app.views.asked import Asked
from requests_app.views.thread import thread_of


def why_not(reason: str) -> str:
    """Say in words why a reply may not go out."""
    words = {
        "may_not_reply": _("X lets us answer only posts that mention us."),
        "target_gone": _("That post is gone."),
        "too_old": _("That post is more than a week old."),
        "no_code": _("The code of the request must stand in the reply."),
        "too_long": _("The reply is too long for X."),
        "link": _("No links: X charges much for them."),
        "phone_number": _("No phone numbers: a reply is public."),
        "already_replied": _("That post has been answered already."),
        "other_request": _("That post belongs to another request."),
    }
    return words.get(reason, _("This reply cannot be sent."))


def _previewed(
    item: HelpRequest, posts: list[Post], text: str, chosen: int | None, now: datetime
) -> dict[str, Any]:
    """Return the template values of a reply in the making."""
    target = next((post for post in posts if post.pk == chosen), posts[-1] if posts else None)
    reason = refusal(target, item, text, now) if target and text else ""
    return {
        "reply_text": text,
        "reply_to": target,
        "reply_length": weighted_length(text),
        "reply_trouble": why_not(reason) if reason else "",
    }


@require_POST
def preview(request: Asked, code: str) -> HttpResponse:
    """Fill in a template that was pressed, or count what was typed; nothing is kept."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    now = database_now()
    context = thread_of(request.user, item, now)
    template = reply_text(request.POST.get("template", ""))
    text = template.filled(item.code) if template else request.POST.get("text", "")[:600]
    key = request.POST.get("post", "")
    chosen = int(key) if key.isdecimal() and len(key) < 18 else None
    context |= _previewed(item, context["can_reply"], text, chosen, now) | {"is_replying": True}
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
        queue_reply(post, item, form.cleaned_data["text"], request.user, now)
    except ReplyNotAllowed as refused:
        messages.error(request, why_not(refused.reason))
        return preview(request, item.code)
    wake_replies()
    return _("The reply is on its way.")
