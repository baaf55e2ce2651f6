"""Blanks what is kept about people: by age, because X no longer shows it, or because somebody asks (docs/decisions/erasure.md).

A post becomes a tombstone: its id, times, source and outcome stay, its words and its author go. A case keeps its states,
needs, place and outcome; its words, patient, numbers and notes go. Every case is one short transaction, so a run may be
stopped anywhere and run again.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from districts.folding import fold
from districts.models import Invite
from requests_app import sealing, triage
from requests_app.lead_states import ScamState
from requests_app.models import (
    Contact,
    Correction,
    Event,
    HelpRequest,
    IdempotencyRecord,
    Lead,
    LeadCheck,
    LoopLease,
    Post,
    Reading,
    Reply,
    ScamMark,
    ScamNumber,
    WordTrace,
)
from requests_app.policy import POLICY
from requests_app.reading import read
from requests_app.reading.contacts import numbers
from requests_app.replies import LOOKUPS
from requests_app.stated import said_by
from requests_app.states import (
    OPEN,
    Attention,
    EventKind,
    PostOutcome,
    PostState,
    ReplyState,
    RequestState,
    Source,
)
from requests_app.x_client import XClient

log = logging.getLogger(__name__)

Tell = Callable[[str], None]

DAYS = {name: timedelta(days=max(1, days)) for name, days in POLICY["retention"].items()}
BATCH = 500
IDS_AT_ONCE = 100
MANY = 20
"""From so many posts on, a lookup by which most of them are gone is doubted: it may be X or our account."""
GONE = frozenset({"resource-not-found", "not-authorized-for-resource"})
"""X's problem types (their last part) for a deleted post, and for one whose author is protected or suspended."""
MARKABLE = frozenset({Attention.NONE, Attention.PLACE_UNKNOWN, Attention.STALE})
"""Marks that "the post was deleted" may replace; the others say more, or put a request on its list."""
NUMBER_LENGTH = 10
ERASED = "erased-"
"""How the hash of a flagged number begins that was forgotten."""
_RUN = re.compile(r"\d(?:[\W_]{0,8}\d)+")


class Doubtful(Exception):
    """X says that most posts are gone; nothing of this lookup was erased."""


@dataclass(frozen=True)
class Erased:
    """How much was blanked; `still_open`: codes of cases that were left, as they are open; `unread`: posts that were left,
    as nobody has seen them yet; `unreadable`: posts that could not be opened or read."""

    posts: int = 0
    requests: int = 0
    leads: int = 0
    contacts: int = 0
    notes: int = 0
    still_open: tuple[str, ...] = ()
    unread: int = 0
    unreadable: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(
            self.posts + other.posts,
            self.requests + other.requests,
            self.leads + other.leads,
            self.contacts + other.contacts,
            self.notes + other.notes,
            tuple(dict.fromkeys([*self.still_open, *other.still_open])),
            self.unread + other.unread,
            self.unreadable + other.unreadable,
        )


@dataclass(frozen=True)
class Way:
    """How to erase. `dry_run`: do it all and undo it, so that the counts are true; `even_open`: open cases too."""

    now: datetime
    dry_run: bool = False
    even_open: bool = False


# --- What may be asked for ------------------------------------------------------------------------------------


