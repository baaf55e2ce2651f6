"""Shows a whole phone number: an act of one person, logged and limited."""

from datetime import datetime, timedelta

from django.db import transaction

from districts.models import Volunteer
from requests_app.models import Contact, Event, HelpRequest, Look
from requests_app.policy import REVEALS_PER_HOUR
from requests_app.states import EventKind


class TooMany(Exception):
    """This person has looked at as many numbers as one person needs in an hour."""


def reveal(contact: Contact, by: Volunteer, now: datetime) -> str:
    """Return the number of a request's contact, E.164; write down who looked. Raises TooMany and sealing.Unreadable.

    The caller has fetched the contact through HelpRequest.visible_to(by).
    """
    with transaction.atomic():
        _count_one_more(by, now)
        number = contact.phone
        request = HelpRequest.objects.get(contacts=contact)
        Event.objects.create(
            request=request, kind=EventKind.REVEALED, by=by, at=now, data={"contact": contact.pk}
        )
    return number


def reveal_lead(contact: Contact, by: Volunteer, now: datetime) -> str:
    """Return the number of a lead's contact, E.164; write down who looked. Raises TooMany and sealing.Unreadable.

    The caller has fetched the contact through Lead.visible_to(by). The hour's limit is the same as for requests.
    """
    if contact.lead is None:
        raise ValueError("the number of a request is shown by reveal()")
    with transaction.atomic():
        _count_one_more(by, now)
        number = contact.phone
        Look.objects.create(lead=contact.lead, contact_key=contact.pk, by=by, at=now)
    return number


def _count_one_more(by: Volunteer, now: datetime) -> None:
    """Let one person look once at a time; raise TooMany when the hour is used up."""
    # No key: rows that name this person are written meanwhile, such as a request suggested to them.
    Volunteer.objects.select_for_update(no_key=True).get(pk=by.pk)
    since = now - timedelta(hours=1)
    seen = Event.objects.filter(by=by, kind=EventKind.REVEALED, at__gt=since).count()
    if seen + Look.objects.filter(by=by, at__gt=since).count() >= REVEALS_PER_HOUR:
        raise TooMany
