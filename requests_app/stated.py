"""What a post says, once the words of whoever sent it outright are laid over the reading."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from requests_app import sealing
from requests_app.models import (
    Post,
)
from requests_app.policy import POLICY
from requests_app.reading import Reading as Understood
from requests_app.reading import read
from requests_app.states import (
    Kind,
    Source,
    Urgency,
)

log = logging.getLogger(__name__)

FLOORS: dict[str, str] = {Kind.REQUEST: "kind", Kind.OFFER: "offer"}
"""Which confidence of policy.toml a kind must reach, or a person looks; "other_kind" for the rest."""


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
    said = Said(
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
    if is_our_answer(post):
        return replace(said, kind=Kind.OTHER, needs=(), phones=(), patient={}, news="", is_unsure=False)
    return said


def is_our_answer(post: Post) -> bool:
    """Whether the help handle wrote it in its own words: no plea, though it tells of one. What it passes on is none of ours."""
    is_ours = post.source == Source.X and bool(settings.X_USER_ID) and post.author_id == settings.X_USER_ID
    return is_ours and not post.copy_of and not post.quoted_text


def as_offer(post: Post) -> Said:
    """What a post says once a person called it an offer."""
    return replace(_said_at_all(post), kind=Kind.OFFER, is_unsure=False)


def as_plea(post: Post, needs: Sequence[str]) -> Said:
    """What a post says once a person called it a plea, with the needs that they named."""
    said = _said_at_all(post)
    return replace(said, kind=Kind.REQUEST, needs=tuple(needs) or said.needs, is_unsure=False)


def as_its_own(post: Post) -> Said:
    """What a post says of which a person said that it stands for itself: nobody has to look at it first."""
    return replace(_said_at_all(post), is_unsure=False)


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
