"""The help request: what one patient or household needs, who holds it, and every move that it can make."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction

from districts.models import Block, District, Volunteer
from districts.needs import NeedKind
from requests_app import escalating, policy
from requests_app.models import watched
from requests_app.models.events import Event
from requests_app.models.loops import LoopLease
from requests_app.models.needs import Need
from requests_app.models.request_lists import HelpRequestQuerySet
from requests_app.models.request_rows import RANKED_BY, RequestRow
from requests_app.states import (
    ENDED,
    FREE,
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


class NotAllowed(Exception):
    """The move is not in the table of states, or it is not this person's to make."""


class NeedsOpen(NotAllowed):
    """Closing it so would hide a need that is still open."""


class Lost(Exception):
    """Somebody else moved the request first; `holder` is who has it now, None for nobody."""

    def __init__(self, holder: Volunteer | None) -> None:
        super().__init__("somebody else was first")
        self.holder = holder


class HelpRequest(RequestRow):
    """The case. Moves are methods; nothing else writes `state`."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="linked")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    objects = HelpRequestQuerySet.as_manager()

    class Meta(RequestRow.Meta):
        pass

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
            suggested=None,
            **self._leased(now),
        )

    def release(self, by: Volunteer, now: datetime, note: str = "") -> None:
        """Hand it back to the queue, and put it before somebody else."""
        self._to_queue(EventKind.RELEASED, by, now, gave_back=by.pk, held_by=by, note=note)

    def end_lease(self, now: datetime) -> None:
        """The holder has done nothing for too long, or the time of a waiting one passed: back to the queue."""
        if self.state == RequestState.CLAIMED:
            still_so: dict[str, Any] = {"lease_until__lte": now}
        else:
            still_so = {"wait_until__lte": now - policy.WAITING_GRACE}
        self._to_queue(
            EventKind.LEASE_ENDED,
            None,
            now,
            gave_back=self.holder_id,
            only_if=still_so,
            data=self._holding(),
        )

    def send_back(self, why: str, by: Volunteer | None, now: datetime) -> None:
        """Its holder went off duty (`why`: off_duty) or cannot work on it any more (cannot_work): back to the queue.

        Tries that were made and a time that was set stay in the history.
        """
        self._to_queue(
            EventKind.RETURNED,
            by,
            now,
            gave_back=self.holder_id,
            only_if={"holder": self.holder_id},
            data={"why": why, **self._holding()},
        )

    def hand_over(self, to: Volunteer, by: Volunteer, now: datetime, note: str = "") -> None:
        """Give it to somebody who may see it and can work; a next try that was set for later stays set."""
        if not to.can_work or not HelpRequest.objects.visible_to(to).filter(pk=self.pk).exists():
            raise NotAllowed("that person cannot see this request")
        fields = {**self._leased(now), "holder": to, "wait_until": None}
        waits = self.state == RequestState.WAITING and self.wait_until is not None and self.wait_until > now
        if waits:
            fields |= {"lease_until": None, "wait_until": self.wait_until}
        self._move(
            RequestState.WAITING if waits else RequestState.CLAIMED,
            EventKind.HANDED_OVER,
            by,
            now,
            held_by=by,
            note=note,
            data={"to": to.pk},
            **fields,
        )

    def record_call(self, outcome: CallOutcome, by: Volunteer, now: datetime, note: str = "") -> None:
        """Write down a call; one that reached nobody sets the time of the next try."""
        tries = 0 if outcome == CallOutcome.TALKED else self.tries + 1
        again = policy.next_try(now, outcome, tries)
        fields: dict[str, Any] = {"tries": tries}
        if outcome == CallOutcome.TALKED:
            fields |= self.heard_of(now)
            if self.first_contact_at is None:
                fields |= {"first_contact_at": now, "escalated_to": "", "escalate_at": self.outcome_due_at}
        data = {"outcome": str(outcome)}
        if again is None:
            fields |= {**self._lease(now), "wait_until": None}
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
            wait_until=None,
            **self._lease(now),
        )

    def resolve(
        self,
        outcome: Outcome,
        by: Volunteer,
        now: datetime,
        note: str = "",
        met: Iterable[str] = (),
    ) -> None:
        """Close it with an outcome. Its holder may, and for one that nobody holds anybody who sees it.

        `met` are needs that are ticked off with it. Partly helped with needs still open does not close it: it goes on
        in the queue with what is missing. "Helped" ticks off what is open, unless some needs were ticked one by one:
        then the others are really open (raises NeedsOpen). "Handed on" says to whom, in the note.
        """
        if not outcome:
            raise NotAllowed("closing needs an outcome")
        if outcome == Outcome.OUT_OF_STATE and not note.strip():
            raise NotAllowed("say to whom it was handed on")
        with transaction.atomic():
            was = dict(self.needs.values_list("kind", "state"))
            ticked = [kind for kind in met if was.get(kind) == NeedState.OPEN]
            left = sorted(
                kind for kind, state in was.items() if state == NeedState.OPEN and kind not in ticked
            )
            has_met = bool(ticked) or NeedState.MET in was.values()
            if left and outcome == Outcome.PARTLY_HELPED and not has_met:
                raise NeedsOpen("say which of the needs was met")
            if left and outcome in SOLVED and has_met:
                raise NeedsOpen("some needs are still open")
            for kind in ticked:
                self.needs.filter(kind=kind).update(state=NeedState.MET)
                line = {"need": kind, "state": str(NeedState.MET)}
                Event.objects.create(request=self, kind=EventKind.NEED_CHANGED, by=by, at=now, data=line)
            if left and outcome == Outcome.PARTLY_HELPED:
                self._go_on(left, by, now, note)
                return
            ends = NeedState.MET if outcome in SOLVED else NeedState.VOID
            ended = left if outcome in SOLVED | {Outcome.DIED, Outcome.NOT_NEEDED} else []
            self._move(
                RequestState.CLOSED,
                EventKind.CLOSED,
                by,
                now,
                only_if={"holder": by if self.state in HELD else None},
                note=note,
                data={"outcome": str(outcome), "ended": ended},
                outcome=outcome,
                closed_at=now,
                attention=Attention.NONE,
                **NOBODY,
            )
            self.needs.filter(kind__in=ended).update(state=ends)

    def _go_on(self, left: list[str], by: Volunteer, now: datetime, note: str) -> None:
        """Helped in part: the rest waits for the next volunteer."""
        data = {"left": left}
        if self.state in HELD:
            self._to_queue(EventKind.PARTLY_HELPED, by, now, gave_back=None, held_by=by, note=note, data=data)
        elif self.is_open:
            self._change(EventKind.PARTLY_HELPED, by, now, note=note, data=data)
        else:
            raise NotAllowed("it is over")

    def reopen(self, by: Volunteer | None, now: datetime, note: str = "") -> None:
        """Back into the queue with the needs that its closing ended; `by` is None when its own author or number asked
        again."""
        last = self.events.filter(kind=EventKind.CLOSED).order_by("-at", "-pk").first()
        anew = self._with(
            waiting_since=now,
            contact_due_at=policy.first_contact_due(now, self.urgency),
            first_contact_at=None,
        )
        with transaction.atomic():
            self.needs.filter(kind__in=(last.data.get("ended") or []) if last else []).update(
                state=NeedState.OPEN
            )
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
                waiting_since=now,
                contact_due_at=anew.contact_due_at,
                outcome_due_at=policy.outcome_due(now, self.urgency),
                recontact_at=policy.ask_again_at(now),
                **watched.suggestion(anew, now, is_afresh=True),
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
            appeals = list(self.appeals.values_list("pk", flat=True))
            copied = self._copy_contacts(other)
            self._move(
                RequestState.MERGED,
                EventKind.MERGED,
                by,
                now,
                data={"into": other.code, "post_keys": moved, "appeal_keys": appeals, "contact_keys": copied},
                merged_into=other,
                outcome="",
                **NOBODY,
            )
            self.posts.update(request=other)
            self.appeals.update(request=other)
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

    def _copy_contacts(self, other: "HelpRequest") -> list[int]:
        """Give the numbers that the other does not have to it as well; return the keys of the copies."""
        known, copied = set(other.contacts.values_list("phone_hash", flat=True)), []
        for contact in self.contacts.exclude(phone_hash__in=known):
            contact.pk, contact.request = None, other
            contact.save(force_insert=True)
            copied.append(contact.pk)
        return copied

    def unmerge(self, by: Volunteer, now: datetime, data: dict[str, Any]) -> None:
        """Back into the queue, a request of its own again; whoever calls brings its posts back (splitting.undo_merge)."""
        self._to_queue(
            EventKind.UNMERGED,
            by,
            now,
            gave_back=None,
            is_afresh=True,
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

    def note_taken_to(self, data: dict[str, Any], by: Volunteer, now: datetime) -> None:
        """The history of Appeal.take."""
        self._change(EventKind.TAKEN_TO, by, now, data=data)

    def note_official_said(self, data: dict[str, Any], by: Volunteer, now: datetime, note: str) -> None:
        """The history of Appeal.hear."""
        self._change(EventKind.OFFICIAL_SAID, by, now, note=note, data=data)

    def advise(self, text: str, by: Volunteer, now: datetime) -> None:
        """A doctor's advice, shown on the request and on the one that it belongs to."""
        self._change(EventKind.ADVISED, by, now, note=text)

    def set_call_wish(
        self, after: datetime | None, language: str, by: Volunteer | None, now: datetime
    ) -> None:
        """When the family wishes to be called, and in which language; empty: no wish.

        A first call is not due before the time wished for: nobody is chased to call a family that asked to wait.
        """
        if after is not None and not now < after <= now + timedelta(days=3):
            raise NotAllowed("the time wished for must lie ahead, within three days")
        data = {"after": after.isoformat() if after else None, "language": language}
        self._change(EventKind.CALL_WISH, by, now, data=data, **self.wished(after, language))

    def set_place(self, district: District, block: Block | None, by: Volunteer, now: datetime) -> None:
        """Say where it is. In another district it goes to that district's queue, whoever held it."""
        if block and block.district_id != district.pk:
            raise NotAllowed("that block lies in another district")
        data = {
            "district": district.pk,
            "block": block.pk if block else None,
            "was": self.district_id,
            "candidates": self.place_candidates,
        }
        fields: dict[str, Any] = {
            "district": district,
            "block": block,
            "place_confidence": 1.0,
            "place_candidates": [],
        }
        if self.attention in {Attention.PLACE_UNKNOWN, Attention.OUTSIDE}:
            fields["attention"] = Attention.NONE
        with transaction.atomic():
            moves_on = self.state in HELD and self.district_id not in {None, district.pk}
            if self.state in FREE and self.district_id != district.pk:
                fields |= self.suggested_in(district.pk, block.pk if block else None, now)
            self._change(EventKind.PLACE_SET, by, now, data=data, **fields)
            if moves_on:
                self._to_queue(EventKind.RELEASED, by, now, gave_back=None, is_afresh=True)

    def set_outside(self, by: Volunteer, now: datetime) -> None:
        """Say that it lies outside Rajasthan: on the state desk's own list."""
        data = {"outside": True, "was": self.district_id, "candidates": self.place_candidates}
        fields: dict[str, Any] = {
            "district": None,
            "block": None,
            "attention": Attention.OUTSIDE,
            "place_candidates": [],
            **watched.suggestion(self._with(district_id=None), now),
        }
        with transaction.atomic():
            was_held = self.state in HELD
            self._change(EventKind.PLACE_SET, by, now, data=data, **fields)
            if was_held:
                self._to_queue(EventKind.RELEASED, by, now, gave_back=None)

    def unset_place(self, candidates: list[dict[str, Any]], by: Volunteer, now: datetime) -> None:
        """Take back a place that was set in error where none was known: among those whose place is asked for again."""
        fields: dict[str, Any] = {
            "district": None,
            "block": None,
            "place_confidence": 0,
            "place_candidates": candidates,
            "attention": Attention.PLACE_UNKNOWN,
            **watched.suggestion(self._with(district_id=None), now),
        }
        self._change(EventKind.UNDONE, by, now, data={"field": "place", "was": self.district_id}, **fields)

    def doubt(self, by: Volunteer, now: datetime) -> None:
        """Take back that it is a plea: a person must look again."""
        self._move(RequestState.REVIEW, EventKind.UNDONE, by, now, only_from=RequestState.QUEUED)

    def set_urgency(self, urgency: Urgency, by: Volunteer, now: datetime) -> None:
        fields: dict[str, Any] = {
            "urgency": urgency,
            "contact_due_at": policy.first_contact_due(self.waiting_since, urgency),
            "outcome_due_at": policy.outcome_due(self.waiting_since, urgency),
        }
        if self.escalate_at is not None and not self.escalated_to:
            fields["escalate_at"] = fields["contact_due_at"]
        data = {"urgency": str(urgency), "was": self.urgency}
        self._change(EventKind.URGENCY_SET, by, now, data=data, **fields)

    def set_need(self, kind: NeedKind, state: NeedState, by: Volunteer, now: datetime) -> None:
        """Mark a need open, met or void; one that was not there yet is added."""
        with transaction.atomic():
            Need.objects.update_or_create(request=self, kind=kind, defaults={"state": state})
            self._change(EventKind.NEED_CHANGED, by, now, data={"need": str(kind), "state": str(state)})

    def set_attention(self, attention: Attention, by: Volunteer | None, now: datetime) -> None:
        fields: dict[str, Any] = {"attention": attention}
        if by is not None:  # a person has looked: it is asked again after the set time
            fields["recontact_at"] = policy.ask_again_at(now)
        self._change(EventKind.ATTENTION, by, now, data={"attention": str(attention)}, **fields)

    def still_needed(self, by: Volunteer, now: datetime) -> None:
        """Somebody asked the family: help is still needed. Of one that another holds its holder says that."""
        if not self.is_open:
            raise NotAllowed("it is over")
        if self.state in HELD and self.holder_id != by.pk:
            raise Lost(self.holder)
        self._change(EventKind.STILL_NEEDED, by, now, **self.heard_of(now))

    def suggested_in(self, district: int | None, block: int | None, now: datetime) -> dict[str, Any]:
        """Return the fields that put it before somebody in that place."""
        return watched.suggestion(self._with(district_id=district, block_id=block), now, is_afresh=True)

    # --- What the clock does: harmless when two do it at once ---------------------------------------------------

    def escalate(self, by: Volunteer | None, now: datetime, note: str = "") -> bool:
        """Make the step that is due, or with `by` the step to the next desk at once; return whether there was one.

        Raises NotAllowed when a person asks and the state desk has it already, Lost when somebody moved it first.
        """
        standing, there = watched.standing_of(self)
        watch = escalating.one_up(standing, there, now) if by else escalating.watch(standing, there, now)
        step, fields = watch.step, dict[str, Any](escalate_at=watch.again)
        still_so = {
            "escalate_at": self.escalate_at,
            "escalated_to": self.escalated_to,
            "holder": self.holder_id,
        }
        if step is None:
            if by is not None:
                raise NotAllowed("the state desk has it already")
            HelpRequest.objects.filter(pk=self.pk, state=self.state, **still_so).update(**fields)
            return False
        fields["escalated_to"] = step.desk
        data: dict[str, Any] = {"step": step.name, "to": step.suggested, "reason": step.reason}
        if self.state in FREE:
            fields["suggested_id"] = step.suggested
            data["passed"] = self.suggested_id
        self._change(EventKind.ESCALATED, by, now, note=note, data=data, only_if=still_so, **fields)
        return True

    def suggest_anew(self, now: datetime) -> None:
        """Put a free request before somebody else: who was suggested is gone, or nobody was."""
        fields = watched.suggestion(self, now)
        still_so = {"suggested": self.suggested_id, "escalated_to": self.escalated_to}
        data = {"to": fields["suggested_id"], "desk": fields["escalated_to"]}
        self._change(EventKind.SUGGESTED, None, now, data=data, only_if=still_so, **fields)

    def rank_anew(self, now: datetime) -> bool:
        """A promise broke: it stands higher in the queue from now on. Returns whether this call did it."""
        still_so = HelpRequest.objects.filter(
            pk=self.pk, changed_at=self.changed_at, promise_at=self.promise_at
        )
        return bool(still_so.update(**self.clocks(now)))

    def go_stale(self, now: datetime) -> None:
        """Nobody has heard of the family for long: ask whether help is still needed."""
        data = {"attention": str(Attention.STALE)}
        still_so = {"attention": Attention.NONE, "recontact_at": self.recontact_at}
        self._change(EventKind.ATTENTION, None, now, data=data, only_if=still_so, attention=Attention.STALE)

    def keep_by_reading(self, by: Volunteer, now: datetime) -> None:
        """Its holder reads its page: the lease goes on, until policy.READING_LEASE after their last act."""
        if self.state != RequestState.CLAIMED or self.holder_id != by.pk or not self.lease_until:
            return
        until = min(now + policy.CLAIM_LEASE, (self.acted_at or now) + policy.READING_LEASE)
        if self.lease_until > now and until > self.lease_until + timedelta(minutes=1):
            mine = HelpRequest.objects.filter(pk=self.pk, state=RequestState.CLAIMED, holder=by)
            mine.filter(lease_until=self.lease_until).update(lease_until=until)
            self.lease_until = until

    # --- The doors that write -----------------------------------------------------------------------------------

    def _to_queue(
        self,
        kind: EventKind,
        by: Volunteer | None,
        now: datetime,
        *,
        gave_back: int | None,
        is_afresh: bool = False,
        **how: Any,
    ) -> None:
        """Back to the queue and before somebody else at once; `how` as for _move."""
        there = watched.suggestion(self, now, gave_back=gave_back, is_afresh=is_afresh)
        self._move(RequestState.QUEUED, kind, by, now, **how, **there, **NOBODY)

    def _change(
        self,
        kind: EventKind,
        by: Volunteer | None,
        now: datetime,
        *,
        only_if: dict[str, Any] | None = None,
        note: str = "",
        data: dict[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Write facts and their line of history; the holder's own act lengthens the lease."""
        if by is not None and self.holder_id == by.pk and self.state == RequestState.CLAIMED:
            fields |= self._lease(now)
        if not RANKED_BY.isdisjoint(fields):
            fields |= self.clocks(now, fields)
        with transaction.atomic():
            rows = HelpRequest.objects.filter(pk=self.pk, state=self.state, **(only_if or {}))
            won = rows.update(changed_at=now, **fields)
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
        if not RANKED_BY.isdisjoint(fields):
            fields |= self.clocks(now, fields)
        with transaction.atomic():
            won = HelpRequest.objects.filter(pk=self.pk, state=old, **conditions).update(
                state=to, changed_at=now, **fields
            )
            if not won:
                raise self._lost()
            Event.objects.create(request=self, kind=kind, by=by, at=now, note=note, data=data or {})
        self._take_over({"state": to, "changed_at": now, **fields})

    def _lost(self) -> Lost:
        return Lost(Volunteer.objects.filter(held=self.pk).first())

    def _take_over(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


SOLVED = frozenset({Outcome.HELPED, Outcome.HELPED_BY_OTHERS})
NOBODY: dict[str, Any] = {"holder": None, "lease_until": None, "wait_until": None, "acted_at": None}
"""The fields of a request that no one holds."""
