"""Finds the requests that a post may belong to, in a bounded number of rows however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet

from requests_app import likeness, sealing, telling_apart
from requests_app.matching import Incoming, Known
from requests_app.models import Contact, HelpRequest, PossibleMatch, Post, WordTrace
from requests_app.policy import POLICY
from requests_app.stated import Said
from requests_app.states import OPEN, PostOutcome, RequestState
from requests_app.telling_apart import Facts, different_patients, facts_of

NEWEST = 40
"""So many requests of a number, a thread or the same words are looked at, newest first."""
TRACES = 25
"""So many posts under a key of words."""
ALIKE = 12
"""So many requests with much the same words are looked at closely, the likest first."""
SWEPT_EVERY = 20
"""Old keys are dropped with every so many'th post, twice as many as were kept since."""
OF_AN_AUTHOR = 6
"""An author with so many requests passes on what others ask: he says nothing of who the patient is."""


def incoming_of(post: Post, said: Said, words: str, now: datetime) -> Incoming:
    """What matching must know of a post."""
    return Incoming(
        kind=said.kind,
        facts=facts_of(
            said.needs,
            said.district,
            said.patient,
            [sealing.keyed_hash(phone) for phone in said.phones],
            block=said.block,
            masked=post.masked_text,
        ),
        author=post.author_id,
        thread=post.thread_id,
        related=frozenset(filter(None, (post.quote_of, post.edit_root))) - {post.external_id},
        fingerprint=words,
        at=now,
        reply_to=post.in_reply_to,
        is_placed=bool(post.form.get("district")),
        copy_of=post.copy_of,
        own_id=post.external_id,
        news=said.news,
    )


def linked_to(post: Post, incoming: Incoming) -> list[Known]:
    """The requests that share a number, a thread, an original or the words with a post.

    An API client's posts meet its own requests only, and nobody else's posts meet those.
    """
    posts = _posts_linked(post, incoming)
    contacts = _of_families().filter(phone_hash__in=incoming.facts.phones)
    keys = set(posts) | set(_newest(contacts.order_by(), "request"))
    return _known(post, incoming, keys, {})


def alike(post: Post, said: Said, incoming: Incoming, now: datetime) -> list[Known]:
    """The requests that share no more than much the same words, an almost equal number, or the author with a post."""
    words = likeness.words_of(post.masked_text)
    near = [
        sealing.keyed_hash(other) for phone in said.phones[:3] for other in telling_apart.numbers_near(phone)
    ]
    near_keys = set(_newest(_of_families().filter(phone_hash__in=near).order_by(), "request"))
    theirs: set[int] = set()
    if post.author_id:
        recent = Post.objects.filter(author_id=post.author_id, request__isnull=False, copy_of="")
        rows = recent.order_by("-pk").values_list("request", flat=True)[: OF_AN_AUTHOR * 3]
        theirs = {key for key in rows if key is not None}
        if len(theirs) >= OF_AN_AUTHOR:
            theirs = set()
    others = _posts_with_traces(words, now)
    if incoming.facts.phones and not incoming.facts.describe_somebody:
        # Its own number beside another's, and nothing else to go by: such words join no one, nor is anybody asked.
        numbered = _of_families().filter(request__in=others.keys() - near_keys - theirs)
        for key in set(numbered.values_list("request", flat=True)):
            others.pop(key or 0, None)
    texts = _likest(words, others)
    return _known(post, incoming, set(texts) | near_keys | theirs, texts, near_keys)


def keep_traces(post: Post, now: datetime) -> None:
    """Keep the keys of a post's words, and drop some of those that are too old to be matched."""
    keys = likeness.keys_of(likeness.words_of(post.masked_text))
    WordTrace.objects.bulk_create([WordTrace(post=post, key=key, at=now) for key in keys])
    if post.pk % SWEPT_EVERY:
        return
    before = now - timedelta(days=POLICY["matching"]["joins_open_for"])
    old = (
        WordTrace.objects.filter(at__lt=before)
        .order_by("at")
        .values_list("pk", flat=True)[: 2 * likeness.BANDS * SWEPT_EVERY]
    )
    if stale := list(old):
        WordTrace.objects.filter(pk__in=stale).delete()


