"""Decides whether a post belongs to a request that is known already. Pure: plain values in, a decision out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import regex

from districts.folding import fold
from requests_app.policy import POLICY
from requests_app.sealing import keyed_hash
from requests_app.states import OPEN, Kind, Outcome

_DECORATION = regex.compile(r"https?://\S+|[@#]\w+|\brt\b|[^\p{L}\p{M}\p{N}@#]+|[@#]")
SHARED_BY_MANY = 3
"""A number on so many open requests belongs to a helper or a desk, and joins nothing by itself."""


def fingerprint(text: str) -> str:
    """Return 32 hex digits that copies of a text share, whatever handles, tags and links stand around it.

    Empty for texts too short to tell apart (fewer than 24 letters and digits). Keyed: beside the masked text a plain
    hash would give the hidden digits away to whoever tries them all.
    """
    bare = _DECORATION.sub("", fold(text).text)
    return keyed_hash(bare.encode("utf-8", "replace").decode())[:32] if len(bare) >= 24 else ""


@dataclass(frozen=True)
class Facts:
    """What tells one patient from another."""

    needs: frozenset[str] = frozenset()
    district: int | None = None
    age: int | None = None
    blood_group: str | None = None
    phones: frozenset[str] = frozenset()

    def contradict(self, other: "Facts") -> bool:
        """Whether both say something about the same thing and cannot be one patient."""
        if self.district and other.district and self.district != other.district:
            return True
        if self.age is not None and other.age is not None and abs(self.age - other.age) > 2:
            return True
        return bool(self.blood_group and other.blood_group and self.blood_group != other.blood_group)


@dataclass(frozen=True)
class Incoming:
    """The post in hand. Ids are X's, as text; `related` are the posts that it copies, quotes or edits; `reply_to` is
    the post that it answers; `is_placed`: its place was stated outright, not read."""

    kind: str
    facts: Facts
    author: str
    thread: str
    related: frozenset[str]
    fingerprint: str
    at: datetime
    reply_to: str = ""
    is_placed: bool = False


@dataclass(frozen=True)
class Known:
    """A request that shares a number, a thread, an original or the words with the post."""

    pk: int
    state: str
    outcome: str
    closed_at: datetime | None
    changed_at: datetime
    facts: Facts
    authors: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    busy_phones: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """`join` is the request to join, None to open a new one; `reason` is a slug for the history."""

    join: int | None = None
    reopens: bool = False
    reason: str = ""
    possible: tuple[int, ...] = field(default=())


def reason_to_join(post: Incoming, known: Known) -> str:
    """Return why this post surely belongs to this request, or empty.

    Copies, retweets and edits do; so does a reply in its thread and a post with its number, unless the facts show
    another patient. A number that many requests share proves nothing, nor do the words that a desk or a program
    uses for everybody: a number or a place beside them tells two patients apart.
    """
    if post.related & known.posts and not (
        post.facts.phones - known.facts.phones and post.author not in known.authors
    ):
        return "copy"
    brings_own_number = bool(post.facts.phones) and not (post.facts.phones & known.facts.phones)
    contradicts = post.facts.contradict(known.facts)
    is_other_patient = brings_own_number or (post.is_placed and contradicts)
    if post.fingerprint and post.fingerprint in known.fingerprints and not is_other_patient:
        return "same_words"
    if contradicts:
        return ""
    is_author = bool(post.author) and post.author in known.authors
    shares_number = bool((post.facts.phones & known.facts.phones) - known.busy_phones)
    in_thread = bool(post.thread and post.thread in known.threads) or post.reply_to in known.posts
    if in_thread and (is_author or shares_number or not brings_own_number):
        return "thread"
    if shares_number:
        same_need = not post.facts.needs or not known.facts.needs or post.facts.needs & known.facts.needs
        if same_need or is_author or post.kind != Kind.REQUEST:
            return "phone"
    return ""


def decide(post: Incoming, knowns: Sequence[Known]) -> Decision:
    """Return which request the post joins: open ones first, then one that it reopens, then none."""
    reopens_after = post.at - timedelta(days=POLICY["matching"]["reopens_within"])
    joins_after = post.at - timedelta(days=POLICY["matching"]["joins_open_for"])
    possible: list[int] = []
    newest_first = sorted(knowns, key=lambda known: known.changed_at, reverse=True)
    for known in newest_first:
        if known.state not in OPEN or known.changed_at < joins_after:
            continue
        reason = reason_to_join(post, known)
        if reason:
            return Decision(join=known.pk, reason=reason)
        possible.append(known.pk)
    for known in newest_first:
        if known.closed_at is None or known.closed_at < reopens_after:
            continue
        reason = reason_to_join(post, known)
        if not reason:
            continue
        asks_again = (
            post.kind == Kind.REQUEST and reason in {"thread", "phone"} and known.outcome != Outcome.DIED
        )
        if asks_again or post.kind != Kind.REQUEST or reason in {"copy", "same_words"}:
            return Decision(join=known.pk, reopens=asks_again, reason=reason)
    return Decision(possible=tuple(possible))


def facts_of(
    needs: Sequence[str], district: int | None, patient: dict[str, Any], phones: Sequence[str]
) -> Facts:
    """Build Facts from a request's columns or a reading's fields."""
    return Facts(
        needs=frozenset(needs),
        district=district,
        age=patient.get("age"),
        blood_group=patient.get("blood_group"),
        phones=frozenset(phones),
    )
