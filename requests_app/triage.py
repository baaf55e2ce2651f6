"""Turns due posts into requests: claims a batch, reads and places each, matches and routes it, in one short transaction.

What a batch promises: a post is finished by the worker that holds its lease token or not at all; a post whose reading
fails is tried again later, alone, and after policy.POST_ATTEMPTS times a person sees it on top of the review list.
"""

import json
import logging
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Count, F, Q, QuerySet

from districts.models import Volunteer
from districts.needs import NeedKind
from requests_app import matching, policy, routing, sealing
from requests_app.clock import database_now
from requests_app.models import (
    Contact,
    Event,
    HelpRequest,
    Lead,
    LoopLease,
    Need,
    Post,
    Reading,
)
from requests_app.policy import POLICY
from requests_app.reading import READER_VERSION, read
from requests_app.reading import Reading as Understood
from requests_app.reading.labels import as_labels
from requests_app.states import (
    HELD,
    OPEN,
    Attention,
    EventKind,
    Kind,
    PostOutcome,
    PostState,
    RequestState,
    Urgency,
)

log = logging.getLogger(__name__)

LOOKS = 4
FLOORS: dict[str, str] = {Kind.REQUEST: "kind", Kind.OFFER: "offer"}
"""Which confidence of policy.toml a kind must reach, or a person looks; "other_kind" for the rest."""

SAID_TO_BE_OVER = frozenset({Attention.SAID_SOLVED, Attention.SAID_DIED})


class LateWorker(Exception):
    """The lease ended and somebody else has the post now: nothing may be written."""


class Moved(Exception):
    """The request that the post belongs to was merged or closed again and again while we looked."""


@dataclass(frozen=True)
class Said:
    """What a post says, after the words of the person or client who sent it outright won over the reading."""

    kind: str
    needs: tuple[str, ...]
    urgency: str
    district: int | None
    block: int | None
    is_outside: bool
    place_confidence: float
    candidates: list[dict[str, Any]]
    phones: tuple[str, ...]
    patient: dict[str, Any]
    language: str
    news: str
    is_unsure: bool


# --- The doors ----------------------------------------------------------------------------------------------


def read_due(limit: int = policy.POST_BATCH) -> int:
    """Read one batch of due posts; return how many were taken up. 0 means that nothing is due."""
    token, posts = claim(limit)
    read_ones = [(post, understood) for post in posts if (understood := _read(post, token)) is not None]
    if finish(read_ones, token):
        LoopLease.note_done("reader", database_now())
    return len(posts)


def read_now(post: Post) -> Post:
    """Read this very post in this process, if nobody else is at it; return it fresh. Its failure leaves it due."""
    token = uuid.uuid4()
    with transaction.atomic():
        now = database_now()
        won = (
            Post.objects.due(now)
            .filter(pk=post.pk)
            .update(lease_token=token, lease_until=now + policy.POST_LEASE, attempts=F("attempts") + 1)
        )
    if won:
        post.refresh_from_db()
        understood = _read(post, token)
        if understood is not None:
            finish([(post, understood)], token)
    post.refresh_from_db()
    return post


def claim(limit: int) -> tuple[uuid.UUID, list[Post]]:
    """Take up to `limit` due posts under a fresh lease token, committed at once.

    Posts that were tried before are taken one at a time, so that one that kills its worker takes no others along, and
    in their turn: a flood of fresh ones does not keep them waiting.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        now = database_now()
        due = Post.objects.due(now).order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)
        first = due.only("pk", "attempts").first()
        if first is None or first.attempts:
            keys = [first.pk] if first else []
        else:
            keys = [post.pk for post in due.filter(attempts=0).only("pk")[:limit]]
        taken = Post.objects.filter(pk__in=keys)
        taken.update(lease_token=token, lease_until=now + policy.POST_LEASE, attempts=F("attempts") + 1)
        exhausted = taken.filter(attempts__gt=policy.POST_ATTEMPTS)
        exhausted.update(
            state=PostState.FAILED,
            lease_token=None,
            lease_until=None,
            last_error="reading it stopped the worker",
        )
        return token, list(
            Post.objects.filter(lease_token=token).select_related("client").order_by("posted_at", "pk")
        )


def _read(post: Post, token: uuid.UUID) -> Understood | None:
    """Understand the text, outside any transaction; a failure is written down and costs no other post anything."""
    try:
        return read(post.text, quoted=post.quoted_text)
    except Exception as error:  # whatever a text does to the reader, a person must get to see the post
        _failed(post, token, error)
        return None


def _failed(post: Post, token: uuid.UUID, error: Exception) -> None:
    """Set the next attempt, or show the post to a person. The message names the error's type, never the text."""
    log.warning("post %s could not be read: %s", post.pk, type(error).__name__)
    is_last = post.attempts >= policy.POST_ATTEMPTS
    Post.objects.filter(pk=post.pk, state=PostState.DUE, lease_token=token).update(
        state=PostState.FAILED if is_last else PostState.DUE,
        lease_token=None,
        lease_until=None,
        last_error=type(error).__name__[:300],
        next_attempt_at=policy.post_retry_at(database_now(), post.attempts),
    )


