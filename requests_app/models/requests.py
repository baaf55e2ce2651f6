"""The help request: what one patient or household needs, who holds it, and every move that it can make."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Block, District, Volunteer
from districts.needs import NeedKind
from requests_app import policy, sealing
from requests_app.models.clients import ApiClient
from requests_app.models.events import Event
from requests_app.models.loops import LoopLease
from requests_app.models.needs import Need
from requests_app.states import (
    ENDED,
    HELD,
    NEXT,
    OPEN,
    Attention,
    CallOutcome,
    EventKind,
    NeedState,
    Outcome,
    RequestState,
    Urgency,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class NotAllowed(Exception):
    """The move is not in the table of states, or it is not this person's to make."""


class Lost(Exception):
    """Somebody else moved the request first; `holder` is who has it now, None for nobody."""

    def __init__(self, holder: Volunteer | None) -> None:
        super().__init__("somebody else was first")
        self.holder = holder


def new_code() -> str:
    """Return `RJ-` and six random characters of Crockford's base32 (no I, L, O, U)."""
    return "RJ-" + "".join(secrets.choice(CROCKFORD) for _unused in range(6))


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
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


class HelpRequest(models.Model):
    """The case. Moves are methods; nothing else writes `state`."""

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
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="linked")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    post_count = models.PositiveIntegerField(default=0)

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="held")
    suggested = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="suggested"
    )
    lease_until = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    escalated_to = models.CharField(max_length=12, blank=True)

    opened_at = models.DateTimeField()
    rank_at = models.DateTimeField()
    contact_due_at = models.DateTimeField()
    first_contact_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    status_token_hash = models.CharField(max_length=64, blank=True)

    district_id: int | None
    block_id: int | None
    holder_id: int | None

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
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

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.first_contact_at is None and self.contact_due_at < now

    # --- Moves ----------------------------------------------------------------------------------------------

    def confirm(self, by: Volunteer, now: datetime) -> None:
        """A person says that it is a plea: from the review list into the queue."""
        self._move(RequestState.QUEUED, EventKind.CONFIRMED, by, now, only_from=RequestState.REVIEW)

    def claim(self, by: Volunteer, now: datetime) -> None:
        """Take it. Exactly one of many wins; the rest get Lost with the holder."""
        if not by.can_work:
            raise NotAllowed("this role watches and does not take requests")
        self._move(
            RequestState.CLAIMED,
            EventKind.CLAIMED,
            by,
            now,
            only_from=RequestState.QUEUED,
            holder=by,
            lease_until=now + policy.CLAIM_LEASE,
            suggested=None,
        )

    def release(self, by: Volunteer, now: datetime, note: str = "") -> None:
        """Hand it back to the queue."""
        self._move(RequestState.QUEUED, EventKind.RELEASED, by, now, held_by=by, note=note, **NOBODY)

    def end_lease(self, now: datetime) -> None:
        """The holder has done nothing for too long, or the time of a waiting one passed: back to the queue."""
        if self.state == RequestState.CLAIMED:
            still_so: dict[str, Any] = {"lease_until__lte": now}
        else:
            still_so = {"wait_until__lte": now - policy.WAITING_GRACE}
        data = {"holder": self.holder_id}
        self._move(
            RequestState.QUEUED, EventKind.LEASE_ENDED, None, now, only_if=still_so, data=data, **NOBODY
        )

    def hand_over(self, to: Volunteer, by: Volunteer, now: datetime, note: str = "") -> None:
        """Give it to somebody who may see it and can work."""
        if not to.can_work or not HelpRequest.objects.visible_to(to).filter(pk=self.pk).exists():
            raise NotAllowed("that person cannot see this request")
        self._move(
            RequestState.CLAIMED,
            EventKind.HANDED_OVER,
            by,
            now,
            held_by=by,
            note=note,
            data={"to": to.pk},
            holder=to,
            lease_until=now + policy.CLAIM_LEASE,
            wait_until=None,
        )

    def record_call(self, outcome: CallOutcome, by: Volunteer, now: datetime, note: str = "") -> None:
        """Write down a call; one that reached nobody sets the time of the next try."""
        tries = 0 if outcome == CallOutcome.TALKED else self.tries + 1
        again = policy.next_try(now, outcome, tries)
        fields: dict[str, Any] = {"tries": tries}
        if outcome == CallOutcome.TALKED and self.first_contact_at is None:
            fields["first_contact_at"] = now
        data = {"outcome": str(outcome)}
        if again is None:
            fields |= {"lease_until": now + policy.CLAIM_LEASE, "wait_until": None}
            self._move(
                RequestState.CLAIMED, EventKind.CALLED, by, now, held_by=by, note=note, data=data, **fields
            )
        else:
            data["again"] = again.isoformat()
            fields |= {"lease_until": None, "wait_until": again}
            self._move(
                RequestState.WAITING, EventKind.CALLED, by, now, held_by=by, note=note, data=data, **fields
            )

    def wait(self, until: datetime, by: Volunteer, now: datetime, note: str = "") -> None:
        """Set a time to try again; the holder keeps it."""
        if not now < until <= now + timedelta(days=7):
            raise NotAllowed("the time must lie ahead, within a week")
        data = {"until": until.isoformat()}
        self._move(
            RequestState.WAITING,
            EventKind.WAIT_SET,
            by,
            now,
            held_by=by,
            note=note,
            data=data,
            wait_until=until,
            lease_until=None,
        )

    def resume(self, by: Volunteer, now: datetime) -> None:
        """Go on with a waiting one."""
        self._move(
            RequestState.CLAIMED,
            EventKind.RESUMED,
            by,
            now,
            only_from=RequestState.WAITING,
            held_by=by,
            lease_until=now + policy.CLAIM_LEASE,
            wait_until=None,
        )

    def resolve(self, outcome: Outcome, by: Volunteer, now: datetime, note: str = "") -> None:
        """Close it with an outcome. Its holder may, and for one that nobody holds anybody who sees it."""
        if not outcome:
            raise NotAllowed("closing needs an outcome")
        self._move(
            RequestState.CLOSED,
            EventKind.CLOSED,
            by,
            now,
            only_if={"holder": by if self.state in HELD else None},
            note=note,
            data={"outcome": str(outcome)},
            outcome=outcome,
            closed_at=now,
            attention=Attention.NONE,
            **NOBODY,
        )

    def reopen(self, by: Volunteer | None, now: datetime, note: str = "") -> None:
        """Back into the queue; `by` is None when its own author or number asked again."""
        self._move(
            RequestState.QUEUED,
            EventKind.REOPENED,
            by,
            now,
            only_from=RequestState.CLOSED,
            note=note,
            outcome="",
            closed_at=None,
            first_contact_at=None,
            tries=0,
            rank_at=policy.rank_at(now, self.urgency),
            contact_due_at=policy.first_contact_due(now, self.urgency),
        )

    def merge_into(self, other: "HelpRequest", by: Volunteer, now: datetime) -> None:
        """Make this one part of another open one: its posts, contacts and missing needs go there."""
        if other.pk == self.pk or not other.is_open:
            raise NotAllowed("a request is merged into another open one")
        if self.client_id != other.client_id:
            raise NotAllowed("an API client's requests stay apart from all others")
        if self.state in HELD and self.holder_id != by.pk:
            raise Lost(self.holder)
        with transaction.atomic():
            LoopLease.hold_matching()
            # Both, in one order: two people who merge two requests into each other must not lose both.
            rows = HelpRequest.objects.select_for_update(no_key=True).filter(pk__in=[self.pk, other.pk])
            if not {row.pk: row for row in rows.order_by("pk")}[other.pk].is_open:
                raise NotAllowed("a request is merged into another open one")
            moved = list(self.posts.order_by("pk").values_list("pk", flat=True))
            self._move(
                RequestState.MERGED,
                EventKind.MERGED,
                by,
                now,
                data={"into": other.code, "post_keys": moved},
                merged_into=other,
                outcome="",
                **NOBODY,
            )
            self.posts.update(request=other)
            known = set(other.contacts.values_list("phone_hash", flat=True))
            for contact in self.contacts.exclude(phone_hash__in=known):
                contact.pk = None
                contact.request = other
                contact.save(force_insert=True)
            has = set(other.needs.values_list("kind", flat=True))
            for need in self.needs.exclude(kind__in=has):
                Need.objects.create(request=other, kind=need.kind, state=need.state)
            HelpRequest.objects.filter(pk=other.pk).update(
                post_count=models.F("post_count") + len(moved), changed_at=now
            )
            Event.objects.create(
                request=other,
                kind=EventKind.MERGED,
                by=by,
                at=now,
                data={"from": self.code, "posts": len(moved)},
            )

    def unmerge(self, by: Volunteer, now: datetime, data: dict[str, Any]) -> None:
        """Back into the queue, a request of its own again; whoever calls brings its posts back (splitting.undo_merge)."""
        self._move(
            RequestState.QUEUED,
            EventKind.UNMERGED,
            by,
            now,
            only_from=RequestState.MERGED,
            data=data,
            merged_into=None,
        )

    # --- Facts that people set ------------------------------------------------------------------------------

    def note(self, text: str, by: Volunteer, now: datetime) -> None:
        """Add a note; the holder's lease goes on."""
        self._change(EventKind.NOTED, by, now, note=text)

    def note_lead_use(self, lead: int, outcome: str, by: Volunteer, now: datetime, note: str = "") -> None:
        """Write down that a lead was used and what came of it (a slug of UseOutcome)."""
        self._change(EventKind.LEAD_USED, by, now, note=note, data={"lead": lead, "outcome": outcome})

    def set_place(self, district: District, block: Block | None, by: Volunteer, now: datetime) -> None:
        """Say where it is. In another district it goes to that district's queue, whoever held it."""
        if block and block.district_id != district.pk:
            raise NotAllowed("that block lies in another district")
        data = {"district": district.pk, "block": block.pk if block else None, "was": self.district_id}
        fields: dict[str, Any] = {
            "district": district,
            "block": block,
            "place_confidence": 1.0,
            "place_candidates": [],
            "suggested": None,
        }
        if self.attention in {Attention.PLACE_UNKNOWN, Attention.OUTSIDE}:
            fields["attention"] = Attention.NONE
        with transaction.atomic():
            moves_on = self.state in HELD and self.district_id not in {None, district.pk}
            self._change(EventKind.PLACE_SET, by, now, data=data, **fields)
            if moves_on:
                self._move(RequestState.QUEUED, EventKind.RELEASED, by, now, **NOBODY)

    def set_outside(self, by: Volunteer, now: datetime) -> None:
        """Say that it lies outside Rajasthan: on the state desk's own list."""
        data = {"outside": True, "was": self.district_id}
        fields: dict[str, Any] = {
            "district": None,
            "block": None,
            "attention": Attention.OUTSIDE,
            "place_candidates": [],
        }
        with transaction.atomic():
            was_held = self.state in HELD
            self._change(EventKind.PLACE_SET, by, now, data=data, **fields)
            if was_held:
                self._move(RequestState.QUEUED, EventKind.RELEASED, by, now, **NOBODY)

    def set_urgency(self, urgency: Urgency, by: Volunteer, now: datetime) -> None:
        self._change(
            EventKind.URGENCY_SET,
            by,
            now,
            data={"urgency": str(urgency), "was": self.urgency},
            urgency=urgency,
            rank_at=policy.rank_at(self.opened_at, urgency),
            contact_due_at=policy.first_contact_due(self.opened_at, urgency),
        )

    def set_need(self, kind: NeedKind, state: NeedState, by: Volunteer, now: datetime) -> None:
        """Mark a need open, met or void; one that was not there yet is added."""
        with transaction.atomic():
            Need.objects.update_or_create(request=self, kind=kind, defaults={"state": state})
            self._change(EventKind.NEED_CHANGED, by, now, data={"need": str(kind), "state": str(state)})

    def set_attention(self, attention: Attention, by: Volunteer | None, now: datetime) -> None:
        self._change(EventKind.ATTENTION, by, now, data={"attention": str(attention)}, attention=attention)

    # --- The two doors that write -----------------------------------------------------------------------------

    def _change(
        self,
        kind: EventKind,
        by: Volunteer | None,
        now: datetime,
        *,
        note: str = "",
        data: dict[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Write facts and their line of history; the holder's own act lengthens the lease."""
        if by is not None and self.holder_id == by.pk and self.state == RequestState.CLAIMED:
            fields["lease_until"] = now + policy.CLAIM_LEASE
        with transaction.atomic():
            won = HelpRequest.objects.filter(pk=self.pk, state=self.state).update(changed_at=now, **fields)
            if not won:
                raise self._lost()
            Event.objects.create(request=self, kind=kind, by=by, at=now, note=note, data=data or {})
        self._take_over(fields)

    def _move(
        self,
        to: RequestState,
        kind: EventKind,
        by: Volunteer | None,
        now: datetime,
        *,
        only_from: RequestState | None = None,
        held_by: Volunteer | None = None,
        only_if: dict[str, Any] | None = None,
        note: str = "",
        data: dict[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Move by compare-and-set; the row count decides who won. Raises NotAllowed or Lost."""
        old = RequestState(self.state)
        if only_from is not None and old != only_from:
            raise (
                self._lost()
                if old not in ENDED or only_from in OPEN
                else NotAllowed(f"{old} is not {only_from}")
            )
        if to not in NEXT[old]:
            raise NotAllowed(f"{old} does not become {to}")
        conditions = dict(only_if or {})
        if held_by is not None:
            conditions["holder"] = held_by
        with transaction.atomic():
            won = HelpRequest.objects.filter(pk=self.pk, state=old, **conditions).update(
                state=to, changed_at=now, **fields
            )
            if not won:
                raise self._lost()
            Event.objects.create(request=self, kind=kind, by=by, at=now, note=note, data=data or {})
        self._take_over({"state": to, "changed_at": now, **fields})

    def _lost(self) -> Lost:
        fresh = HelpRequest.objects.select_related("holder").get(pk=self.pk)
        return Lost(fresh.holder)

    def _take_over(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


NOBODY: dict[str, Any] = {"holder": None, "lease_until": None, "wait_until": None}
"""The fields of a request that no one holds."""
