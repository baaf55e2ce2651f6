"""The review desk: one unsure plea, failed post or post taken for noise at a time, and the next at once."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from districts.models import Volunteer
from districts.needs import NeedKind
from requests_app import corrections
from requests_app.clock import database_now
from requests_app.forms import JudgeForm
from requests_app.models import HelpRequest, Lost, NotAllowed, Post
from requests_app.states import Kind, NeedState
from requests_app.storable import storable
from requests_app.views.answering import first_error, say_lost, say_undoable
from requests_app.views.asked import Asked
from requests_app.views.cards import cards, evidence_of

TABS = ("unsure", "failed", "noise")


@require_GET
def review(request: Asked) -> HttpResponse:
    """Show the first of a tab, or the one after `after` for a person who passes."""
    return render(
        request, _template(request), _next(request, request.GET.get("tab", ""), request.GET.get("after", ""))
    )


@require_POST
def judge_request(request: Asked, code: str) -> HttpResponse:
    """Say whether an unsure plea is one."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    form = JudgeForm(request.POST)
    now = database_now()
    if _may_judge(request, form):
        try:
            wanted = form.cleaned_data["needs"]
            has = {need.kind for need in item.needs.all() if need.state != NeedState.VOID}
            is_plea = form.cleaned_data["kind"] == Kind.REQUEST
            if is_plea and wanted and set(wanted) != has:
                corrections.correct(item, "needs", wanted, request.user, now)
            corrections.correct(item, "kind", form.cleaned_data["kind"], request.user, now)
            what = _("%(code)s is in the queue.") if is_plea else _("%(code)s is closed as not a plea.")
            say_undoable(request, item, what % {"code": item.code})
        except Lost as lost:
            say_lost(request, lost)
        except NotAllowed:
            messages.warning(request, _("Somebody judged this a moment ago."))
    return _answer(request, "unsure")


@require_POST
def judge_post(request: Asked, key: int) -> HttpResponse:
    """Make a failed post or one taken for noise a request, or confirm that it is no plea."""
    post = get_object_or_404(Post.objects.visible_to(request.user), pk=key)
    form = JudgeForm(request.POST)
    now = database_now()
    if _may_judge(request, form):
        try:
            if form.cleaned_data["kind"] == Kind.REQUEST:
                made = corrections.make_request(post, request.user, now, form.cleaned_data["needs"])
                messages.success(request, _("%(code)s is in the queue.") % {"code": made.code})
            else:
                corrections.not_a_plea(post, request.user, now)
        except (NotAllowed, Lost):
            messages.warning(request, _("Somebody judged this a moment ago."))
    return _answer(request, request.POST.get("tab", ""))


def _may_judge(request: Asked, form: JudgeForm) -> bool:
    if not request.user.can_work:
        messages.error(request, _("Your role watches and does not judge."))
        return False
    if not form.is_valid():
        messages.error(request, first_error(form))
        return False
    return True


def _answer(request: Asked, tab: str) -> HttpResponse:
    if request.htmx:
        return render(request, "_review.html", _next(request, tab, ""))
    return redirect(f"{reverse('review')}?tab={tab if tab in TABS else 'unsure'}")


def _template(request: Asked) -> str:
    return "_review.html" if request.htmx and not request.htmx.history_restore_request else "review.html"


def _next(request: Asked, tab: str, after: str) -> dict[str, Any]:
    user, now = request.user, database_now()
    tab = tab if tab in TABS else "unsure"
    unsure = HelpRequest.objects.visible_to(user).in_review()
    posts = {"failed": Post.objects.visible_to(user).failed(), "noise": _unjudged_noise(user)}
    context: dict[str, Any] = {
        "now": now,
        "tab": tab,
        "is_alone": True,
        "needs": NeedKind.choices,
        "counts": {
            "unsure": unsure[:100].count(),
            **{name: listed[:100].count() for name, listed in posts.items()},
        },
        "sees_posts": user.is_state_wide,
    }
    if tab == "unsure":
        passed = unsure.filter(code=storable(after)).first() if after else None
        if passed:
            unsure = unsure.filter(
                Q(rank_at__gt=passed.rank_at) | Q(rank_at=passed.rank_at, pk__gt=passed.pk)
            )
        item = unsure.for_cards().ranked().first()
        if item:
            has = {need.kind for need in item.needs.all() if need.state != NeedState.VOID}
            context |= {"card": cards([item])[0], "has": has}
        return context
    listed = posts[tab]
    passed_post = listed.filter(pk=int(after)).first() if after.isdecimal() and len(after) < 18 else None
    if passed_post:
        older = Q(received_at__lt=passed_post.received_at)
        listed = listed.filter(older | Q(received_at=passed_post.received_at, pk__lt=passed_post.pk))
    post = listed.first()
    if post:
        context |= {"post": post, "evidence": evidence_of([post]).get(post.pk, [])}
    return context


def _unjudged_noise(user: Volunteer) -> Any:
    return Post.objects.visible_to(user).noise().filter(corrections=None)