# --- A batch, one short transaction ----------------------------------------------------------------------------


def finish(batch: Sequence[tuple[Post, Understood]], token: uuid.UUID) -> int:
    """Write all that follows from the readings, in one transaction; return how many posts were finished.

    When one of them cannot be written the batch is undone and each is written alone, so that the one that fails is
    tried again later and costs its neighbours nothing. A post that somebody else finished is left as it is.
    """
    if not batch:
        return 0
    try:
        with transaction.atomic():
            _one_matcher_at_a_time()
            now, roster = database_now(), Roster()
            for post, understood in batch:
                _finish(post, token, understood, now, roster)
            write_readings(batch, now)
    except (
        OperationalError
    ) as error:  # the lock was not to be had, a deadlock: nothing is wrong with the posts
        log.warning("%s posts are put back: %s", len(batch), type(error).__name__)
        _put_back(token)
        return 0
    except Exception as error:  # the same promise as in _read
        if len(batch) > 1:
            return sum(finish([one], token) for one in batch)
        if isinstance(error, LateWorker):
            log.info("post %s was finished by somebody else", batch[0][0].pk)
        else:
            _failed(batch[0][0], token, error)
        return 0
    return len(batch)


def _put_back(token: uuid.UUID) -> None:
    """Leave what this lease holds for a moment later, one at a time. Raises OperationalError: the lease ends then."""
    Post.objects.filter(state=PostState.DUE, lease_token=token).update(
        lease_token=None, lease_until=None, next_attempt_at=policy.post_retry_at(database_now(), 1)
    )


def _one_matcher_at_a_time() -> None:
    """Two workers with two copies of a plea must not both open a request, so matching happens one at a time.

    A locked row on Postgres; on SQLite the IMMEDIATE transaction does it.
    """
    if not LoopLease.objects.select_for_update().filter(name="matching").exists():
        LoopLease.objects.bulk_create([LoopLease(name="matching")], ignore_conflicts=True)
        LoopLease.objects.select_for_update().get(name="matching")


def _finish(post: Post, token: uuid.UUID, understood: Understood, now: datetime, roster: "Roster") -> None:
    said = said_by(post, understood)
    words = matching.fingerprint(post.text)
    outcome, request, lead = _place(post, said, words, now, roster)
    written = Post.objects.filter(pk=post.pk, state=PostState.DUE, lease_token=token).update(
        state=PostState.READ,
        outcome=outcome,
        request=request,
        lead=lead,
        fingerprint=words,
        read_at=now,
        lease_token=None,
        lease_until=None,
        last_error="",
    )
    if not written:
        raise LateWorker


def write_readings(batch: Sequence[tuple[Post, Understood]], now: datetime) -> None:
    """Keep what this version of the reader understood, without the numbers; one row per post and version."""
    Reading.objects.bulk_create(
        [
            Reading(
                post=post,
                version=READER_VERSION,
                kind=understood.kind,
                confidence=understood.confidence,
                data=_without_numbers(as_labels(understood)),
                read_at=now,
            )
            for post, understood in batch
        ],
        update_conflicts=True,
        unique_fields=["post", "version"],
        update_fields=["kind", "confidence", "data", "read_at"],
    )


