"""Reads posts again with the present reader: fills in what it sees now, where no person has spoken, and takes nothing away."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from districts.needs import NeedKind
from requests_app import policy, triage
from requests_app.clock import database_now
from requests_app.models import Contact, Correction, Event, HelpRequest, Need, Post
from requests_app.policy import POLICY
from requests_app.reading import READER_VERSION, read
from requests_app.reading import Reading as Understood
from requests_app.reading.masking import mask
from requests_app.stated import Said, said_by
from requests_app.states import HELD, Attention, EventKind, Kind, PostOutcome, PostState, Urgency
from requests_app.storable import storable

log = logging.getLogger(__name__)

Tell = Callable[[str], None]

BATCH = 200
OPENS_FOR = timedelta(days=POLICY["matching"]["joins_open_for"])
"""So young must a post be that was taken for no plea, for a case to be opened now; an older one is named alone."""
ORDER = list(Urgency.values)


@dataclass
class Reread:
    """What a run did: posts read, of them changed; `failed`: the reader cannot read them; the lines say what changed."""

    read: int = 0
    failed: int = 0
    changes: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def unread() -> QuerySet[Post]:
    """Posts that wait to be read, and those that could not be."""
    return Post.objects.filter(state__in=[PostState.DUE, PostState.FAILED], erased_at=None)


def not_read_by(version: str, since: datetime | None = None, codes: tuple[str, ...] = ()) -> QuerySet[Post]:
    """Posts that were read, but not by this version; an empty version: all. `since` is about when they came in."""
    posts = Post.objects.filter(state=PostState.READ, erased_at=None)
    if version:
        posts = posts.exclude(readings__version=version)
    if since is not None:
        posts = posts.filter(received_at__gte=since)
    if codes:
        posts = posts.filter(request__code__in=codes)
    return posts


def reread(posts: QuerySet[Post], tell: Tell, *, dry_run: bool = False) -> Reread:
    """Read these posts again, oldest first; each is a transaction of its own, so a run may be stopped and run again.

    With `dry_run` every transaction is undone.
    """
    done, last = Reread(), 0
    while keys := list(
        posts.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True).distinct()[:BATCH]
    ):
        for key in keys:
            _one(key, done, dry_run)
        last = keys[-1]
        tell(f"{done.read} posts read, {len(done.changes)} changes, {done.failed} cannot be read")
    return done


def _one(key: int, done: Reread, dry_run: bool) -> None:
    post = Post.objects.get(pk=key)
    try:
        text = post.text
        understood = read(text, quoted=post.quoted_text)
    except Exception as error:  # it stays where a person sees it; the message names no word of the text
        log.warning("post %s could not be read: %s", key, type(error).__name__)
        done.failed += 1
        return
    with transaction.atomic():
        if post.state == PostState.READ:
            _read_before(key, understood, done)
        elif text.strip():
            _never_read(key, text, done)
        else:
            done.failed += 1  # nothing to read in it: it stays on the review list
        if dry_run:
            transaction.set_rollback(True)


def _never_read(key: int, text: str, done: Reread) -> None:
    """Send a waiting or failed post through the ordinary reading. Should that fail it is on the review list at once."""
    failed = Post.objects.filter(pk=key, state=PostState.FAILED, erased_at=None)
    failed.filter(masked_text="").update(masked_text=storable(mask(text)))
    failed.update(
        state=PostState.DUE,
        attempts=policy.POST_ATTEMPTS - 1,
        next_attempt_at=database_now(),
        lease_until=None,
    )
    post = triage.read_now(Post.objects.get(pk=key))
    if post.state != PostState.READ:
        done.failed += post.state == PostState.FAILED
        return
    done.read += 1
    code = f" {post.request.code}" if post.request else ""
    done.changes.append(f"post {key}: read: {post.outcome}{code}")


def _read_before(key: int, understood: Understood, done: Reread) -> None:
    post = Post.objects.select_related("client").get(pk=key)
    request = post.request
    if request is not None:
        HelpRequest.objects.select_for_update().get(pk=request.pk)
    post = Post.objects.select_for_update().get(pk=key)
    if post.state != PostState.READ or post.erased_at is not None:
        return
    now = database_now()
    triage.write_readings([(post, understood)], now)
    done.read += 1
    said = said_by(post, understood)
    if post.request_id is not None:
        for case in _cases(post.request_id):
            _change(case, done, now)
        if said.kind != Kind.REQUEST and post.outcome == PostOutcome.OPENED:
            _hint(done, post, f"now reads as {said.kind}")
    elif said.kind == Kind.REQUEST and (post.outcome == PostOutcome.NOISE or not said.is_unsure):
        _was_no_plea(post, done, now)


def _was_no_plea(post: Post, done: Reread, now: datetime) -> None:
    """A post among the noise or the offers reads as a plea now: it goes through matching, as a new one does."""
    if Correction.objects.filter(post=post, field="kind").exists():
        return
    if post.received_at < now - OPENS_FOR:
        _hint(done, post, "now reads as a plea, too old to open a case by itself")
        return
    waits = {
        "state": PostState.DUE,
        "outcome": "",
        "attempts": policy.POST_ATTEMPTS - 1,
        "next_attempt_at": now,
    }
    lead = post.lead
    Post.objects.filter(pk=post.pk).update(lead=None, **waits)
    post = triage.read_now(post)
    if lead is not None and post.lead is None:
        Post.objects.filter(pk=post.pk).update(lead=lead)
    code = f" {post.request.code}" if post.request else ""
    done.changes.append(f"post {post.pk}: now a plea: {post.outcome}{code}")


def _hint(done: Reread, post: Post, words: str) -> None:
    code = f" ({post.request.code})" if post.request else ""
    done.hints.append(f"post {post.pk}{code}: {words}")


# --- A case that is open --------------------------------------------------------------------------------------------


def _cases(key: int) -> Iterator[HelpRequest]:
    """The case, and the consultation beside it, which rests on the same posts."""
    yield HelpRequest.objects.select_for_update().get(pk=key)
    own = Post.objects.filter(request=OuterRef("pk"))
    yield from HelpRequest.objects.select_for_update().filter(~Exists(own), parent=key)


def _change(request: HelpRequest, done: Reread, now: datetime) -> None:
    """Fill in what all posts of an open case say together, where no person has said it."""
    if not request.is_open:
        return
    posts = Post.objects.filter(request=request.parent_id or request.pk, erased_at=None)
    told = [
        replace(said_by(post, understood), is_outside=understood.place.is_outside)
        for post in posts.order_by("posted_at", "pk")
        if (understood := _understood(post)) is not None
    ]
    pleas = [said for said in told if said.kind == Kind.REQUEST]
    forms = [post.form for post in posts]
    for change in (
        _place(request, pleas, forms, now),
        _needs(request, pleas, forms, now),
        _urgency(request, pleas, forms, now),
        _patient(request, told, now),
        _contacts(request, told, now),
    ):
        if change:
            done.changes.append(f"{request.code}: {change}")
            request.refresh_from_db()


def _understood(post: Post) -> Understood | None:
    try:
        return read(post.text, quoted=post.quoted_text)
    except Exception as error:
        log.warning("post %s could not be read: %s", post.pk, type(error).__name__)
        return None


def _is_told(request: HelpRequest, name: str, kind: EventKind, forms: list[dict[str, Any]]) -> bool:
    """Whether a person said something about this: by a move, a merging, a correction, or outright in a form."""
    cases = [request.pk, request.parent_id]
    merged_into_it = Q(kind=EventKind.MERGED, data__has_key="from")
    moves = Event.objects.filter(Q(kind=kind) | merged_into_it, request__in=cases, by__isnull=False)
    corrected = Correction.objects.filter(post__request__in=cases, field=name)
    entry = "district" if name == "place" else name
    return any(form.get(entry) for form in forms) or moves.exists() or corrected.exists()


def _write(request: HelpRequest, kind: EventKind, now: datetime, data: dict[str, Any], **fields: Any) -> None:
    HelpRequest.objects.filter(pk=request.pk).update(changed_at=now, **fields)
    Event.objects.create(request=request, kind=kind, at=now, data={**data, "reader": READER_VERSION})


def _place(request: HelpRequest, pleas: list[Said], forms: list[dict[str, Any]], now: datetime) -> str:
    """The place of the first post that names one surely. Nobody's work is moved away from under them."""
    if request.state in HELD or _is_told(request, "place", EventKind.PLACE_SET, forms):
        return ""
    said = next((said for said in pleas if said.district is not None), None)
    if said is None:
        is_outside = bool(pleas) and all(one.is_outside for one in pleas)
        if is_outside and request.district_id is None and request.attention == Attention.PLACE_UNKNOWN:
            _write(
                request,
                EventKind.PLACE_SET,
                now,
                {"outside": True, "was": None},
                attention=Attention.OUTSIDE,
                place_candidates=[],
            )
            return "place: outside"
        return ""
    if (said.district, said.block) == (request.district_id, request.block_id):
        return ""
    if said.district == request.district_id and said.block is None:
        return ""
    was = request.district_id
    fields: dict[str, Any] = {
        "district_id": said.district,
        "block_id": said.block,
        "place_confidence": said.place_confidence,
        "place_candidates": [],
        **request.suggested_in(said.district, said.block, now),
    }
    if request.attention in {Attention.PLACE_UNKNOWN, Attention.OUTSIDE}:
        fields["attention"] = Attention.NONE
    data = {"district": said.district, "block": said.block, "was": was}
    _write(request, EventKind.PLACE_SET, now, data, **fields, **request.clocks(now, fields))
    return f"place: {was or 'unknown'} -> {said.district}" + (f"-{said.block}" if said.block else "")