def by_age(way: Way, tell: Tell) -> Erased:
    """Erase what is older than [retention] of policy.toml, and what was kept of a deleted post until its case closed."""
    done = Erased()
    closed = HelpRequest.objects.filter(state=RequestState.CLOSED, closed_at__lt=way.now - DAYS["closed"])
    done += _closed_cases(closed.filter(_has_content()), way.now - DAYS["closed"], way, tell, "old cases")
    done += leftovers(way, tell)
    # What failed to be read waits for a person, however old it is.
    noise = Post.objects.noise().filter(
        request=None, lead=None, received_at__lt=way.now - DAYS["noise"], state=PostState.READ
    )
    for keys in _in_batches(noise.order_by("pk")):
        done += _in_one_go(way, lambda keys=keys: _erase_posts(keys, way))  # type: ignore[misc]
        tell(f"noise: {done.posts} posts so far")
    before = way.now - DAYS["leads"]
    offered = Lead.objects.filter(said_at__lt=before).filter(_lead_has_content())
    offered = offered.exclude(last_check__at__gte=before)
    for keys in _in_batches(offered.exclude(posts__request__state__in=OPEN).order_by("pk")):
        done += _in_one_go(way, lambda keys=keys: _erase_leads(keys, way))  # type: ignore[misc]
        tell(f"leads: {done.leads} so far")
    flagged = ScamNumber.objects.exclude(state=ScamState.LISTED).filter(
        changed_at__lt=way.now - DAYS["scams"]
    )
    done += _in_one_go(way, lambda: _forget_numbers(flagged))
    _drop_json(way, tell)
    over = Invite.objects.filter(expires_at__lt=way.now - DAYS["invites"]).exclude(meant_for="")
    tell(f"names of invited people: {over.count() if way.dry_run else over.update(meant_for='')}")
    old = IdempotencyRecord.objects.filter(created_at__lt=way.now - DAYS["idempotency"])
    tell(f"answers to API clients: {old.count() if way.dry_run else old.delete()[0]}")
    return done


def leftovers(way: Way, tell: Tell) -> Erased:
    """Erase closed cases of whose posts none is left: they kept their numbers only for as long as they were open."""
    posts = Post.objects.filter(request=OuterRef("pk"))
    cases = HelpRequest.objects.filter(
        Exists(posts.exclude(erased_at=None)),
        ~Exists(posts.filter(erased_at=None)),
        _has_content(),
        state=RequestState.CLOSED,
    )
    return _closed_cases(cases, way.now, way, tell, "closed cases without a post")


def by_code(code: str, way: Way) -> Erased:
    """Erase a case with all that was merged into it or linked to it. Raises HelpRequest.DoesNotExist."""
    return _case({HelpRequest.objects.get(code=code.upper()).pk}, way)


def by_author(author: str, way: Way, tell: Tell) -> Erased:
    """Erase all posts of an author on X (handle, or id in digits), and the cases and offers that rest on nothing else."""
    theirs = Q(author_id=author) if author.isdecimal() else Q(author_handle__iexact=author.lstrip("@"))
    posts = Post.objects.filter(theirs, erased_at=None, source=Source.X)
    return _posts_and_cases(list(posts.order_by("pk").values_list("pk", flat=True)), way, tell, asked=True)


def by_post(source: str, external_id: str, way: Way, tell: Tell) -> Erased:
    """Erase one post as one that is gone from X: an open case keeps its numbers. Raises Post.DoesNotExist."""
    post = Post.objects.get(source=source, external_id=external_id)
    return _posts_and_cases([post.pk] if post.erased_at is None else [], way, tell, asked=False)