def _without_numbers(labels: dict[str, Any]) -> dict[str, Any]:
    evidence = [
        {**item, "label": "", "words": ""} if item["field"] == "phones" else item
        for item in labels["evidence"]
    ]
    kept = {name: value for name, value in labels.items() if name not in {"id", "confidence", "phones"}}
    return {**kept, "evidence": evidence}


def said_by(post: Post, understood: Understood) -> Said:
    """Lay the form of a phone call or an API call over the reading."""
    form, place = post.form, understood.place
    stated = json.loads(sealing.unseal(post.sealed_raw) or "{}") if form or post.source != "x" else {}
    is_placed = bool(form.get("district"))
    is_sure_of_place = place.district_code is not None and place.confidence >= POLICY["reading"]["place"]
    kind = Kind.REQUEST if form else understood.kind
    kind_confidence = 1.0 if form else understood.confidences.get("kind", understood.confidence)
    floor = POLICY["reading"][FLOORS.get(kind, "other_kind")]
    patient = {
        name: value
        for name in ("age", "spo2", "blood_group", "hospital")
        if (value := getattr(understood.patient, name, None)) is not None
    }
    stated_phones = stated.get("phones", []) if isinstance(stated, dict) else []
    return Said(
        kind=kind,
        needs=tuple(form.get("needs") or understood.needs),
        urgency=form.get("urgency") or understood.urgency or Urgency.NORMAL,
        district=form.get("district") or (place.district_code if is_sure_of_place else None),
        block=form.get("block") if is_placed else (place.block_code if is_sure_of_place else None),
        is_outside=not is_placed and place.is_outside,
        place_confidence=1.0 if is_placed else place.confidence,
        candidates=[] if is_placed or is_sure_of_place else _candidates(understood),
        phones=tuple(dict.fromkeys([*stated_phones, *(phone.e164 for phone in understood.phones)])),
        patient=patient,
        language=understood.lang,
        news=understood.news or "",
        is_unsure=kind_confidence < floor,
    )


def as_offer(post: Post) -> Said:
    """What a post says once a person called it an offer."""
    return replace(_said_at_all(post), kind=Kind.OFFER, is_unsure=False)


def as_plea(post: Post, needs: Sequence[str]) -> Said:
    """What a post says once a person called it a plea, with the needs that they named."""
    said = _said_at_all(post)
    return replace(said, kind=Kind.REQUEST, needs=tuple(needs) or said.needs, is_unsure=False)


def _said_at_all(post: Post) -> Said:
    """What a post says; nothing where no reader can read it, for a person has seen it and their word is what counts."""
    try:
        return said_by(post, read(post.text, quoted=post.quoted_text))
    except Exception as error:
        log.warning("post %s is judged unread: %s", post.pk, type(error).__name__)
        return Said(Kind.OTHER, (), Urgency.NORMAL, None, None, False, 0.0, [], (), {}, "", "", False)


def _candidates(understood: Understood) -> list[dict[str, Any]]:
    found = [
        {"district": item.district_code, "block": item.block_code} for item in understood.place.candidates
    ]
    if understood.place.district_code is not None:
        found.insert(0, {"district": understood.place.district_code, "block": understood.place.block_code})
    return [item for index, item in enumerate(found) if item not in found[:index]][:5]


def _place(
    post: Post, said: Said, words: str, now: datetime, roster: "Roster"
) -> tuple[PostOutcome, HelpRequest | None, Lead | None]:
    """Decide where a person will see this post: in a request, new or known, among the leads, or in the noise."""
    incoming = matching.Incoming(
        kind=said.kind,
        facts=matching.facts_of(
            said.needs, said.district, said.patient, [sealing.keyed_hash(p) for p in said.phones]
        ),
        author=post.author_id,
        thread=post.thread_id,
        related=frozenset(filter(None, (post.copy_of, post.quote_of, post.edit_root))),
        fingerprint=words,
        at=now,
        reply_to=post.in_reply_to,
        is_placed=bool(post.form.get("district")),
    )
    if said.kind == Kind.OFFER and not said.is_unsure:
        return PostOutcome.LEAD, None, make_lead(post, said, words, now)
    decision, joined = _request_of(post, incoming)
    if joined is not None:
        _join(post, said, joined, decision, now, roster)
        return PostOutcome.JOINED, joined, None
    if said.kind == Kind.REQUEST or said.is_unsure:
        return PostOutcome.OPENED, open_request(post, said, now, roster), None
    return PostOutcome.NOISE, None, None


