"""Reads a post: parses it once, lets the rules and the trained model decide each label, and names the words they rest on."""

from dataclasses import dataclass, replace

from districts.folding import Folded, fold
from districts.locating import Place, locate

from . import contacts, kind, model, needs, urgency
from .clauses import Parsed, parse
from .features import need_features, text_features
from .language import language
from .patient import Fact, Patient, patient_facts
from .usable import usable_phones
from .values import Evidence, Kind, News, Phone, Reading, Urgency
from .vocabulary import Mention

READER_VERSION = "2026.11.1"
_LONGEST = 65_536
_NEED_THRESHOLD = 0.45
_REQUEST_LEAN = 0.35
_CRITICAL_THRESHOLD = 0.25
_CRITICAL_WITH_FINE_LEVEL = 0.6
_RULES_WEIGHT = 0.3  # of the rules' points beside the model's scores
_PLAIN_BONUS = 4.0
_SHORT, _RULES_WEIGHT_SHORT = 10, 1.0  # a few words give the model little to go by


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the rules found in a text, and the features that the model judges."""

    parsed: Parsed
    phones: list[Phone]
    patient: Patient
    facts: list[Fact]
    named: list[needs.Named]
    points: dict[str, float]
    features: set[str]
    need_features: set[str]


def analyse(folded: Folded) -> Analysis:
    """The part of reading that needs no model; training starts here as well."""
    parsed = parse(folded)
    phones = contacts.numbers(folded.text)
    patient, facts = patient_facts(folded)
    named = needs.named_needs(parsed)
    asked = len({one.need for one in named if one.standing == needs.ASKED})
    there = len({one.need for one in named})
    points = kind.points(parsed, len(phones), patient.spo2 is not None, asked, there)
    rule_kind = max(kind.KINDS, key=points.__getitem__)
    level, _ = urgency.judge(parsed, patient.spo2)
    features = text_features(parsed, len(phones), patient.spo2, rule_kind, level, named)
    return Analysis(
        parsed, phones, patient, facts, named, points, features, need_features(parsed, named, features)
    )


def read(text: str, *, quoted: str = "", trained: model.Model | None = None) -> Reading:
    """The reading of `text`; a post that quotes another is read with the quoted text, which fills what it leaves open.

    Any string is read, nothing is raised; what stands beyond 65,536 characters is not looked at. Evidence offsets count in
    `text` as given; what comes from the quoted text has no evidence and its phones stand at -1. `trained` takes the place of
    the shipped model (for measuring).
    """
    trained = trained or model.shipped()
    own = _read_one(text[:_LONGEST], trained)
    if not quoted.strip():
        return own
    return _joined(own, _read_one(quoted[:_LONGEST], trained))


def _read_one(text: str, trained: model.Model | None) -> Reading:
    folded = fold(text)
    found = analyse(folded)
    scores = trained.scores(found.need_features) if trained is not None else None
    chances = kind_chances(found, scores)
    decided = decided_kind(chances)
    chosen, need_sure, rests_on = _needs(found, scores, decided)
    level, level_words, level_sure = _urgency(found, scores)
    phones, phones_sure = usable_phones(found.parsed, found.phones, decided)
    place = locate(folded, ignore=_spans(folded, found))
    patient, patient_sure = _patient_of(found.patient, decided), _patient_sure(found)
    is_call = decided in ("request", "offer")
    confidences = {
        "kind": round(chances[decided], 3),
        "needs": round(need_sure if is_call else 1.0, 3),
        "urgency": round(level_sure if decided == "request" else 1.0, 3),
        "phones": round(phones_sure, 3),
        "patient": round(patient_sure, 3),
        "place": round(place.confidence if is_call else 1.0, 3),
    }
    signals = doubt_signals(found, decided, chosen, confidences)
    evidence = _evidence(found, decided, chosen, rests_on, level, level_words, phones)
    return Reading(
        kind=_as_kind(decided),
        needs=tuple(chosen),
        urgency=_as_urgency(level),
        patient=patient,
        phones=tuple(phones),
        lang=language(found.parsed.tokens),
        news=_as_news(kind.news_of_update(found.parsed)) if decided == "update" else None,
        place=place,
        confidences=confidences,
        confidence=_overall(confidences, is_call, signals, trained),
        evidence=evidence,
        version=READER_VERSION,
    )


def kind_chances(found: Analysis, scores: model.Scores | None) -> dict[str, float]:
    """How likely each kind is."""
    if scores is None:
        return dict(zip(kind.KINDS, model.softmax([found.points[name] for name in kind.KINDS]), strict=True))
    weight = _RULES_WEIGHT_SHORT if len(found.parsed.tokens) < _SHORT else _RULES_WEIGHT
    blended = {name: score + weight * found.points[name] for name, score in scores.kind.items()}
    plain = kind.plain_case(found.parsed, len(found.named))
    if plain is not None:
        blended[plain] += _PLAIN_BONUS
    return dict(zip(blended, model.softmax(list(blended.values())), strict=True))


def decided_kind(chances: dict[str, float]) -> str:
    """The most likely kind, leaning to `request`: a plea taken for noise is worse than noise in the queue."""
    return max(kind.KINDS, key=lambda name: chances[name] * (1 / _REQUEST_LEAN if name == "request" else 1))


def _needs(
    found: Analysis, scores: model.Scores | None, decided: str
) -> tuple[list[str], float, dict[str, needs.Named]]:
    chosen, rests_on = needs.decide(found.named, decided == "offer")
    if decided not in ("request", "offer"):
        return [], 1.0, {}
    if scores is None:
        return chosen, 0.8 if chosen else 0.4, rests_on
    chances = scores.needs
    chosen = [need for need in needs.NEEDS if chances[need] >= _NEED_THRESHOLD]
    sure = 1.0
    for chance in chances.values():
        sure = min(sure, max(chance, 1 - chance))
    return chosen, sure, rests_on


def _urgency(found: Analysis, scores: model.Scores | None) -> tuple[str, Mention | None, float]:
    level, words = urgency.judge(found.parsed, found.patient.spo2)
    if scores is None:
        return level, words, 0.8
    low = found.patient.spo2 is not None and found.patient.spo2 <= urgency.SATURATION_IN_DANGER
    critical = 1.0 if low else scores.urgency["critical"]
    is_fine = level != "critical" and found.patient.spo2 is not None
    if critical >= (_CRITICAL_WITH_FINE_LEVEL if is_fine else _CRITICAL_THRESHOLD):
        return "critical", words if level == "critical" else None, critical
    level = "high" if scores.urgency["high"] >= 0.5 else "normal"
    sure = min(1 - critical, max(scores.urgency["high"], 1 - scores.urgency["high"]))
    return level, urgency.first_of_level(found.parsed, level), sure


def _spans(folded: Folded, found: Analysis) -> tuple[tuple[int, int], ...]:
    """Where numbers stand that are no place (in the folded text)."""
    spans = [(phone.start, phone.end) for phone in found.phones]
    spans.extend((fact.start, fact.end) for fact in found.facts if fact.name in ("age", "spo2"))
    return tuple(sorted(spans))


def _patient_of(patient: Patient, decided: str) -> Patient:
    """The facts that are of a patient: a donor's age or group is none, nor is a level that an update says is fine again."""
    if decided == "request":
        return patient
    return Patient(age=patient.age, hospital=patient.hospital) if decided == "update" else Patient()


