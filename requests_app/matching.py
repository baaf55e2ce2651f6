"""Decides whether a post belongs to a request that is known already. Pure: plain values in, a decision out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import regex

from districts.folding import fold
from requests_app.likeness import NOT_ALIKE, Likeness, weight
from requests_app.policy import POLICY
from requests_app.sealing import keyed_hash
from requests_app.states import OPEN, Kind, MatchReason, Outcome
from requests_app.telling_apart import Facts

_DECORATION = regex.compile(r"https?://\S+|[@#]\w+|\brt\b|[^\p{L}\p{M}\p{N}@#]+|[@#]")
ASKED_AT_ONCE = 5
"""About so many other requests a person is asked at most for one post."""


def fingerprint(text: str) -> str:
    """Return 32 hex digits that copies of a text share, whatever handles, tags and links stand around it.

    Empty for texts too short to tell apart (fewer than 24 letters and digits). Keyed: beside the masked text a plain
    hash would give the hidden digits away to whoever tries them all.
    """
    bare = _DECORATION.sub("", fold(text).text)
    return keyed_hash(bare.encode("utf-8", "replace").decode())[:32] if len(bare) >= 24 else ""


@dataclass(frozen=True)
class Incoming:
    """The post in hand. Ids are X's, as text: `copy_of` is what it retweets; `related` are the posts that it quotes or
    edits; `reply_to` is the post that it answers; `is_placed`: its place was stated outright, not read."""

    kind: str
    facts: Facts
    author: str
    thread: str
    related: frozenset[str]
    fingerprint: str
    at: datetime
    reply_to: str = ""
    is_placed: bool = False
    copy_of: str = ""
    own_id: str = ""
    news: str = ""

    @property
    def asks(self) -> bool:
        """Whether somebody asks for help with it, for the first time or again."""
        return not self.copy_of and (self.kind == Kind.REQUEST or self.news == "still_needed")


@dataclass(frozen=True)
class Known:
    """A request that shares something with the post.

    Sets hold only what the post could have in common with it. `owners`: who wrote the posts that opened it; `authors`:
    who wrote any of its posts, retweets aside. `busy_phones` and `busy_threads` are those of many different patients.
    `near_phone`: one of its numbers differs by a slip from one of the post's. `not_same`: requests that a person said
    to be another patient's. `guises`: what was said in those that a person merged into it, where that differs: a copy of
    theirs belongs here, whatever the facts say.
    """

    pk: int
    state: str
    outcome: str
    closed_at: datetime | None
    changed_at: datetime
    facts: Facts
    authors: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    busy_phones: frozenset[str] = frozenset()
    busy_threads: frozenset[str] = frozenset()
    likeness: Likeness = NOT_ALIKE
    near_phone: bool = False
    not_same: frozenset[int] = frozenset()
    guises: tuple[Facts, ...] = ()

    def faces(self) -> "list[Known]":
        """The request as itself, and as each of those that were merged into it."""
        return [self, *(replace(self, facts=facts) for facts in self.guises)]


@dataclass(frozen=True)
class Decision:
    """`join` is the request to join, None to open a new one; `reason` is a slug for the history; `is_own`: the post comes
    from the author or number of that request. `possible`: requests that may be the same, with the reasons."""

    join: int | None = None
    reopens: bool = False
    reason: str = ""
    is_own: bool = False
    possible: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def both(first: Known | None, second: Known) -> Known:
    """What two looks at one request found, together."""
    if first is None:
        return second
    return replace(
        first,
        likeness=max(first.likeness, second.likeness, key=weight),
        near_phone=first.near_phone or second.near_phone,
        busy_phones=first.busy_phones | second.busy_phones,
    )


STRENGTH = ("phone_typo", "near_words", "phone", "thread", "same_words", "copy")
"""Reasons to join, weakest first: of several requests the one with the strongest reason gets the post."""


def is_own(post: Incoming, known: Known) -> bool:
    """Whether the author, or the number, of this request speaks."""
    speaks = bool(post.author) and post.author in known.owners and not post.copy_of
    return speaks or bool((post.facts.phones & known.facts.phones) - known.busy_phones)


def reason_to_join(post: Incoming, known: Known) -> str:
    """Return why this post surely belongs to this request, or empty: one of STRENGTH.

    Retweets, quotes and edits do, and the same words; so does what is said in its thread, what gives its number, and what
    has nearly its words or number - unless the facts show another patient. A number that many patients share proves
    nothing, nor do the words that a desk or a program uses for everybody: a number or a place beside them tells two apart.
    """
    if (post.copy_of and post.copy_of in known.posts) or post.own_id in known.posts:
        return "copy"
    is_author = bool(post.author) and post.author in known.authors and not post.copy_of
    shared = (post.facts.phones & known.facts.phones) - known.busy_phones
    new_numbers = post.facts.phones - known.facts.phones - known.busy_phones
    agrees = post.facts.agreements(known.facts)
    contradicts = post.facts.contradict(known.facts)
    is_amplified = is_author or not new_numbers or bool(shared) or bool(agrees)
    if post.related & known.posts and is_amplified and not post.facts.differ(known.facts):
        return "copy"
    is_other_patient = (bool(new_numbers) and not post.facts.phones & known.facts.phones) or (
        post.is_placed and contradicts
    )
    if post.fingerprint and post.fingerprint in known.fingerprints and not is_other_patient:
        return "same_words"
    if _in_thread(post, known, is_author, bool(shared), bool(new_numbers), agrees):
        return "thread"
    if contradicts:
        return ""
    if shared and _same_patient_by_number(post, known, is_author, agrees):
        return "phone"
    is_helped = bool(post.facts.phones & known.busy_phones & known.facts.phones) and agrees >= 2
    if is_helped and post.facts.shares_need(known.facts) and not post.facts.is_elsewhere(known.facts):
        return "phone"
    if known.likeness.is_whole and agrees and not post.facts.is_elsewhere(known.facts):
        return "near_words"
    if (
        known.likeness.is_copy
        and not is_other_patient
        and _same_patient_by_words(post, known, agrees, shared)
    ):
        return "near_words"
    if known.near_phone and not shared and post.facts.shares_need(known.facts):
        # One hand writes for many in the same few words, and numbers of one firm or one camp follow each other.
        is_copied = known.likeness.is_copy and (is_author or known.likeness.is_long)
        is_slip = is_copied or agrees >= 2 or (bool(agrees) and known.likeness.is_near)
        return "phone_typo" if is_slip else ""
    return ""


def _in_thread(
    post: Incoming, known: Known, is_author: bool, shares_number: bool, new_numbers: bool, agrees: int
) -> bool:
    """Whether it is part of what is said about this request in its thread.

    Under a plea that many people see others write pleas of their own: what asks for help and is not from the same author
    or number belongs to it only if it answers one of its posts and says nothing that the request does not say.
    """
    answers = post.reply_to in known.posts
    if not answers and not (post.thread and post.thread in known.threads):
        return False
    if post.facts.differ(known.facts):
        return False
    if is_author:
        # He may be with the same patient elsewhere by now; a new number with another place is another patient.
        is_other = post.kind == Kind.REQUEST and post.facts.is_other_kin(known.facts) and not agrees
        return not is_other and not (new_numbers and post.facts.contradict(known.facts))
    if post.facts.contradict(known.facts):
        return False
    if shares_number:
        return True
    if new_numbers and not agrees:
        return False
    if not answers and post.thread in known.busy_threads:
        return False
    if post.kind != Kind.REQUEST:
        return True
    return answers and (bool(agrees) or not post.facts.needs or post.facts.needs <= known.facts.needs)


def _same_patient_by_number(post: Incoming, known: Known, is_author: bool, agrees: int) -> bool:
    """Whether a shared number, which is not that of a helper or desk, is enough."""
    if post.kind != Kind.REQUEST:
        return True
    if is_author:
        return bool(agrees) or not post.facts.is_other_kin(known.facts)
    if post.facts.is_elsewhere(known.facts) and not agrees:
        return False
    if post.facts.has_others_number(known.facts) and not agrees and not known.likeness.is_near:
        return False
    return post.facts.shares_need(known.facts) or bool(agrees)


def _same_patient_by_words(post: Incoming, known: Known, agrees: int, shared: frozenset[str]) -> bool:
    """Whether much the same words are of one patient: people who never met use the same words for a plea."""
    if post.facts.is_elsewhere(known.facts) or not post.facts.shares_need(known.facts):
        return False
    if shared or agrees:
        return True
    return known.likeness.length >= 12 and not post.facts.has_others_number(known.facts)


def decide(post: Incoming, knowns: Sequence[Known]) -> Decision:
    """Return which request the post joins: an open one, else one that it reopens, else none.

    Of several the strongest reason wins, then what else agrees, then the newest. Where nothing but one number leads to
    several patients, a plea joins none of them: a person is asked.
    """
    joins_after = post.at - timedelta(days=POLICY["matching"]["joins_open_for"])
    fits = [fit for known in knowns if (fit := best_fit(post, known)) is not None]
    fits.sort(key=lambda fit: (fit[0], fit[1].changed_at), reverse=True)
    opened = [fit for fit in fits if fit[1].state in OPEN and fit[1].changed_at >= joins_after]
    if opened and not (post.kind == Kind.REQUEST and _is_torn(opened)):
        _weight, known, reason = opened[0]
        return Decision(known.pk, reason=reason, is_own=is_own(post, known))
    if not opened:
        for _weight, known, reason in fits:
            joins, reopens = _into_closed(post, known, reason)
            if joins:
                return Decision(known.pk, reopens, reason, is_own(post, known))
    return Decision(possible=possible_for(post, knowns, {known.pk for _weight, known, _reason in fits}))


Rank = tuple[int, int, bool, bool, float]


def best_fit(post: Incoming, known: Known) -> tuple[Rank, Known, str] | None:
    """Return how well, as which of its faces and why the post surely belongs to this request; None where it does not."""
    fits = [
        (_rank(post, face, reason), face, reason)
        for face in known.faces()
        if (reason := reason_to_join(post, face))
    ]
    return max(fits, key=lambda fit: fit[0], default=None)


def _rank(post: Incoming, known: Known, reason: str) -> Rank:
    return (
        STRENGTH.index(reason),
        post.facts.agreements(known.facts),
        is_own(post, known),
        bool(post.facts.needs & known.facts.needs),
        round(known.likeness.inside, 1),
    )


def _is_torn(fits: Sequence[tuple[Rank, Known, str]]) -> bool:
    """Whether two patients who are surely not one have the same claim, by nothing more than a number."""
    (weight, first, reason), *rest = fits
    if reason != "phone":
        return False
    return any(
        weight[:4] == other_weight[:4]
        and (first.facts.contradict(other.facts) or other.pk in first.not_same or first.pk in other.not_same)
        for other_weight, other, _reason in rest
    )


def _into_closed(post: Incoming, known: Known, reason: str) -> tuple[bool, bool]:
    """Whether the post joins this closed request, and whether it reopens it.

    Its own author or number that asks again does, for some days. What tells of it, or passes it on, joins it as it is.
    What else asks for help opens a new one, which is linked.
    """
    if known.closed_at is None or known.closed_at < post.at - timedelta(
        days=POLICY["matching"]["reopens_within"]
    ):
        return False, False
    if not post.asks:
        return True, False
    passes_on = reason in {"copy", "same_words", "near_words"} or known.likeness.is_copy
    speaks = bool(post.author) and post.author in known.owners
    if known.outcome in {Outcome.DIED, Outcome.NOT_A_REQUEST}:
        return passes_on, False
    if speaks or (is_own(post, known) and not passes_on):
        return True, True
    return passes_on, False


# --- What a person is asked ------------------------------------------------------------------------------------


def possible_for(
    post: Incoming, knowns: Sequence[Known], sure: "set[int] | frozenset[int]" = frozenset()
) -> dict[int, tuple[str, ...]]:
    """Return up to ASKED_AT_ONCE requests that may be the same as the post's, each with its reasons, likeliest first."""
    found = []
    for known in knowns:
        asked = (reasons_to_ask(post, face, known.pk in sure) for face in known.faces())
        reasons = next(filter(None, asked), ())
        if reasons:
            found.append(
                (len(reasons), post.facts.agreements(known.facts), known.changed_at, known.pk, reasons)
            )
    found.sort(reverse=True)
    return {pk: reasons for _count, _agrees, _at, pk, reasons in found[:ASKED_AT_ONCE]}