def by_phone(e164: str, way: Way, tell: Tell) -> Erased:
    """Erase all that carries a number: cases, offers, posts, notes. Opens every sealed text, to find it in noise too."""
    digits = re.sub(r"\D", "", e164)[-NUMBER_LENGTH:]
    contacts = Contact.objects.filter(phone_hash=sealing.keyed_hash(e164))
    cases = set(contacts.filter(request__isnull=False).values_list("request", flat=True))
    leads = set(contacts.filter(lead__isnull=False).values_list("lead", flat=True))
    found, unreadable = _posts_with(digits, tell)
    done = Erased(unreadable=unreadable)
    rows = Post.objects.filter(pk__in=found).values_list("pk", "request", "lead")
    alone: list[int] = []
    for pk, request, lead in rows:
        if request is not None:
            cases.add(request)
        elif lead is not None:
            leads.add(lead)
        else:
            alone.append(pk)
    while cases:
        family = _family({cases.pop()})
        cases -= family
        done += _case(family, way)
        tell(f"{done.requests} cases so far")
    done += _in_one_go(way, lambda: _erase_leads(sorted(leads), way))
    done += _in_one_go(way, lambda: _erase_posts(alone, way))
    notes = Event.objects.filter(pk__in=_notes_with(digits))
    if not way.even_open:
        in_open = notes.filter(request__state__in=OPEN)
        done += Erased(still_open=tuple(in_open.order_by("request").values_list("request__code", flat=True)))
        notes = notes.exclude(request__state__in=OPEN)
    done += _in_one_go(way, lambda: _blank_notes(notes))
    done += _in_one_go(way, lambda: _blank_lead_notes(digits))
    flagged = ScamNumber.objects.filter(phone_hash=sealing.keyed_hash(e164))
    if flagged.listed().exists():
        tell(
            "The number is on the list of known scam numbers and stays there. Lift it first where that is wrong."
        )
    done += _in_one_go(way, lambda: _forget_numbers(flagged.exclude(state=ScamState.LISTED)))
    if not way.dry_run:
        _hide_ids(digits)
    return done


def gone_from_x(
    client: XClient, way: Way, tell: Tell, *, since: datetime | None = None, believe: bool = False
) -> Erased:
    """Ask X about every stored post and what it copies or quotes; erase what X no longer shows, then `leftovers`.

    Raises XTrouble and Doubtful; what was erased before stays so, and nothing is erased on doubt. `since`: posts that
    came in after it only; `believe`: erase even when most posts are gone.
    """
    kept = Q(received_at__gte=since or way.now - DAYS["closed"])
    if since is None:
        kept |= Q(request__state__in=OPEN)
    posts = Post.objects.filter(kept, source=Source.X, x_id__isnull=False, erased_at=None)
    total, looked, done, known = posts.count(), 0, Erased(), _Known(client, believe)
    for keys in _in_batches(posts.order_by("pk"), IDS_AT_ONCE):
        rows = list(Post.objects.filter(pk__in=keys).only("x_id", "copy_of", "quote_of", "state"))
        known.ask({x_id for row in rows for x_id in (str(row.x_id), row.copy_of, row.quote_of) if x_id})
        gone = [row.pk for row in rows if {str(row.x_id), row.copy_of} & known.gone]
        quotes = [row.pk for row in rows if row.quote_of in known.gone and row.pk not in gone]
        done += _posts_and_cases(gone, way, tell, asked=False)
        if not way.dry_run:
            Post.objects.filter(pk__in=quotes).update(sealed_quoted=b"", sealed_raw=b"")
        looked += len(keys)
        tell(f"{looked} of {total} posts looked up, {done.posts} gone")
    if known.odd:
        tell(f"{len(known.odd)} posts that X neither shows nor calls gone were left as they are")
    return done + leftovers(way, tell)


class _Known:
    """What X said of each id in this run."""

    def __init__(self, client: XClient, believe: bool) -> None:
        self._client, self._believe = client, believe
        self._asked: set[str] = set()
        self.gone: set[str] = set()
        self.odd: set[str] = set()

    def ask(self, wanted: set[str]) -> None:
        """Look up what was not asked yet. Raises XTrouble, Doubtful."""
        fresh = sorted(wanted - self._asked)
        for start in range(0, len(fresh), IDS_AT_ONCE):
            ids = fresh[start : start + IDS_AT_ONCE]
            missing = self._client.lookup(ids).missing
            gone = {x_id for x_id, reason in missing.items() if reason in GONE}
            if len(ids) >= MANY and len(gone) > len(ids) / 2 and not self._believe:
                raise Doubtful(f"X says that {len(gone)} of {len(ids)} posts are gone")
            self.gone |= gone
            self.odd |= set(missing) - gone
            self._asked |= set(ids)


