"""A reading as the JSON shape of the labelling guide."""

from typing import Any

from .values import Reading


def as_labels(reading: Reading) -> dict[str, Any]:
    """kind, needs, district, block, phones, urgency, patient, lang, news, and beside them confidences and evidence."""
    place = reading.place
    patient = {
        name: value
        for name in ("age", "spo2", "blood_group", "hospital")
        if (value := getattr(reading.patient, name)) is not None
    }
    return {
        "kind": reading.kind,
        "needs": list(reading.needs),
        "district": "outside" if place.is_outside else place.district,
        "block": place.block,
        "phones": [phone.e164 for phone in reading.phones],
        "urgency": reading.urgency,
        "patient": patient,
        "lang": reading.lang,
        "news": reading.news,
        "confidence": reading.confidence,
        "confidences": dict(reading.confidences),
        "evidence": [
            {"field": one.field, "label": one.label, "start": one.start, "end": one.end, "words": one.words}
            for one in reading.evidence
        ],
        "version": reading.version,
    }