def _request_of(post: Post, incoming: matching.Incoming) -> tuple[matching.Decision, HelpRequest | None]:
    """Return the request to join, locked, and why; None to open one. Raises Moved.

    A person may merge or close it between the look and the lock: then we look again.
    """
    for _look in range(LOOKS):
        knowns = {known.pk: known for known in known_to(post, incoming)}
        decision = matching.decide(incoming, list(knowns.values()))
        if decision.join is None:
            return decision, None
        # No key: whoever writes a line of its history, as a person who looks at a number does, is not in the way.
        request = HelpRequest.objects.select_for_update(no_key=True).get(pk=decision.join)
        if request.state != RequestState.MERGED and request.is_open == (knowns[request.pk].state in OPEN):
            return decision, request
    raise Moved


def known_to(post: Post, incoming: matching.Incoming) -> list[matching.Known]:
    """The requests that share a number, a thread, an original or the words with a post.

    An API client's posts meet its own requests only, and nobody else's posts meet those.
    """
    by_thread = Q(thread_id=post.thread_id) if post.thread_id else Q(pk=None)
    by_words = Q(fingerprint=incoming.fingerprint) if incoming.fingerprint else Q(pk=None)
    originals = incoming.related | ({incoming.reply_to} if incoming.reply_to else frozenset())
    by_original = Q(source=post.source, external_id__in=originals) if originals else Q(pk=None)
    posts = Post.objects.filter(by_thread | by_words | by_original, request__isnull=False).exclude(pk=post.pk)
    contacts = Contact.objects.filter(phone_hash__in=incoming.facts.phones, request__isnull=False)
    keys = set(posts.values_list("request", flat=True).distinct())
    keys |= set(contacts.values_list("request", flat=True).distinct())
    if not keys:
        return []
    requests = HelpRequest.objects.filter(pk__in=keys, client=post.client).exclude(state=RequestState.MERGED)
    busy = set(
        contacts.filter(request__state__in=OPEN)
        .values("phone_hash")
        .annotate(patients=Count("request"))
        .filter(patients__gte=matching.SHARED_BY_MANY)
        .values_list("phone_hash", flat=True)
    )
    # Only what this post could have in common with theirs: a plea may have thousands of copies.
    told = Post.objects.filter(request__in=keys)
    authors = _in_common(told, "author_id", [incoming.author])
    threads = _in_common(told, "thread_id", [incoming.thread])
    fingerprints = _in_common(told, "fingerprint", [incoming.fingerprint])
    named, copied = (_in_common(told, column, originals) for column in ("external_id", "copy_of"))
    return [
        matching.Known(
            pk=request.pk,
            state=request.state,
            outcome=request.outcome,
            closed_at=request.closed_at,
            changed_at=request.changed_at,
            facts=matching.facts_of(
                [need.kind for need in request.needs.all()],
                request.district_id,
                request.patient,
                [contact.phone_hash for contact in request.contacts.all()],
            ),
            authors=authors[request.pk],
            threads=threads[request.pk],
            posts=named[request.pk] | copied[request.pk],
            fingerprints=fingerprints[request.pk],
            busy_phones=frozenset(busy),
        )
        for request in requests.order_by("is_consultation", "pk").prefetch_related("needs", "contacts")
    ]


def _in_common(told: "QuerySet[Post]", column: str, values: Iterable[str]) -> dict[int, frozenset[str]]:
    """Return which of these values the posts of each request have in a column, by the request's key."""
    wanted = [value for value in values if value]
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    if wanted:
        pairs = told.filter(**{f"{column}__in": wanted}).values_list("request", column).distinct()
        for key, value in pairs.order_by():
            found[key] |= {value}
    return found


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
        rank_at=policy.rank_at(now, said.urgency),
        contact_due_at=policy.first_contact_due(now, said.urgency),
    )
    Need.objects.bulk_create([Need(request=request, kind=kind) for kind in needs])
    Contact.objects.bulk_create([Contact.of(phone, request=request) for phone in said.phones])
    data = {"source": post.source, "route": way.reason, "desk": way.desk}
    Event.objects.create(request=request, kind=EventKind.OPENED, at=now, data=data)
    return request