# --- A case ---------------------------------------------------------------------------------------------------------


def _family(keys: set[int]) -> set[int]:
    """Return these cases with all that are merged into one another or linked, both ways."""
    while True:
        near = HelpRequest.objects.filter(
            Q(pk__in=keys)
            | Q(parent__in=keys)
            | Q(merged_into__in=keys)
            | Q(linked__in=keys)
            | Q(merged__in=keys)
        )
        wider = keys | set(near.values_list("pk", flat=True))
        if wider == keys:
            return keys
        keys = wider


def _locked(keys: set[int]) -> list[HelpRequest]:
    """Lock the whole family, also what is merged or linked while we wait for the locks. Not while posts are matched: a
    batch takes the locks of many requests in the order of its posts."""
    LoopLease.hold_matching()
    while True:
        family = _family(keys)
        rows = list(HelpRequest.objects.filter(pk__in=family).order_by("pk").select_for_update())
        if _family(family) == {row.pk for row in rows}:
            return rows
        keys = family


def _in_one_go(way: Way, act: Callable[[], Erased]) -> Erased:
    with transaction.atomic():
        done = act()
        if way.dry_run:
            transaction.set_rollback(True)
    return done


def _closed_cases(cases: QuerySet[HelpRequest], before: datetime, way: Way, tell: Tell, name: str) -> Erased:
    """Erase these cases where everything that belongs to them is over since before that time."""
    done, seen = Erased(), set[int]()
    for keys in _in_batches(cases.order_by("pk")):
        for key in keys:
            if key not in seen:
                done += _case({key}, way, before=before, seen=seen)
        tell(f"{name}: {done.requests} so far")
    return done


def _case(
    keys: set[int], way: Way, *, before: datetime | None = None, seen: set[int] | None = None
) -> Erased:
    """Erase one case whole. With `before` only one that is over since then; else an open one only if `way` says so."""

    def act() -> Erased:
        family = _locked(keys)
        if seen is not None:
            seen.update(request.pk for request in family)
        if before is not None and not all(_is_over(request, before) for request in family):
            return Erased()
        still_open = [request.code for request in family if request.is_open]
        if still_open and not way.even_open:
            return Erased(still_open=tuple(still_open))
        posts = Post.objects.filter(request__in=family, erased_at=None)
        done = _blank_posts(list(posts.values_list("pk", flat=True)), way.now)
        return done + _blank_requests(family, way.now)

    return _in_one_go(way, act)


def _is_over(request: HelpRequest, before: datetime) -> bool:
    if request.state == RequestState.MERGED:
        return True  # what it is part of decides, and belongs to the same family
    return (
        request.state == RequestState.CLOSED and request.closed_at is not None and request.closed_at < before
    )


def _has_content() -> Q:
    """Requests about which something is still kept."""
    mine = OuterRef("pk")
    return (
        ~Q(summary="")
        | ~Q(patient={})
        | Exists(Contact.objects.filter(request=mine))
        | Exists(Post.objects.filter(request=mine, erased_at=None))
        | Exists(Reply.objects.filter(request=mine).exclude(text=""))
        | Exists(Event.objects.filter(request=mine).exclude(note=""))
    )


def _blank_requests(requests: list[HelpRequest], now: datetime) -> Erased:
    rows = HelpRequest.objects.filter(pk__in=[request.pk for request in requests])
    full = rows.filter(_has_content() | ~Q(status_token_hash="")).count()
    contacts, _kinds = Contact.objects.filter(request__in=rows).delete()
    rows.update(summary="", patient={}, status_token_hash="")
    done = _blank_notes(Event.objects.filter(request__in=rows))
    _blank_replies(Reply.objects.filter(request__in=rows), now)
    for request in requests:
        _mark(request, now)
    return done + Erased(requests=full, contacts=contacts)


