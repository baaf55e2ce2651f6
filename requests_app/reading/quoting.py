"""A post's reading joined with that of the post which it quotes."""

from dataclasses import replace

from districts.locating import Place

from . import needs, urgency
from .patient import Patient
from .values import Phone, Reading


def joined(own: Reading, quoted: Reading) -> Reading:
    """A post's own reading with what it leaves open filled from the post that it quotes."""
    if own.kind in ("update", "offer") or (quoted.kind != "request" and own.kind != "request"):
        if own.kind == "update" and not own.phones:
            return replace(own, phones=_elsewhere(quoted.phones))
        return own
    patient = Patient(
        age=own.patient.age or quoted.patient.age,
        spo2=own.patient.spo2 or quoted.patient.spo2,
        blood_group=own.patient.blood_group or quoted.patient.blood_group,
        hospital=own.patient.hospital or quoted.patient.hospital,
    )
    known = {phone.e164 for phone in own.phones}
    place = own.place if _says_place(own.place) else quoted.place
    wanted = set(own.needs)
    if quoted.kind == "request" and quoted.needs:
        # "please help them" names nothing: what was guessed from it gives way to what the quoted plea says
        named = {one.label for one in own.evidence if one.field == "needs"}
        wanted = (wanted & named) | set(quoted.needs)
    level = (
        min(own.urgency, quoted.urgency, key=urgency.LEVELS.index)
        if quoted.kind == "request"
        else own.urgency
    )
    return replace(
        own,
        kind="request",
        needs=tuple(need for need in needs.NEEDS if need in wanted),
        urgency=level,
        patient=patient,
        phones=own.phones + tuple(phone for phone in _elsewhere(quoted.phones) if phone.e164 not in known),
        place=place,
        news=None,
        confidences={name: min(value, quoted.confidences[name]) for name, value in own.confidences.items()},
        confidence=min(own.confidence, quoted.confidence),
    )


def _elsewhere(phones: tuple[Phone, ...]) -> tuple[Phone, ...]:
    return tuple(Phone(phone.e164, -1, -1) for phone in phones)


def _says_place(place: Place) -> bool:
    return bool(place.district) or place.is_outside
