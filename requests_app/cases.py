"""Decides where a person will see a post that was read, and writes it there: a request, new or known, a lead, or the noise.

Everything here runs in the caller's transaction, under the matcher's lock (docs/decisions/one-matcher-at-a-time.md).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from districts.models import Volunteer
from districts.needs import NeedKind
from requests_app import matching, policy, routing, sealing
from requests_app.models import (
    Contact,
    Event,
    HelpRequest,
    Lead,
    Need,
    Post,
)
from requests_app.stated import Said
from requests_app.states import (
    HELD,
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


class Moved(Exception):
    """The request that the post belongs to was merged or closed again and again while we looked."""


def place(
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