def _mark(request: HelpRequest, now: datetime) -> None:
    """Tell whoever works on an open request that its source is gone."""
    if request.is_open and request.attention in MARKABLE:
        request.set_attention(Attention.SOURCE_DELETED, None, now)


def _posts_and_cases(keys: list[int], way: Way, tell: Tell, *, asked: bool) -> Erased:
    """Erase posts case by case. `asked`: the person wants it, so that numbers go too and open cases are left alone unless
    `way` says otherwise; else (gone from X) an open case loses its words and keeps its numbers, under a mark."""
    done, left = Erased(), set(keys)
    for key in keys:
        if key not in left:
            continue
        post = Post.objects.get(pk=key)
        if post.state == PostState.DUE and not asked and not way.dry_run:
            post = triage.read_now(post)
        if post.state != PostState.READ and not asked:
            # Nobody has seen this plea yet, and this may be all that is left of it.
            left.discard(key)
            done += Erased(unread=1)
            continue
        if post.request_id is None:
            left.discard(key)
            done += _in_one_go(way, lambda key=key: _erase_posts([key], way))  # type: ignore[misc]
            continue
        family = _family({post.request_id})
        mine = set(Post.objects.filter(pk__in=left, request__in=family).values_list("pk", flat=True)) | {key}
        left -= mine
        done += _in_one_go(way, lambda family=family, mine=mine: _part(family, mine, way, asked))  # type: ignore[misc]
        tell(f"{done.posts} posts so far")
    return done


def _part(keys: set[int], posts: set[int], way: Way, asked: bool) -> Erased:
    """Blank some posts of a case, and of the case what rests on them alone."""
    family = _locked(keys)
    is_open = [request.code for request in family if request.is_open]
    if asked and is_open and not way.even_open:
        return Erased(still_open=tuple(is_open))
    all_posts = list(Post.objects.filter(request__in=family).order_by("posted_at", "pk"))
    was_source = bool(all_posts) and all_posts[0].pk in posts
    done = _blank_posts(sorted(posts), way.now)
    living = [post for post in all_posts if post.pk not in posts and post.erased_at is None]
    if not living and (asked or not is_open):
        return done + _blank_requests(family, way.now)
    words = [post.masked_text for post in living]
    for request in family:
        if request.summary not in words:
            HelpRequest.objects.filter(pk=request.pk).update(summary=words[0] if words else "")
        if was_source or not living:
            _mark(request, way.now)
    if living and (asked or not is_open):
        done += _drop_what_left(family, living)
    return done


def _drop_what_left(family: list[HelpRequest], living: list[Post]) -> Erased:
    """Delete the numbers and the facts of the patient that none of the remaining posts of a case tells; nothing where one
    of them cannot be read."""
    carried: set[str] = set()
    facts: list[tuple[str, Any]] = []
    for post in living:
        try:
            said = said_by(post, read(post.text, quoted=post.quoted_text))
        except Exception as error:  # whose number is whose cannot be told; the command names it
            log.warning("erasure: post %s could not be read: %s", post.pk, type(error).__name__)
            return Erased(unreadable=1)
        carried |= {sealing.keyed_hash(phone) for phone in said.phones}
        facts += said.patient.items()
    for request in family:
        told = {name: value for name, value in request.patient.items() if (name, value) in facts}
        HelpRequest.objects.filter(pk=request.pk).update(patient=told)
    contacts = Contact.objects.filter(request__in=family).exclude(phone_hash__in=carried)
    return Erased(contacts=contacts.delete()[0])


# --- Rows -------------------------------------------------------------------------------------------------------------


def _erase_posts(keys: list[int], way: Way) -> Erased:
    """Blank posts that belong to no case."""
    alone = Post.objects.filter(pk__in=keys, request=None).order_by("pk").select_for_update()
    return _blank_posts([post.pk for post in alone.only("pk")], way.now)