def _join(
    post: Post, said: Said, request: HelpRequest, decision: matching.Decision, now: datetime, roster: "Roster"
) -> None:
    """Add a post to its request, which is locked: count it, take over what is new in it, act on what it tells."""
    fields: dict[str, Any] = {"post_count": F("post_count") + 1, "changed_at": now}
    if decision.reopens:
        request.reopen(None, now)
    asks_on = said.kind == Kind.REQUEST or said.news == "still_needed"
    if request.is_open and not asks_on and said.news in {"solved", "died"}:
        fields["attention"] = Attention.SAID_SOLVED if said.news == "solved" else Attention.SAID_DIED
    elif asks_on and decision.reason in {"thread", "phone"} and request.attention in SAID_TO_BE_OVER:
        fields["attention"] = Attention.NONE
    if request.district_id is None and said.district is not None and request.is_open:
        fields |= {"district_id": said.district, "block_id": said.block, "place_candidates": []}
        fields["place_confidence"] = said.place_confidence
        if request.attention == Attention.PLACE_UNKNOWN:
            fields["attention"] = Attention.NONE
    if said.kind == Kind.REQUEST and _is_more_urgent(said.urgency, request.urgency) and request.is_open:
        fields["urgency"] = said.urgency
        fields["rank_at"] = policy.rank_at(request.opened_at, said.urgency)
        fields["contact_due_at"] = min(request.contact_due_at, policy.first_contact_due(now, said.urgency))
    new_facts = {name: value for name, value in said.patient.items() if name not in request.patient}
    if new_facts:
        fields["patient"] = {**request.patient, **new_facts}
    HelpRequest.objects.filter(pk=request.pk).update(**fields)
    known = set(request.contacts.values_list("phone_hash", flat=True))
    fresh = [Contact.of(phone, request=request) for phone in said.phones]
    Contact.objects.bulk_create([contact for contact in fresh if contact.phone_hash not in known])
    if said.kind == Kind.REQUEST:
        _add_needs(post, said, request, now, roster)
    data = {"reason": decision.reason, "kind": said.kind, "news": said.news}
    Event.objects.create(request=request, kind=EventKind.POST_JOINED, at=now, data=data)


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


def make_lead(post: Post, said: Said, words: str, now: datetime) -> Lead:
    """Make a lead of an offer; a copy of a known one belongs to it."""
    same = Q(fingerprint=words) if words else Q(pk=None)
    if post.copy_of:
        same |= Q(source=post.source, external_id=post.copy_of) | Q(copy_of=post.copy_of)
    earlier = Post.objects.filter(same, lead__isnull=False, client=post.client).select_related("lead").first()
    if earlier is not None and earlier.lead is not None:
        return earlier.lead
    lead = Lead.objects.create(
        summary=post.masked_text,
        needs=list(said.needs),
        district_id=said.district,
        block_id=said.block,
        offered_at=now,
    )
    Contact.objects.bulk_create([Contact.of(phone, lead=lead) for phone in said.phones])
    return lead


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


def people_on_duty(district: int) -> list[routing.Person]:
    """Who is on duty in a district. Load: the requests that they hold and those that wait suggested to them."""
    holds = Count("held", filter=Q(held__state__in=HELD), distinct=True)
    waits = Count("suggested", filter=Q(suggested__state=RequestState.QUEUED), distinct=True)
    people = Volunteer.objects.on_duty().filter(districts=district).annotate(load=holds + waits)
    blocks: dict[int, set[int]] = {}
    for volunteer, block in Volunteer.blocks.through.objects.filter(
        volunteer__in=[person.pk for person in people]
    ).values_list("volunteer", "block"):
        blocks.setdefault(volunteer, set()).add(block)
    return [
        routing.Person(
            pk=person.pk,
            role=person.role,
            districts=frozenset({district}),
            blocks=frozenset(blocks.get(person.pk, ())),
            needs=frozenset(person.needs),
            capacity=person.capacity,
            load=person.load,
            language=person.language,
        )
        for person in people
    ]


def backlog(now: datetime) -> tuple[int, datetime | None]:
    """How many posts are due now, and since when the oldest of them waits; for the sweeper and the monitor."""
    due = Post.objects.due(now)
    oldest = due.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
    return due.count(), oldest
