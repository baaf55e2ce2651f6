"""Which signs put a call-back before others on the doctor desk. Pure: what is known of a patient in, slugs out."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from requests_app.states import Urgency

SPO2_LOW = 90
SPO2_WATCH = 94
"""Oxygen saturation in per cent: 90 or less is an emergency, below 94 is watched closely (MoHFW home-isolation
guidance of 2021: 94 and above is mild, 90 to 93 moderate, below 90 severe)."""
OLD = 65
SMALL_CHILD = 5


class RedFlag(TextChoices):
    SPO2_LOW = "spo2_low", _("SpO₂ 90 or less")
    CRITICAL = "critical", _("Critical")
    PREGNANT = "pregnant", _("Pregnant")
    SPO2_WATCH = "spo2_watch", _("SpO₂ below 94")
    OLD = "old", _("65 or older")
    CHILD = "child", _("Small child")


WEIGHTS: dict[str, int] = {
    RedFlag.SPO2_LOW: 12,
    RedFlag.CRITICAL: 4,
    RedFlag.PREGNANT: 2,
    RedFlag.SPO2_WATCH: 2,
    RedFlag.OLD: 1,
    RedFlag.CHILD: 1,
}
"""The sum orders the desk: a saturation of 90 or less stands before everything else together."""

_PREGNANT = re.compile(
    r"\bpregnan|\bexpecting (?:mother|lady|woman)|\bgarbh?[aw]?[vw]ati|\bgarbh|गर्भ|प्रेग्नेंट|प्रेगनेंट", re.IGNORECASE
)


def flags(patient: Mapping[str, Any], urgency: str, words: str) -> list[str]:
    """Return the slugs of WEIGHTS that hold, the heaviest first. `words` is the masked text of the plea."""
    spo2, age = patient.get("spo2"), patient.get("age")
    found: set[str] = set()
    if isinstance(spo2, int | float):
        if spo2 <= SPO2_LOW:
            found.add(RedFlag.SPO2_LOW)
        elif spo2 < SPO2_WATCH:
            found.add(RedFlag.SPO2_WATCH)
    if isinstance(age, int | float):
        if age >= OLD:
            found.add(RedFlag.OLD)
        elif age <= SMALL_CHILD:
            found.add(RedFlag.CHILD)
    if urgency == Urgency.CRITICAL:
        found.add(RedFlag.CRITICAL)
    if _PREGNANT.search(words):
        found.add(RedFlag.PREGNANT)
    return sorted(map(str, found), key=lambda slug: (-WEIGHTS[slug], slug))


def weight(found: list[str]) -> int:
    return sum(WEIGHTS[slug] for slug in found)
