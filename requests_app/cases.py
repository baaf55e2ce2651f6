"""Decides where a person will see a post that was read, and writes it there: a request, new or known, a lead, or the noise.

Everything here runs in the caller's transaction, under the matcher's lock (docs/decisions/one-matcher-at-a-time.md).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.dateparse import parse_datetime

from districts.needs import NeedKind
from requests_app import candidates, matching, policy, routing, sealing
from requests_app.models import (
    Contact,
    Event,
    HelpRequest,
    Lead,
    Need,
    PossibleMatch,
    Post,
    people_on_duty,
)
from requests_app.offering import make_lead
from requests_app.stated import Said
from requests_app.states import (
    FREE,
    OPEN,
    Attention,
    EventKind,
    Kind,
    PostOutcome,
    RequestState,
    Urgency,
)

LOOKS = 4
SAID_TO_BE_OVER = frozenset({Attention.SAID_SOLVED, Attention.SAID_DIED})
TELLS = {"solved": Attention.SAID_SOLVED, "died": Attention.SAID_DIED}
HAS_OWN_WORDS = frozenset({"thread", "phone", "near_words", "phone_typo"})
"""Reasons to join of posts whose words others may repeat."""


class Moved(Exception):
    """The request that the post belongs to was merged or closed again and again while we looked."""


def place(
    post: Post, said: Said, words: str, now: datetime, roster: "Roster"
) -> tuple[PostOutcome, HelpRequest | None, Lead | None]:
    """Decide where a person will see this post: in a request, new or known, among the leads, or in the noise."""
    incoming = candidates.incoming_of(post, said, words, now)
    if said.kind == Kind.OFFER and not said.is_unsure:
        return PostOutcome.LEAD, None, make_lead(post, said, words, now)
    opens = said.kind == Kind.REQUEST or said.is_unsure
    decision, joined = _request_of(post, said, incoming, now, opens)
    if joined is not None:
        _join(post, said, joined, decision, now, roster)
        if decision.reason in HAS_OWN_WORDS and opens:
            candidates.keep_traces(post, now)
        return PostOutcome.JOINED, joined, None
    if opens:
        request = open_request(post, said, now, roster)
        PossibleMatch.note(request.pk, decision.possible, now)
        candidates.keep_traces(post, now)
        return PostOutcome.OPENED, request, None
    return PostOutcome.NOISE, None, None


def _request_of(
    post: Post, said: Said, incoming: matching.Incoming, now: datetime, opens: bool
) -> tuple[matching.Decision, HelpRequest | None]:
    """Return the request to join, locked, and why; None to open one. Raises Moved.

    A person may close it between the look and the lock: then we look again.
    """
    for _look in range(LOOKS):
        knowns = {known.pk: known for known in candidates.linked_to(post, incoming)}
        decision = matching.decide(incoming, list(knowns.values()))
        if decision.join is None and opens:
            for known in candidates.alike(post, said, incoming, now):
                knowns[known.pk] = matching.both(knowns.get(known.pk), known)
            decision = matching.decide(incoming, list(knowns.values()))
        if decision.join is None:
            return decision, None
        # No key: whoever writes a line of its history, as a person who looks at a number does, is not in the way.
        request = HelpRequest.objects.select_for_update(no_key=True).get(pk=decision.join)
        if request.state != RequestState.MERGED and request.is_open == (knowns[request.pk].state in OPEN):
            return decision, request
    raise Moved


def may_be_same(post: Post, request: HelpRequest, said: Said, now: datetime) -> None:
    """Look for requests that may be the same as one that a person opened for a post, and write them down."""
    incoming = candidates.incoming_of(post, said, post.fingerprint, now)
    knowns = {known.pk: known for known in candidates.linked_to(post, incoming)}
    for known in candidates.alike(post, said, incoming, now):
        knowns[known.pk] = matching.both(knowns.get(known.pk), known)
    knowns.pop(request.pk, None)
    found = list(knowns.values())
    sure = {known.pk for known in found if matching.best_fit(incoming, known)}
    PossibleMatch.note(request.pk, matching.possible_for(incoming, found, sure), now)
    candidates.keep_traces(post, now)


# --- What a post becomes ------------------------------------------------------------------------------------------


def open_request(post: Post, said: Said, now: datetime, roster: "Roster | None" = None) -> HelpRequest:
    """Open a request for this post; advice asked for beside other needs becomes a linked one on the doctor desk."""
    roster = roster or Roster()
    field_needs = tuple(need for need in said.needs if need != NeedKind.CONSULTATION)
    if NeedKind.CONSULTATION in said.needs and field_needs:
        request = _open(post, said, field_needs, now, roster, is_consultation=False)
        _open(post, said, (NeedKind.CONSULTATION,), now, roster, is_consultation=True, parent=request)
        return request
    return _open(post, said, said.needs, now, roster, is_consultation=NeedKind.CONSULTATION in said.needs)


def _open(
    post: Post,
    said: Said,
    needs: Sequence[str],
    now: datetime,
    roster: "Roster",
    *,
    is_consultation: bool,
    parent: HelpRequest | None = None,
) -> HelpRequest:
    attention = Attention.NONE
    if said.is_outside:
        attention = Attention.OUTSIDE
    elif said.district is None:
        attention = Attention.PLACE_UNKNOWN
    way = routing.route(
        routing.Ask(said.district, said.block, frozenset(needs), is_consultation, said.language),
        roster.of(said.district),
    )
    roster.note_suggested(way.suggested)
    request = HelpRequest.objects.create(
        state=RequestState.REVIEW if said.is_unsure else RequestState.QUEUED,
        urgency=said.urgency,
        attention=attention,
        is_consultation=is_consultation,
        summary=post.masked_text,
        patient=said.patient,
        language=said.language,
        district_id=said.district,
        block_id=said.block,
        place_confidence=said.place_confidence,
        place_candidates=said.candidates,
        client=post.client,
        parent=parent,
        post_count=1,
        suggested_id=way.suggested,
        escalated_to=way.desk,
        opened_at=now,
        changed_at=now,
        **policy.first_clocks(now, said.urgency, attention, way.desk),
    )
    Need.objects.bulk_create([Need(request=request, kind=kind) for kind in needs])
    Contact.objects.bulk_create([Contact.of(phone, request=request) for phone in said.phones])
    data = {"source": post.source, "route": way.reason, "desk": way.desk}
    Event.objects.create(request=request, kind=EventKind.OPENED, at=now, data=data)
    _note_wish(post, request, now)
    return request


def _note_wish(post: Post, request: HelpRequest, now: datetime) -> None:
    """Lay on the request when and in which language its caller wished to be called, as the phone desk wrote it down."""
    after = parse_datetime(str(post.form.get("call_after") or ""))
    language = str(post.form.get("call_language") or "")
    if after is not None and after <= now:
        after = None
    if (after or language) and request.is_open:
        request.set_call_wish(after, language, post.written_by, now)


def _join(
    post: Post, said: Said, request: HelpRequest, decision: matching.Decision, now: datetime, roster: "Roster"
) -> None:
    """Add a post to its request, which is locked: count it, take over what is new in it, act on what it tells."""
    fields: dict[str, Any] = {"post_count": F("post_count") + 1, "changed_at": now}
    if decision.reopens:
        request.reopen(None, now)
    if decision.is_own and (said.kind == Kind.REQUEST or said.news == "still_needed") and not post.copy_of:
        fields |= request.heard_of(now)
    attention = _attention_after(post, said, request, decision)
    if attention is not None:
        fields["attention"] = attention
    if request.district_id is None and said.district is not None and request.is_open:
        fields |= {"district_id": said.district, "block_id": said.block, "place_candidates": []}
        fields["place_confidence"] = said.place_confidence
        fields |= request.suggested_in(said.district, said.block, now) if request.state in FREE else {}
        if request.attention == Attention.PLACE_UNKNOWN:
            fields["attention"] = Attention.NONE
    if said.kind == Kind.REQUEST and _is_more_urgent(said.urgency, request.urgency) and request.is_open:
        fields["urgency"] = said.urgency
        fields |= request.due_sooner(said.urgency, now)
    new_facts = {name: value for name, value in said.patient.items() if name not in request.patient}
    if new_facts:
        fields["patient"] = {**request.patient, **new_facts}
    HelpRequest.objects.filter(pk=request.pk).update(**fields, **request.clocks(now, fields))
    if attention is not None:
        Event.objects.create(
            request=request, kind=EventKind.ATTENTION, at=now, data={"attention": str(attention)}
        )
    request.contacts.filter(phone_hash__in=[sealing.keyed_hash(phone) for phone in said.phones]).update(
        is_helpers=False
    )
    known = set(request.contacts.values_list("phone_hash", flat=True))
    fresh = [Contact.of(phone, request=request) for phone in said.phones]
    Contact.objects.bulk_create([contact for contact in fresh if contact.phone_hash not in known])
    if said.kind == Kind.REQUEST:
        _add_needs(post, said, request, now, roster)
    data = {"reason": decision.reason, "kind": said.kind, "news": said.news}
    Event.objects.create(request=request, kind=EventKind.POST_JOINED, at=now, data=data)
    if post.form.get("call_after") or post.form.get("call_language"):
        request.refresh_from_db()
        _note_wish(post, request, now)


def _attention_after(
    post: Post, said: Said, request: HelpRequest, decision: matching.Decision
) -> Attention | None:
    """What a person must look at after this post tells news of an open request; None: as before.

    Only its own author or number is believed that it is over, and even then a person confirms it; what others say stands
    in the thread. Whoever asks on takes it back, except by passing on old words.
    """
    if not request.is_open:
        return None
    asks_on = (said.kind == Kind.REQUEST or said.news == "still_needed") and not post.copy_of
    if asks_on and decision.reason in HAS_OWN_WORDS and request.attention in SAID_TO_BE_OVER:
        return Attention.PLACE_UNKNOWN if request.district_id is None else Attention.NONE
    tells = TELLS.get(said.news) if not asks_on and decision.is_own else None
    is_news = tells is not None and tells != request.attention
    return tells if is_news and request.attention != Attention.SAID_DIED else None


def _add_needs(post: Post, said: Said, request: HelpRequest, now: datetime, roster: "Roster") -> None:
    """Ask for what the request does not ask for yet.

    Beside a consultation the rest goes to the plea's own request where that is open, else on the consultation, which
    the queue shows then; advice asked for later becomes a consultation beside the request, with its numbers.
    """
    parent = request.parent if request.is_consultation else None
    target = parent if parent is not None and parent.is_open else request
    has = set(target.needs.values_list("kind", flat=True))
    more = [kind for kind in said.needs if kind not in has and kind != NeedKind.CONSULTATION]
    Need.objects.bulk_create([Need(request=target, kind=kind) for kind in more])
    asks_doctor = NeedKind.CONSULTATION in said.needs and NeedKind.CONSULTATION not in has
    if not (asks_doctor and request.is_open) or request.is_consultation:
        return
    if request.linked.filter(is_consultation=True).exists():
        return
    where = said
    if request.district_id is not None:
        where = replace(said, district=request.district_id, block=request.block_id, is_outside=False)
    advice = _open(post, where, (NeedKind.CONSULTATION,), now, roster, is_consultation=True, parent=request)
    for contact in request.contacts.exclude(phone_hash__in=advice.contacts.values("phone_hash")):
        contact.pk, contact.request = None, advice
        contact.save(force_insert=True)


def _is_more_urgent(new: str, old: str) -> bool:
    order = list(Urgency.values)
    return order.index(new) < order.index(old)


class Roster:
    """Who is on duty where, with their load; asked once per district for a whole batch."""

    def __init__(self) -> None:
        self._people: dict[int, list[routing.Person]] = {}
        self._suggested: Counter[int] = Counter()

    def of(self, district: int | None) -> list[routing.Person]:
        """The people on duty in a district; what was suggested to them in this batch counts as load."""
        if district is None:
            return []
        if district not in self._people:
            self._people[district] = people_on_duty(district)
        return [
            replace(person, load=person.load + self._suggested[person.pk])
            for person in self._people[district]
        ]

    def note_suggested(self, volunteer: int | None) -> None:
        if volunteer is not None:
            self._suggested[volunteer] += 1