def _posts_linked(post: Post, incoming: Incoming) -> list[int]:
    """Keys of requests with a post in the same thread, of the same words or the same original, newest first."""
    originals = _originals(incoming)
    same = Q(thread_id=post.thread_id) if post.thread_id else Q(pk=None)
    if incoming.fingerprint:
        same |= Q(fingerprint=incoming.fingerprint)
    if originals:
        same |= Q(source=post.source, external_id__in=originals)
    if post.external_id and post.source == "x":
        passed_on = originals | {post.external_id}
        same |= Q(copy_of__in=passed_on) | Q(quote_of__in=passed_on)
    linked = Post.objects.filter(same, request__isnull=False).exclude(pk=post.pk)
    found = _newest(linked, "request")
    if post.thread_id and post.author_id and len(found) == NEWEST:
        # A thread in which many ask: what this author said there must not drown.
        found += _newest(linked.filter(thread_id=post.thread_id, author_id=post.author_id), "request")
    if originals and len(found) == NEWEST:
        found += _newest(linked.filter(source=post.source, external_id__in=originals), "request")
    return found


def _originals(incoming: Incoming) -> frozenset[str]:
    return incoming.related | frozenset(filter(None, (incoming.reply_to, incoming.copy_of)))


def _of_families() -> "QuerySet[Contact]":
    return Contact.objects.filter(request__isnull=False, is_helpers=False)


def _newest(rows: "QuerySet[Post] | QuerySet[Contact]", column: str) -> list[int]:
    return list(rows.order_by(f"-{column}").values_list(column, flat=True).distinct()[:NEWEST])


def _posts_with_traces(words: tuple[str, ...], now: datetime) -> dict[int, list[str]]:
    """Masked texts of posts that share a key of words, by their request."""
    since = now - timedelta(days=POLICY["matching"]["joins_open_for"])
    under = [
        WordTrace.objects.filter(key=key, at__gte=since)
        .order_by("-pk")
        .values_list("post", flat=True)[:TRACES]
        for key in likeness.keys_of(words)
    ]
    if not under:
        return {}
    if connection.features.supports_slicing_ordering_in_compound:
        under = [under[0].union(*under[1:])]  # one question instead of eight, while nobody else matches
    posts = {post for rows in under for post in rows}
    found: dict[int, list[str]] = defaultdict(list)
    rows = Post.objects.filter(pk__in=posts, request__isnull=False).values_list("request", "masked_text")
    for key, text in rows:
        if key is not None:
            found[key].append(text)
    return found


def _likest(words: tuple[str, ...], texts: Mapping[int, list[str]]) -> dict[int, list[str]]:
    """Return the ALIKE likest of these requests that are near at all: many may share a key with a plea of few words."""
    near = []
    for key, told in texts.items():
        best = max((likeness.likeness(words, likeness.words_of(text)) for text in told), key=likeness.weight)
        if best.is_near:
            near.append((*likeness.weight(best), key))
    return {key: texts[key] for *_weight, key in sorted(near, reverse=True)[:ALIKE]}


def _known(
    post: Post,
    incoming: Incoming,
    keys: set[int],
    texts: Mapping[int, list[str]],
    near_keys: "set[int] | frozenset[int]" = frozenset(),
) -> list[Known]:
    """Gather what is known of these requests that the post could have in common with them."""
    if not keys:
        return []
    requests = list(
        HelpRequest.objects.filter(pk__in=keys, client=post.client)
        .exclude(state=RequestState.MERGED)
        .order_by("is_consultation", "pk")
        .prefetch_related("needs", "contacts")
    )
    keys = {request.pk for request in requests}
    # Only what this post could have in common with theirs: a plea may have thousands of copies.
    told = Post.objects.filter(request__in=keys).exclude(pk=post.pk)
    wanted = _originals(incoming)
    shares = _shares(told, incoming, wanted)
    facts = {request.pk: _facts_of(request) for request in requests}
    busy_phones = _busy_phones(incoming, requests, facts)
    busy_threads = _busy_threads({key: shared.threads for key, shared in shares.items()}, facts)
    not_same = _not_same(keys)
    guises = _guises(facts)
    words = likeness.words_of(post.masked_text)
    return [
        Known(
            pk=request.pk,
            state=request.state,
            outcome=request.outcome,
            closed_at=request.closed_at,
            changed_at=request.changed_at,
            facts=facts[request.pk],
            authors=shares[request.pk].authors,
            owners=shares[request.pk].owners,
            threads=shares[request.pk].threads,
            posts=shares[request.pk].posts,
            fingerprints=shares[request.pk].fingerprints,
            busy_phones=busy_phones,
            busy_threads=busy_threads,
            likeness=max(
                (
                    likeness.likeness(words, likeness.words_of(text))
                    for text in {request.summary, *texts.get(request.pk, ())}
                ),
                key=likeness.weight,
            ),
            near_phone=request.pk in near_keys,
            not_same=not_same[request.pk],
            guises=guises.get(request.pk, ()),
        )
        for request in requests
    ]


