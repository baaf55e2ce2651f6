"""The values that a reading is made of."""

from dataclasses import dataclass, field
from typing import Literal

from districts.locating import Place

from .contacts import Phone
from .patient import Patient

Kind = Literal["request", "offer", "update", "thanks", "other"]
Urgency = Literal["critical", "high", "normal"]
News = Literal["solved", "died", "still_needed", "unreachable"]


@dataclass(slots=True, unsafe_hash=True)
class Evidence:
    """The words (raw[start:end]) that a label of a field rests on."""

    field: str
    label: str
    start: int
    end: int
    words: str


@dataclass(slots=True, unsafe_hash=True)
class Reading:
    """What the program understood from one post. `confidence` is low where something in it is likely to be wrong."""

    kind: Kind
    needs: tuple[str, ...]
    urgency: Urgency
    patient: Patient
    phones: tuple[Phone, ...]
    lang: str
    news: News | None
    place: Place
    confidences: dict[str, float] = field(hash=False)
    confidence: float
    evidence: tuple[Evidence, ...]
    version: str


__all__ = ["Evidence", "Kind", "News", "Patient", "Phone", "Place", "Reading", "Urgency"]
