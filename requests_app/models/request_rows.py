"""The row of a request: its columns, what must never be false of them, and what follows from what."""

import secrets
from copy import copy
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Block, District
from requests_app import policy
from requests_app.models.clients import ApiClient
from requests_app.states import FREE, HELD, OPEN, Attention, Outcome, RequestState, Urgency

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Return `RJ-` and six random characters of Crockford's base32 (no I, L, O, U)."""
    return "RJ-" + "".join(secrets.choice(CROCKFORD) for _unused in range(6))


def version_of(changed_at: datetime) -> str:
    """Return the version of a row that changed last at that time: seconds, a dot, microseconds."""
    return f"{int(changed_at.timestamp())}.{changed_at:%f}"


class RequestRow(models.Model):
    """The columns of a request, and the fields that follow from others."""

    code = models.CharField(max_length=9, unique=True, default=new_code, editable=False)
    state = models.CharField(max_length=8, choices=RequestState.choices)
    urgency = models.CharField(max_length=8, choices=Urgency.choices, default=Urgency.NORMAL)
    attention = models.CharField(max_length=16, choices=Attention.choices, blank=True, default=Attention.NONE)
    is_consultation = models.BooleanField(default=False)
    summary = models.TextField(blank=True)
    patient = models.JSONField(default=dict)
    language = models.CharField(max_length=8, blank=True)

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="requests")
    block = models.ForeignKey(Block, models.PROTECT, null=True, related_name="requests")
    place_confidence = models.FloatField(default=0)
    place_candidates = models.JSONField(default=list)

    client = models.ForeignKey(ApiClient, models.PROTECT, null=True, related_name="requests")
    post_count = models.PositiveIntegerField(default=0)

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="held")
    suggested = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="suggested"
    )
    lease_until = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    acted_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(max_length=12, blank=True)
    escalate_at = models.DateTimeField(null=True)

    call_after = models.DateTimeField(null=True)
    call_language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True)

    opened_at = models.DateTimeField()
    waiting_since = models.DateTimeField()
    rank_at = models.DateTimeField()
    contact_due_at = models.DateTimeField()
    outcome_due_at = models.DateTimeField()
    promise_at = models.DateTimeField(null=True)
    recontact_at = models.DateTimeField(null=True)
    first_contact_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    status_token_hash = models.CharField(max_length=64, blank=True)

    district_id: int | None
    block_id: int | None
    holder_id: int | None
    suggested_id: int | None

    class Meta:
        abstract = True
        verbose_name = _("help request")
        verbose_name_plural = _("help requests")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=HELD, holder__isnull=False)
                | (~Q(state__in=HELD) & Q(holder__isnull=True)),
                name="held_request_has_one_holder",
            ),
            models.CheckConstraint(
                condition=(Q(state=RequestState.CLOSED) & ~Q(outcome=""))
                | (~Q(state=RequestState.CLOSED) & Q(outcome="")),
                name="closed_request_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.MERGED, merged_into__isnull=False)
                | (~Q(state=RequestState.MERGED) & Q(merged_into__isnull=True)),
                name="merged_request_names_the_other",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="not_merged_into_itself"),
        ]
        indexes = [
            # The queue of a district, and all districts' for the state-wide roles.
            models.Index(fields=["district", "state", "rank_at", "id"], name="requests_queue"),
            models.Index(fields=["state", "rank_at", "id"], name="requests_queue_all"),
            # Mine, and each volunteer's load.
            models.Index(fields=["holder", "state"], condition=Q(holder__isnull=False), name="requests_held"),
            # The sweeper: leases that ended, times that came, promises that broke.
            models.Index(
                fields=["lease_until"], condition=Q(state=RequestState.CLAIMED), name="requests_lease"
            ),
            models.Index(
                fields=["wait_until"], condition=Q(state=RequestState.WAITING), name="requests_waiting"
            ),
            models.Index(
                fields=["contact_due_at"],
                condition=Q(first_contact_at=None) & Q(state__in=OPEN),
                name="requests_overdue",
            ),
            # The sweeper: whose step is due, whose promise has just broken, who was not heard of for long, and what
            # nobody was given.
            models.Index(fields=["escalate_at"], condition=Q(state__in=OPEN), name="requests_escalate"),
            models.Index(fields=["promise_at"], condition=Q(state__in=OPEN), name="requests_promise"),
            models.Index(
                fields=["recontact_at"], condition=Q(state__in=OPEN, attention=""), name="requests_recontact"
            ),
            models.Index(
                fields=["id"],
                condition=Q(state__in=FREE, suggested=None, escalated_to=""),
                name="requests_with_nobody",
            ),
            # Who was suggested and is gone.
            models.Index(
                fields=["suggested", "state"],
                condition=Q(state__in=FREE, suggested__isnull=False),
                name="requests_suggested",
            ),
            # The lists "escalated to me" and "ask again".
            models.Index(
                fields=["escalated_to", "rank_at"],
                condition=Q(state__in=OPEN) & ~Q(escalated_to=""),
                name="requests_escalated",
            ),
            models.Index(
                fields=["rank_at"],
                condition=Q(state__in=OPEN, attention=Attention.STALE),
                name="requests_ask_again",
            ),
            # The monitor's counts in and out, and the API's newest first.
            models.Index(fields=["opened_at", "id"], name="requests_opened"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="requests_closed"),
            models.Index(
                fields=["client", "opened_at"], condition=Q(client__isnull=False), name="requests_of_client"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    # --- What it is now -------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def version(self) -> str:
        """When it last changed, in seconds and microseconds: what an open page says of the card that it shows."""
        return version_of(self.changed_at)

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.first_contact_at is None and self.contact_due_at < now

    def wished(self, after: datetime | None, language: str) -> dict[str, Any]:
        """Return the fields of a wish for the call; the first call, when it is still to come, is not due before."""
        fields: dict[str, Any] = {"call_after": after, "call_language": language}
        if after is not None and self.first_contact_at is None and self.contact_due_at < after:
            fields["contact_due_at"] = after
            if self.escalate_at is not None and not self.escalated_to:
                fields["escalate_at"] = after
        return fields

    # --- Fields that follow from others -----------------------------------------------------------------------

    def clocks(self, now: datetime, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return its rank and the time of its next promise, as they follow from its row with these changes."""
        row = self._with(**{name: value for name, value in (changes or {}).items() if name in RANKED_BY})
        due = (now, row.first_contact_at, row.contact_due_at, row.outcome_due_at)
        rank = policy.rank_at(
            row.waiting_since,
            row.urgency,
            is_broken=policy.broken_promise(*due),
            attention=row.attention,
        )
        return {"rank_at": rank, "promise_at": policy.next_promise(*due)}

    def heard_of(self, now: datetime) -> dict[str, Any]:
        """Return the fields that say: the family was heard of now, help is still needed."""
        is_stale = self.attention == Attention.STALE
        return {
            "recontact_at": policy.ask_again_at(now),
            **({"attention": Attention.NONE} if is_stale else {}),
        }

    def due_sooner(self, urgency: str, now: datetime) -> dict[str, Any]:
        """Return the fields of one that turned out more urgent: what is due at that urgency from now on, or sooner."""
        contact_due = min(self.contact_due_at, policy.first_contact_due(now, urgency))
        outcome_due = min(self.outcome_due_at, policy.outcome_due(now, urgency))
        again = self.escalate_at and min(self.escalate_at, max(contact_due, now))
        return {"contact_due_at": contact_due, "outcome_due_at": outcome_due, "escalate_at": again}

    def _lease(self, now: datetime) -> dict[str, Any]:
        return {"lease_until": now + policy.CLAIM_LEASE, "acted_at": now}

    def _leased(self, now: datetime) -> dict[str, Any]:
        """The lease of a new holder, who has one step's time before the clock asks what they do."""
        again = self.escalate_at and max(self.escalate_at, now + policy.escalation_gap(self.urgency))
        return {**self._lease(now), "escalate_at": again}

    def _holding(self) -> dict[str, Any]:
        """Who held it, and the next try that they had planned."""
        again = self.wait_until.isoformat() if self.wait_until else ""
        return {"holder": self.holder_id, "tries": self.tries, "again": again}

    def _with(self, **changes: Any) -> Self:
        row = copy(self)
        for name, value in changes.items():
            setattr(row, name, value)
        return row


RANKED_BY = {
    "urgency",
    "attention",
    "waiting_since",
    "first_contact_at",
    "contact_due_at",
    "outcome_due_at",
}
"""The fields from which the rank follows: whoever changes one writes the rank anew (the doors above do)."""
