"""The lists of requests: who may see which, what waits, what is overdue, in which order."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, models
from django.db.models import Q

from districts.models import Volunteer
from requests_app import sealing
from requests_app.models.clients import ApiClient
from requests_app.states import HELD, OPEN, Attention, RequestState

if TYPE_CHECKING:
    from requests_app.models.requests import HelpRequest  # noqa: F401 - named in the annotations


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
    """Lists of requests that build on each other; what a person or client reads begins with visible_to."""

    def visible_to(self, user: "Volunteer | ApiClient | Any") -> "HelpRequestQuerySet":
        """What this person or API client may see; nothing for anybody else.

        State-wide roles see everything, a doctor the consultations of their districts, an API client what it posted
        itself and, with requests:read, its districts; everybody else their districts.
        """
        if isinstance(user, ApiClient):
            own = Q(client=user)
            if ApiClient.Scope.READ in user.scopes:
                own |= Q(district__in=user.districts.values("pk"))
            return self.filter(own)
        if not isinstance(user, Volunteer) or not user.is_active:
            return self.none()
        if user.is_state_wide:
            return self
        theirs = self.filter(district__in=user.district_codes)
        return theirs.filter(is_consultation=True) if user.is_doctor else theirs

    def open(self) -> "HelpRequestQuerySet":
        return self.filter(state__in=OPEN)

    def queued(self) -> "HelpRequestQuerySet":
        return self.filter(state=RequestState.QUEUED)

    def placed(self) -> "HelpRequestQuerySet":
        return self.filter(district__isnull=False)

    def in_review(self) -> "HelpRequestQuerySet":
        return self.filter(state=RequestState.REVIEW)

    def without_place(self) -> "HelpRequestQuerySet":
        """The "which place?" list: open, of no district, and not known to be outside the state."""
        return self.open().filter(district=None).exclude(attention=Attention.OUTSIDE)

    def outside(self) -> "HelpRequestQuerySet":
        return self.open().filter(attention=Attention.OUTSIDE)

    def held_by(self, user: Volunteer) -> "HelpRequestQuerySet":
        return self.filter(holder=user, state__in=HELD)

    def overdue(self, now: datetime) -> "HelpRequestQuerySet":
        """Open, nobody has called yet, and the time for that has passed."""
        return self.open().filter(first_contact_at=None, contact_due_at__lt=now)

    def escalated_to(self, *desks: str) -> "HelpRequestQuerySet":
        """Open, placed, and taken up to one of these desks."""
        return self.open().placed().filter(escalated_to__in=desks)

    def to_ask_again(self) -> "HelpRequestQuerySet":
        """Open, and nobody has heard of the family for long."""
        return self.open().filter(attention=Attention.STALE)

    def ranked(self) -> "HelpRequestQuerySet":
        """Most urgent first; see policy.rank_at."""
        return self.order_by("rank_at", "pk")

    def with_phone(self, e164: str) -> "HelpRequestQuerySet":
        return self.filter(contacts__phone_hash=sealing.keyed_hash(e164)).distinct()

    def matching_text(self, words: str) -> "HelpRequestQuerySet":
        """Requests whose masked words hold all of these (an index on Postgres, a scan on SQLite)."""
        if connection.vendor == "postgresql":
            vector = SearchVector("summary", config="simple")
            return self.annotate(words=vector).filter(words=SearchQuery(words, config="simple"))
        return self.filter(summary__icontains=words)

    def for_cards(self) -> "HelpRequestQuerySet":
        """With all that a card shows, in a fixed number of queries."""
        return self.select_related("district", "block", "holder", "suggested").prefetch_related(
            "needs", "contacts"
        )