def reasons_to_ask(post: Incoming, known: Known, is_sure: bool = False) -> tuple[str, ...]:
    """Return why this request may be the same as the post's (MatchReason), though nothing is sure; empty for no reason."""
    if post.facts.differ(known.facts) and not is_sure:
        return ()
    agrees = post.facts.agreements(known.facts)
    reasons = []
    shared = post.facts.phones & known.facts.phones
    if shared - known.busy_phones or (shared and agrees):
        reasons.append(MatchReason.NUMBER)
    if known.near_phone and not shared and post.facts.shares_need(known.facts):
        reasons.append(MatchReason.NEAR_NUMBER)
    has_own = bool(post.facts.phones) and bool(known.facts.phones) and not shared
    if known.likeness.is_near and post.facts.shares_need(known.facts) and (agrees or not has_own):
        reasons.append(MatchReason.WORDS)
    is_author = bool(post.author) and post.author in known.owners
    if is_author and post.facts.shares_need(known.facts) and not (has_own and not agrees):
        reasons.append(MatchReason.AUTHOR)
    if reasons and post.facts.hospital & known.facts.hospital and post.facts.needs & known.facts.needs:
        reasons.append(MatchReason.HOSPITAL)
    if (is_sure or reasons) and known.state not in OPEN:
        reasons.append(MatchReason.CLOSED)
    elif is_sure and not reasons:
        reasons.append(MatchReason.NUMBER)
    return tuple(str(reason) for reason in reasons)
