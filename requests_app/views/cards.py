"""Makes cards of requests: each with the words of its first post and what decided the reading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Subquery

from districts.models import Block, District, Volunteer
from requests_app.models import Contact, HelpRequest, PossibleMatch, Post, Reading

POSSIBLE_SHOWN = 5
PAIRS_READ = 20
"""For each request, so many of the newest pairs are read at most: those of one that many were like are not shown all."""


@dataclass(frozen=True)
class Candidate:
    """A place that a text may mean; `value` is what PlaceField reads."""

    value: str
    name: str


@dataclass(frozen=True)
class Possible:
    """A request that may be the same, and why, in words."""

    item: HelpRequest
    reasons: list[str]


@dataclass(frozen=True)
class Card:
    """A request as a list shows it."""

    item: HelpRequest
    post: Post | None
    evidence: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    possible: list["Possible"] = field(default_factory=list)

    @property
    def author(self) -> str:
        return (self.post.author_name or self.post.author_handle) if self.post else ""

    @property
    def has_scam_number(self) -> bool:
        """Whether one of its numbers is a known scam number."""
        return any(contact.scam for contact in self.item.contacts.all())

    @property
    def to_call(self) -> Contact | None:
        """The number that one press calls: the first that is no known scam number."""
        return next((contact for contact in self.item.contacts.all() if not contact.scam), None)

    @property
    def text(self) -> str:
        return self.post.masked_text if self.post else self.item.summary


def cards(items: Iterable[HelpRequest], user: Volunteer | None = None) -> list[Card]:
    """Return a card for each request, in order, with five queries for all of them; with a user one more, for the requests
    that they may see and that may be the same."""
    listed = list(items)
    Contact.warn_about(contact for item in listed for contact in item.contacts.all())
    oldest = Post.objects.filter(request=OuterRef("pk")).order_by("posted_at", "pk").values("pk")[:1]
    firsts = dict(
        HelpRequest.objects.filter(pk__in=[item.pk for item in listed])
        .annotate(first_post=Subquery(oldest))
        .values_list("pk", "first_post")
    )
    posts = Post.objects.in_bulk([key for key in firsts.values() if key])
    decided = evidence_of(posts.values())
    places = _places(listed)
    possible = possible_of(user, listed) if user is not None else {}
    made = []
    for item in listed:
        post = posts.get(firsts.get(item.pk) or 0)
        found = [places[key] for key in map(_key, item.place_candidates or []) if key in places]
        evidence = decided.get(post.pk, []) if post else []
        made.append(Card(item, post, evidence, found, possible.get(item.pk, [])))
    return made


def evidence_of(posts: Iterable[Post]) -> dict[int, list[dict[str, Any]]]:
    """Return the evidence of the newest reading of each post, by the post's key."""
    readings = Reading.objects.filter(post__in=[post.pk for post in posts]).order_by("read_at", "pk")
    return {reading.post_id: reading.data.get("evidence") or [] for reading in readings}


def news_of(posts: Iterable[Post]) -> dict[int, str]:
    """Return what posts say became of it (a slug of News), by the post's key; only of those that do."""
    readings = Reading.objects.filter(post__in=[post.pk for post in posts]).order_by("read_at", "pk")
    return {reading.post_id: reading.data.get("news") or "" for reading in readings}


def possible_of(user: Volunteer, items: Sequence[HelpRequest]) -> dict[int, list[Possible]]:
    """Return up to five requests for each that may be the same and that this person may see, by the request's key."""
    keys = [item.pk for item in items]
    found: dict[int, list[Possible]] = {key: [] for key in keys}
    if not keys:
        return found
    pairs = PossibleMatch.objects.visible_to(user).of(keys).to_judge().order_by("-found_at", "-pk")
    for pair in pairs.select_related("one__district", "one__holder", "other__district", "other__holder")[
        : PAIRS_READ * len(keys)
    ]:
        for mine, theirs in ((pair.one, pair.other), (pair.other, pair.one)):
            listed = found.get(mine.pk)
            if listed is not None and len(listed) < POSSIBLE_SHOWN and (mine.is_open or theirs.is_open):
                listed.append(Possible(theirs, pair.reason_words))
    return found


def _key(candidate: dict[str, Any]) -> tuple[int, int]:
    return candidate.get("district") or 0, candidate.get("block") or 0


def _places(items: Sequence[HelpRequest]) -> dict[tuple[int, int], Candidate]:
    keys = {_key(candidate) for item in items for candidate in item.place_candidates or []}
    if not keys:
        return {}
    districts = District.objects.in_bulk([district for district, _block in keys])
    blocks = Block.objects.in_bulk([block for _district, block in keys if block])
    named = {}
    for district, block in keys:
        if district not in districts or (block and block not in blocks):
            continue
        name = districts[district].name
        value = str(district)
        if block:
            name, value = f"{name} – {blocks[block].name}", f"{district}-{block}"
        named[(district, block)] = Candidate(value, name)
    return named
