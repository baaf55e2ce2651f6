"""Makes labelled examples of what people corrected, in the shape of docs/labels.md."""

from collections.abc import Iterator
from typing import Any

from districts.models import Block, District
from requests_app import sealing
from requests_app.models import Correction, Post
from requests_app.states import Source

FIELDS = ("kind", "needs", "urgency", "district", "block")
BATCH = 200


def labelled(*, with_text: bool = False, skipped: list[int] | None = None) -> Iterator[dict[str, Any]]:
    """Yield one row per corrected post that is not erased: id, text with its numbers masked, and what people said.

    Of several corrections of a field the last one counts; a field that nobody corrected is absent. `with_text`: the text
    as it was written; posts that no key opens are left out, and their keys put into `skipped`. Posts of X carry
    "evaluation_only": X's developer agreement forbids training models on its content.
    """
    named = _Names()
    posts = Post.objects.filter(erased_at=None, corrections__isnull=False)
    last = 0
    while batch := list(posts.filter(pk__gt=last).order_by("pk").distinct()[:BATCH]):
        said: dict[int, dict[str, Any]] = {}
        for one in Correction.objects.filter(post__in=batch).order_by("at", "pk"):
            _lay_over(said.setdefault(one.post_id, {}), one, named)
        for post in batch:
            try:
                text = post.text if with_text else post.masked_text
            except sealing.Unreadable:
                if skipped is not None:
                    skipped.append(post.pk)
                continue
            row: dict[str, Any] = {"id": f"{post.source}-{post.pk}", "text": text}
            labels = said.get(post.pk, {})
            row |= {name: labels[name] for name in FIELDS if name in labels}
            if post.source == Source.X:
                row["evaluation_only"] = True
            yield row
        last = batch[-1].pk


class _Names:
    """The gazetteer's English names by LGD code."""

    def __init__(self) -> None:
        self.districts = dict(District.objects.values_list("pk", "name_en"))
        self.blocks = dict(Block.objects.values_list("pk", "name_en"))


def _lay_over(labels: dict[str, Any], one: Correction, named: _Names) -> None:
    """Put a correction over what was said before it. A block that the person did not name says nothing of the block."""
    if one.field != "place":
        if one.now is not None:
            labels[one.field] = one.now
        return
    labels.pop("block", None)
    if one.now == "outside":
        labels["district"] = "outside"
    elif isinstance(one.now, list):
        district, block = one.now
        labels["district"] = named.districts.get(district)
        if block is not None:
            labels["block"] = named.blocks.get(block)
