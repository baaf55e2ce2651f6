"""Makes cards of requests: each with the words of its first post and what decided the reading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Subquery

from districts.models import Block, District
from requests_app.models import HelpRequest, Post, Reading


@dataclass(frozen=True)
class Candidate:
    """A place that a text may mean; `value` is what PlaceField reads."""

    value: str
    name: str


@dataclass(frozen=True)
class Card:
    """A request as a list shows it."""

    item: HelpRequest
    post: Post | None
    evidence: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def author(self) -> str:
        return (self.post.author_name or self.post.author_handle) if self.post else ""

    @property
    def text(self) -> str:
        return self.post.masked_text if self.post else self.item.summary


def cards(items: Iterable[HelpRequest]) -> list[Card]:
    """Return a card for each request, in order, with four queries for all of them."""
    listed = list(items)
    oldest = Post.objects.filter(request=OuterRef("pk")).order_by("posted_at", "pk").values("pk")[:1]
    firsts = dict(
        HelpRequest.objects.filter(pk__in=[item.pk for item in listed])
        .annotate(first_post=Subquery(oldest))
        .values_list("pk", "first_post")
    )
    posts = Post.objects.in_bulk([key for key in firsts.values() if key])
    decided = evidence_of(posts.values())
    places = _places(listed)
    made = []
    for item in listed:
        post = posts.get(firsts.get(item.pk) or 0)
        found = [places[key] for key in map(_key, item.place_candidates or []) if key in places]
        made.append(Card(item, post, decided.get(post.pk, []) if post else [], found))
    return made


def evidence_of(posts: Iterable[Post]) -> dict[int, list[dict[str, Any]]]:
    """Return the evidence of the newest reading of each post, by the post's key."""
    readings = Reading.objects.filter(post__in=[post.pk for post in posts]).order_by("read_at", "pk")
    return {reading.post_id: reading.data.get("evidence") or [] for reading in readings}


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