def _patient_sure(found: Analysis) -> float:
    return (
        0.95
        if found.patient.age is None and found.patient.spo2 is None and found.patient.blood_group is None
        else 0.9
    )


def doubt_signals(
    found: Analysis, decided: str, chosen: list[str], confidences: dict[str, float]
) -> dict[str, float]:
    """What makes an error likely: labels that are barely decided, and rules that would have decided otherwise."""
    by_rules, _ = needs.decide(found.named, decided == "offer")
    is_call = decided in ("request", "offer")
    return {
        "kind": _doubt(confidences["kind"]),
        "needs": _doubt(confidences["needs"]),
        "urgency": _doubt(confidences["urgency"]),
        "phones": _doubt(confidences["phones"]),
        "rules_kind": float(max(kind.KINDS, key=found.points.__getitem__) != decided),
        "rules_needs": float(is_call and by_rules != chosen),
        "no_needs": float(is_call and not chosen),
        "several_needs": float(len(chosen) > 1),
        "named_more": float(is_call and len({one.need for one in found.named}) > len(chosen)),
        "long": float(len(found.parsed.tokens) > 60),
        "call": float(is_call),
    }


def _doubt(sure: float) -> float:
    """0 where sure, about 1 where a coin would do; on a scale on which small chances still differ."""
    return 1 / (1 + model.log_odds(min(max(sure, 0.5), 0.999)))


def _overall(
    confidences: dict[str, float], is_call: bool, signals: dict[str, float], trained: model.Model | None
) -> float:
    """One number for a whole reading, the place among it with half its weight."""
    place = 0.5 + 0.5 * confidences["place"] if is_call else 1.0
    if trained is not None and trained.doubt:
        score = trained.doubt["bias"] + sum(trained.doubt[name] * value for name, value in signals.items())
        return round((1 - model.sigmoid(score)) * place, 4)
    whole = confidences["kind"] * confidences["phones"] * confidences["needs"] * confidences["urgency"]
    return round(whole * place, 4)


def _evidence(
    found: Analysis,
    decided: str,
    chosen: list[str],
    rests_on: dict[str, needs.Named],
    level: str,
    level_words: Mention | None,
    phones: list[Phone],
) -> tuple[Evidence, ...]:
    parsed = found.parsed
    spans: list[tuple[str, str, int, int]] = []
    for concept in kind.WORDS_OF[decided]:
        mention = parsed.first_of(concept)
        if mention is not None:
            spans.append(("kind", decided, *parsed.span(mention)))
            break
    spans.extend(("needs", need, *parsed.span(rests_on[need].mention)) for need in chosen if need in rests_on)
    if decided == "request" and level_words is not None:
        spans.append(("urgency", level, *parsed.span(level_words)))
    for fact in found.facts if decided in ("request", "update") else ():
        if fact.name == "spo2" and decided == "request" and level == "critical" and level_words is None:
            spans.append(("urgency", level, fact.start, fact.end))
        spans.append(("patient", fact.name, fact.start, fact.end))
    evidence = []
    raw = parsed.folded.raw
    for field, label, start, end in spans:
        raw_start, raw_end = parsed.folded.span(start, end)
        evidence.append(Evidence(field, label, raw_start, raw_end, raw[raw_start:raw_end]))
    evidence.extend(
        Evidence("phones", phone.e164, phone.start, phone.end, raw[phone.start : phone.end])
        for phone in phones
    )
    return tuple(evidence)


def _joined(own: Reading, quoted: Reading) -> Reading:
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
    wanted = set(own.needs) | set(quoted.needs) if quoted.kind == "request" else set(own.needs)
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


def _as_kind(name: str) -> Kind:
    return name  # type: ignore[return-value]


def _as_urgency(name: str) -> Urgency:
    return name  # type: ignore[return-value]


def _as_news(name: str | None) -> News | None:
    return name  # type: ignore[return-value]