def _erase_leads(keys: list[int], way: Way) -> Erased:
    """Blank offers with their posts; the posts of an open case stay, and the offer with them."""
    posts = Post.objects.filter(lead__in=keys, erased_at=None).exclude(request__state__in=OPEN)
    done = _blank_posts(list(posts.values_list("pk", flat=True)), way.now)
    return done + _settle_leads(keys)


def _blank_posts(keys: list[int], now: datetime) -> Erased:
    """Make tombstones of posts, with all that was read, corrected, answered or replied about them."""
    rows = Post.objects.filter(pk__in=keys)
    locked = list(rows.order_by("pk").select_for_update().only("pk", "lead", "request", "client"))
    leads = sorted({post.lead_id for post in locked if post.lead_id is not None})
    rows.exclude(state=PostState.READ).update(
        state=PostState.READ, outcome=PostOutcome.NOISE, read_at=now, lease_token=None, lease_until=None
    )
    count = rows.filter(erased_at=None).update(
        sealed_text=b"",
        sealed_quoted=b"",
        sealed_raw=b"",
        masked_text="",
        author_id="",
        author_handle="",
        author_name="",
        form={},
        fingerprint="",
        last_error="",
        may_reply=False,
        erased_at=now,
    )
    Reading.objects.filter(post__in=keys).update(data={})
    WordTrace.objects.filter(post__in=keys).delete()
    Correction.objects.filter(post__in=keys).update(was=None, now=None)
    _blank_replies(Reply.objects.filter(post__in=keys), now)
    cases = {post.request_id for post in locked if post.request_id is not None}
    done = _blank_notes(Event.objects.filter(request__in=cases, kind=EventKind.REPLIED, data__post__in=keys))
    clients = {post.client_id for post in locked if post.client_id is not None}
    if clients:
        IdempotencyRecord.objects.filter(client__in=clients, body__id__in=keys).delete()
    return done + Erased(posts=count) + _settle_leads(leads)


def _settle_leads(keys: Iterable[int]) -> Erased:
    """Blank and withdraw offers of which no post is left; one with a copy left shows the copy's words."""
    done = Erased()
    for lead in (
        Lead.objects.filter(pk__in=keys).filter(_lead_has_content()).order_by("pk").select_for_update()
    ):
        living = lead.posts.filter(erased_at=None).order_by("posted_at", "pk").first()
        rows = Lead.objects.filter(pk=lead.pk)
        if living is not None:
            rows.update(summary=living.masked_text)
            continue
        contacts, _kinds = Contact.objects.filter(lead=lead).delete()
        rows.update(summary="", is_withdrawn=True)
        notes = LeadCheck.objects.filter(lead=lead).exclude(note="").update(note="")
        notes += ScamMark.objects.filter(lead=lead).exclude(note="").update(note="")
        done += Erased(leads=1, contacts=contacts, notes=notes)
    return done


def _lead_has_content() -> Q:
    mine = OuterRef("pk")
    return (
        ~Q(summary="")
        | Q(Exists(Contact.objects.filter(lead=mine)))
        | Q(Exists(LeadCheck.objects.filter(lead=mine).exclude(note="")))
    )


def _forget_numbers(numbers_flagged: QuerySet[ScamNumber]) -> Erased:
    """Make numbers that are on no list unknown again, with the notes on them; that somebody flagged one stays."""
    keys = list(
        numbers_flagged.exclude(phone_hash__startswith=ERASED)
        .select_for_update()
        .values_list("pk", flat=True)
    )
    notes = ScamMark.objects.filter(number__in=keys).exclude(note="").update(note="")
    for key in keys:
        ScamNumber.objects.filter(pk=key).update(phone_hash=f"{ERASED}{key}", tail="")
    return Erased(contacts=len(keys), notes=notes)


