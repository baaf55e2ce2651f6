"""Sends by e-mail what a person on duty has not acted on, within the quiet rules. Never inside a transaction."""

import logging
import threading
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from districts.models import Volunteer
from requests_app import loops, notices
from requests_app.clock import database_now
from requests_app.models import Mailed
from requests_app.notices import Notice
from requests_app.policy import POLICY

log = logging.getLogger(__name__)

MAIL_AFTER = timedelta(minutes=POLICY["notices"]["mail_after"])
MAILS_PER_HOUR: int = POLICY["notices"]["mails_per_hour"]


EVERY = 20.0
"""Seconds between two rounds."""


def run(stop: threading.Event) -> None:
    """Mail what is due until told to stop; a second copy waits."""
    loops.run("mailer", lambda: mail_due(database_now()), EVERY, stop)


def mail_due(now: datetime) -> int:
    """Send each notice that is older than MAIL_AFTER once; return how many went out.

    Only to who is on duty, wants e-mail, is not in their quiet hours, and got fewer than MAILS_PER_HOUR in the last
    hour. An e-mail carries the code, the needs, the district and a link: no name, no number, no word of the plea. One
    that the mail server refuses is tried again on the next round, as long as the notice stands.
    """
    sent = 0
    for person in Volunteer.objects.on_duty().filter(wants_mail=True).exclude(email=""):
        if person.is_quiet(timezone.localtime(now).time()):
            continue
        room = MAILS_PER_HOUR - Mailed.objects.filter(person=person, at__gt=now - timedelta(hours=1)).count()
        due = [notice for notice in notices.awaiting(person) if notice.since <= now - MAIL_AFTER]
        told = set(
            Mailed.objects.filter(person=person, key__in=[notice.key for notice in due]).values_list(
                "key", flat=True
            )
        )
        for notice in [notice for notice in due if notice.key not in told][: max(room, 0)]:
            sent += _send(person, notice, now)
    return sent


def _send(person: Volunteer, notice: Notice, now: datetime) -> bool:
    try:
        with transaction.atomic():
            mailed = Mailed.objects.create(person=person, key=notice.key, at=now)
    except IntegrityError:
        return False
    with translation.override(person.language):
        words = " ".join(render_to_string("_notice.html", {"notice": notice}).split())
        link = settings.SITE_URL + reverse("request", args=[notice.request.code]) if settings.SITE_URL else ""
        body = render_to_string("notice.txt", {"words": words, "link": link})
    try:
        send_mail(words, body, settings.EMAIL_FROM, [person.email])
    except (SMTPException, OSError) as error:
        log.warning("mailing: the mail server: %s", type(error).__name__)
        mailed.delete()
        return False
    return True
