"""What every page's frame shows: the demo mark, the handle, the pages of a role and what its person holds."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from districts.models import District, Role, Volunteer
from requests_app.models import HelpRequest


@dataclass(frozen=True)
class Page:
    """A page of the navigation; on a phone two have a tab and those that `is_extra` stand under More."""

    name: str
    icon: str
    words: str | Promise
    url: str = ""
    is_extra: bool = True


PAGES = {
    page.name: page
    for page in (
        Page("doctor", "consultation", _("Doctor desk")),
        Page("phone", "phone", _("Phone desk")),
        Page("review", "review", _("Review")),
        Page("places", "place", _("Which place?")),
        Page("monitor", "monitor", _("Monitor")),
        Page("leads", "leads", _("Leads")),
        Page("officials", "escalate", _("Officials")),
    )
}
MOST = ("review", "phone", "leads")
ORDER = {
    Role.VOLUNTEER: (*MOST, "officials"),
    Role.LEAD: (*MOST, "officials", "doctor"),
    Role.PHONE_DESK: ("phone", "leads", "review", "officials"),
    Role.DOCTOR: ("doctor", "leads", "officials"),
    Role.STATE_DESK: ("review", "places", "phone", "doctor", "monitor", "leads", "officials"),
    Role.MONITOR: ("monitor", "review", "places", "doctor", "leads", "officials"),
    Role.ADMIN: ("monitor", "review", "places", "doctor", "leads", "officials"),
}
TABS = 2


def shell(request: HttpRequest) -> dict[str, object]:
    """Template values of the frame; the queries run only when a template asks."""
    values: dict[str, object] = {"is_demo": settings.DEMO, "handle": settings.X_HANDLE}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and isinstance(user, Volunteer):
        values["my_load"] = SimpleLazyObject(lambda: HelpRequest.objects.held_by(user).count())
        values["my_districts"] = SimpleLazyObject(lambda: list(District.objects.filter(volunteers=user)[:4]))
        values["pages"] = pages_of(user)
    return values


def pages_of(user: Volunteer) -> list[Page]:
    """Return the pages of a person's role, those that they need most first."""
    found: list[Page] = []
    for name in ORDER[Role(user.role)]:
        page = PAGES[name]
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        found.append(Page(name, page.icon, page.words, url, is_extra=len(found) >= TABS))
    return found