def _blank_lead_notes(digits: str) -> Erased:
    """Blank the notes of checks and of the block-list that carry a number."""
    blanked = 0
    for model in (LeadCheck, ScamMark):
        noted = model._default_manager.exclude(note="").order_by("pk").values_list("pk", "note")
        found = [pk for pk, note in noted.iterator() if _carries(note, digits)]
        blanked += model._default_manager.filter(pk__in=found).update(note="")
    return Erased(notes=blanked)


def _blank_notes(events: QuerySet[Event]) -> Erased:
    """Blank notes: the one change that the history's triggers allow."""
    return Erased(notes=events.exclude(note="").update(note=""))


def _blank_replies(replies: QuerySet[Reply], now: datetime) -> None:
    """Blank the words; what was not sent is never sent, and what may be on X is looked for and not sent again."""
    replies.filter(state=ReplyState.DUE).update(state=ReplyState.FAILED, error="target_gone", ended_at=now)
    unsettled = replies.filter(state__in=[ReplyState.SENDING, ReplyState.UNKNOWN], lookups__lt=LOOKUPS)
    unsettled.update(lookups=LOOKUPS)
    replies.update(text="")


def _drop_json(way: Way, tell: Tell) -> None:
    """Drop X's own JSON of posts that were read; of other sources the column holds the numbers that were given."""
    old = Post.objects.filter(
        source=Source.X, state=PostState.READ, received_at__lt=way.now - DAYS["x_json"]
    ).exclude(sealed_raw=b"")
    count = 0
    for keys in _in_batches(old.order_by("pk")):
        count += len(keys)
        if not way.dry_run:
            Post.objects.filter(pk__in=keys).update(sealed_raw=b"")
    tell(f"X's own JSON: {count} posts")


def _in_batches(rows: QuerySet[Any], size: int = BATCH) -> Iterator[list[int]]:
    """Yield the keys of rows, ordered by pk, so many at a time; each batch is asked for when the one before is done."""
    last = 0
    while keys := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:size]):
        yield keys
        last = keys[-1]


# --- A number in sealed texts ---------------------------------------------------------------------------------------


def _posts_with(digits: str, tell: Tell) -> tuple[list[int], int]:
    """Return the posts that carry a number anywhere, and how many could not be opened."""
    found, unreadable, seen = [], 0, 0
    for keys in _in_batches(Post.objects.filter(erased_at=None).order_by("pk")):
        for post in Post.objects.filter(pk__in=keys):
            try:
                texts = [post.text, post.quoted_text, *_strings(sealing.unseal(post.sealed_raw))]
            except sealing.Unreadable:
                unreadable += 1
                continue
            texts += [post.author_name, post.external_id if post.source != Source.X else ""]
            if any(_carries(text, digits) for text in texts):
                found.append(post.pk)
        seen += len(keys)
        tell(f"searched {seen} posts")
    return found, unreadable


def _notes_with(digits: str) -> list[int]:
    notes = Event.objects.exclude(note="").order_by("pk").values_list("pk", "note")
    return [pk for pk, note in notes.iterator() if _carries(note, digits)]


def _hide_ids(digits: str) -> None:
    """Take the number out of ids that a client or an archive made of it."""
    ids = Post.objects.filter(external_id__contains=digits[-NUMBER_LENGTH:]).exclude(source=Source.X)
    for post in ids.exclude(erased_at=None):
        Post.objects.filter(pk=post.pk).update(external_id=f"erased-{post.pk}")


def _strings(raw: str) -> list[str]:
    """Every string in a JSON text; the text itself where it is none."""
    if not raw:
        return []
    try:
        waiting: list[Any] = [json.loads(raw)]
    except ValueError:
        return [raw]
    found: list[str] = []
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _carries(text: str, digits: str) -> bool:
    """Whether the number stands in the text, in any script, however it is parted."""
    if len(text) < len(digits):
        return False
    folded = fold(text).text
    if any(digits in re.sub(r"\D", "", run.group()) for run in _RUN.finditer(folded)):
        return True
    return any(phone.e164.endswith(digits) for phone in numbers(folded))