def _needs(request: HelpRequest, pleas: list[Said], forms: list[dict[str, Any]], now: datetime) -> str:
    """Needs are added, never taken away."""
    if request.is_consultation or _is_told(request, "needs", EventKind.NEED_CHANGED, forms):
        return ""
    has = set(request.needs.values_list("kind", flat=True))
    read_now = dict.fromkeys(need for said in pleas for need in said.needs)
    more = [need for need in read_now if need not in has and need != NeedKind.CONSULTATION]
    if has:
        more = [need for need in more if need != NeedKind.OTHER]
    if not more:
        return ""
    Need.objects.bulk_create([Need(request=request, kind=need) for need in more])
    for need in more:
        _write(request, EventKind.NEED_CHANGED, now, {"need": need, "state": "open"})
    return f"needs: + {', '.join(more)}"


def _urgency(request: HelpRequest, pleas: list[Said], forms: list[dict[str, Any]], now: datetime) -> str:
    """Urgency is raised, never lowered."""
    if not pleas or _is_told(request, "urgency", EventKind.URGENCY_SET, forms):
        return ""
    level, was = min((said.urgency for said in pleas), key=ORDER.index), request.urgency
    if ORDER.index(level) >= ORDER.index(was):
        return ""
    sooner = {"urgency": level, **request.due_sooner(level, now)}
    _write(
        request,
        EventKind.URGENCY_SET,
        now,
        {"urgency": level, "was": was},
        **sooner,
        **request.clocks(now, sooner),
    )
    return f"urgency: {was} -> {level}"


def _patient(request: HelpRequest, told: list[Said], now: datetime) -> str:
    """Facts of the patient, each from the first post that tells it; one that is known stays."""
    facts: dict[str, Any] = {}
    for said in told:
        facts = {**said.patient, **facts}
    more = {name: value for name, value in facts.items() if name not in request.patient}
    if not more:
        return ""
    HelpRequest.objects.filter(pk=request.pk).update(patient={**request.patient, **more}, changed_at=now)
    return f"patient: + {', '.join(more)}"


def _contacts(request: HelpRequest, told: list[Said], now: datetime) -> str:
    known = set(request.contacts.values_list("phone_hash", flat=True))
    numbers = dict.fromkeys(phone for said in told for phone in said.phones)
    fresh = [Contact.of(phone, request=request) for phone in numbers]
    more = [contact for contact in fresh if contact.phone_hash not in known]
    if not more:
        return ""
    Contact.objects.bulk_create(more)
    HelpRequest.objects.filter(pk=request.pk).update(changed_at=now)
    return f"numbers: + {len(more)}"
