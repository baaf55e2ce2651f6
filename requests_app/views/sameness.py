"""The acts by which people say which posts and requests are one patient's, and which are not."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from requests_app import splitting
from requests_app.forms import OtherForm, SplitForm
from requests_app.models import HelpRequest, NotAllowed, Post
from requests_app.storable import storable
from requests_app.views.answering import act, fresh_answer
from requests_app.views.asked import Asked


def _other(request: Asked) -> HelpRequest | None:
    """The other request that was named, if this person may see it; else they are told."""
    form = OtherForm(request.POST)
    code = storable(form.cleaned_data["other"]).strip().upper() if form.is_valid() else ""
    other = HelpRequest.objects.visible_to(request.user).filter(code=code).first()
    if other is None:
        messages.error(request, _("There is no such request among those that you can see."))
    return other


@act
def same(request: Asked, item: HelpRequest, now: datetime) -> HttpResponse | None:
    other = _other(request)
    if other is None:
        return None
    stays = splitting.same(item, other, request.user, now)
    messages.success(request, _("Merged into %(code)s.") % {"code": stays.code})
    return fresh_answer(request, stays.code)


@act
def different(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    other = _other(request)
    if other is None:
        return None
    splitting.different(item, other, request.user, now)
    return _("Kept: %(code)s is another patient's.") % {"code": other.code}


@act
def split(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    form = SplitForm(request.POST)
    post = (
        Post.objects.filter(request=item, pk=form.cleaned_data["post"]).first() if form.is_valid() else None
    )
    if post is None:
        messages.error(request, _("That post belongs to another request."))
        return None
    made = splitting.split(item, post, request.user, now)
    if not HelpRequest.objects.visible_to(request.user).filter(pk=made.pk).exists():
        return _("The post is a request of its own now, in its own district.")
    return _("The post is a request of its own now: %(code)s.") % {"code": made.code}


@act
def undo_merge(request: Asked, item: HelpRequest, now: datetime) -> str:
    if not HelpRequest.objects.visible_to(request.user).filter(merged=item).exists():
        raise NotAllowed("what it is part of is not this person's to change")
    splitting.undo_merge(item, request.user, now)
    return _("%(code)s stands for itself again.") % {"code": item.code}
