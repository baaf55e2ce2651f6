"""What every page's frame shows: the demo mark, the handle, the pages of a role and what its person holds."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from districts.models import District, Role, Shift, Volunteer
from districts.roster import prompt
from requests_app.models import HelpRequest
from requests_app.policy import POLICY


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
        Page("people", "people", _("People")),
        Page("shifts", "shifts", _("Shifts")),
        Page("roster", "roster", _("Roster")),
        Page("me", "user", _("Me")),
    )
}
MOST = ("review", "phone", "leads")
ORDER = {
    Role.VOLUNTEER: (*MOST, "officials", "shifts", "me"),
    Role.LEAD: (*MOST, "monitor", "officials", "doctor", "people", "roster", "shifts", "me"),
    Role.PHONE_DESK: ("phone", "leads", "review", "officials", "shifts", "me"),
    Role.DOCTOR: ("doctor", "leads", "officials", "shifts", "me"),
    Role.STATE_DESK: (
        *("review", "places", "phone", "doctor", "monitor", "leads", "officials"),
        *("people", "roster", "shifts", "me"),
    ),
    Role.MONITOR: ("monitor", "review", "places", "doctor", "leads", "officials", "roster", "me"),
    Role.ADMIN: ("monitor", "review", "places", "doctor", "leads", "officials", "people", "roster", "me"),
}
TABS = 2
REMINDED = timedelta(minutes=POLICY["duty"]["remind_end"])


def shell(request: HttpRequest) -> dict[str, object]:
    """Template values of the frame; the queries run only when a template asks."""
    values: dict[str, object] = {"is_demo": settings.DEMO, "handle": settings.X_HANDLE}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and isinstance(user, Volunteer):
        values["my_load"] = SimpleLazyObject(lambda: HelpRequest.objects.held_by(user).count())
        values["my_districts"] = SimpleLazyObject(lambda: list(District.objects.filter(volunteers=user)[:4]))
        values["pages"] = pages_of(user)
        if user.can_work:
            values |= _time_of(user)
    return values


def _time_of(user: Volunteer) -> dict[str, object]:
    """What a person's shift asks of them now, and until when they take a pause."""
    now = timezone.now()
    near = Shift.objects.filter(volunteer=user, starts_at__lte=now, ends_at__gt=now - REMINDED)
    return {
        "pause_until": user.paused_until if user.is_paused(now) else None,
        "shift_prompt": SimpleLazyObject(
            lambda: prompt(
                [shift.span for shift in near],
                is_on_duty=user.is_on_duty,
                duty_changed_at=user.duty_changed_at,
                now=now,
                patience=REMINDED,
            )
        ),
    }


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