def _guises(known: Mapping[int, Facts]) -> dict[int, tuple[Facts, ...]]:
    """What was said in the requests that people merged into these, and theirs, where it differs from what these say."""
    found: dict[int, tuple[Facts, ...]] = {}
    stays = {key: key for key in known}
    look = set(known)
    while look:
        merged = list(HelpRequest.objects.filter(merged_into__in=look).prefetch_related("needs", "contacts"))
        look = {request.pk for request in merged}
        for request in merged:
            key = stays[request.pk] = stays[request.merged_into_id or 0]
            facts = _facts_of(request)
            if facts.differ(known[key]):
                both = facts.phones | known[key].phones
                found[key] = (*found.get(key, ()), replace(facts, phones=both))
    return found


def _facts_of(request: HelpRequest) -> Facts:
    return facts_of(
        [need.kind for need in request.needs.all()],
        request.district_id,
        request.patient,
        [contact.phone_hash for contact in request.contacts.all() if not contact.is_helpers],
        block=request.block_id,
        masked=request.summary,
    )


def _busy_phones(
    incoming: Incoming, requests: list[HelpRequest], facts: Mapping[int, Facts]
) -> frozenset[str]:
    """Which of the post's numbers so many different patients have that they are of a helper or a desk.

    Over requests that are open or were closed lately: the look at them (NEWEST) is what bounds it.
    """
    since = incoming.at - timedelta(days=POLICY["matching"]["joins_open_for"])
    recent = [
        facts[request.pk] for request in requests if request.state in OPEN or request.changed_at >= since
    ]
    return frozenset(
        phone
        for phone in incoming.facts.phones
        if different_patients([one.without(phone) for one in recent if phone in one.phones])
        >= telling_apart.MANY
    )


def _busy_threads(threads: Mapping[int, frozenset[str]], facts: Mapping[int, Facts]) -> frozenset[str]:
    """Threads in which different patients are asked for: under a plea that many saw, or under our own words."""
    by_thread: dict[str, list[Facts]] = defaultdict(list)
    for key, names in threads.items():
        for name in names:
            by_thread[name].append(facts[key])
    return frozenset(name for name, listed in by_thread.items() if different_patients(listed) > 1)


def _not_same(keys: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Which requests a person said to be another patient's, by request."""
    found: dict[int, frozenset[int]] = defaultdict(frozenset)
    pairs = PossibleMatch.objects.of(keys).filter(state=PossibleMatch.State.DIFFERENT)
    for one, other in pairs.values_list("one", "other"):
        found[one] |= {other}
        found[other] |= {one}
    return found


@dataclass(frozen=True)
class Shared:
    """What the posts of a request have in common with a post: of its values those that theirs have too."""

    authors: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()


def _shares(told: "QuerySet[Post]", incoming: Incoming, originals: frozenset[str]) -> Mapping[int, Shared]:
    """Return what each request shares with the post, by its key: one question, while nobody else matches."""
    passed_on = sorted((originals | {incoming.own_id}) - {""})
    asked: dict[str, Q] = {}
    if incoming.author:
        asked["author"] = Q(author_id=incoming.author, copy_of="")
        asked["owner"] = asked["author"] & Q(outcome=PostOutcome.OPENED)
    if incoming.thread:
        asked["thread"] = Q(thread_id=incoming.thread)
    if incoming.fingerprint:
        asked["words"] = Q(fingerprint=incoming.fingerprint)
    for number, value in enumerate(passed_on):
        asked[f"post_{number}"] = Q(copy_of=value) | Q(quote_of=value)
        if value in originals:
            asked[f"post_{number}"] |= Q(external_id=value)
    found: dict[int, Shared] = defaultdict(Shared)
    if not asked:
        return found
    counts = {name: Count("pk", filter=condition) for name, condition in asked.items()}
    for request, *numbers in (
        told.order_by().values("request").annotate(**counts).values_list("request", *counts)
    ):
        has = {name for name, number in zip(counts, numbers, strict=True) if number}
        found[request] = Shared(
            authors=frozenset({incoming.author} if "author" in has else ()),
            owners=frozenset({incoming.author} if "owner" in has else ()),
            threads=frozenset({incoming.thread} if "thread" in has else ()),
            fingerprints=frozenset({incoming.fingerprint} if "words" in has else ()),
            posts=frozenset(value for number, value in enumerate(passed_on) if f"post_{number}" in has),
        )
    return found
