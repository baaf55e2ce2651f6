"""Reads a post: parses it once, lets the rules and the trained model decide each label, and names the words they rest on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log1p

from districts.folding import Folded, fold
from districts.locating import Place, locate

from . import contacts, kind, model, needs, urgency
from .clauses import Parsed, parse
from .features import AGE, MOST_WORDS, Feature, name_ages, order_features, rule_features, unsaid
from .language import DEVANAGARI, HINDI_IN_LATIN, LATIN, language
from .patient import Fact, Patient, patient_facts
from .quoting import joined
from .usable import usable_phones
from .values import Evidence, Kind, News, Phone, Reading, Urgency
from .version import READER_VERSION
from .vocabulary import Mention

_LONGEST = 65_536
_AT_ONCE = 100
# For what a text that says one thing only says; such texts are short and give the model little to go by.
_PLAIN_BONUS = {"request": 4.0, "update": 2.0, "offer": 2.0}
_CRITICAL_WITH_FINE_LEVEL, _HIGH_WITHOUT_A_WORD = 0.8, 0.85
# A need that no word names, beside one that is asked for: "SpO2 89, need a doctor's advice" asks for no bed.
_UNNAMED_BESIDE_ASKED = 0.6
# A few words, or a question, without a word of danger: "bed kota?" is no danger to life because it is about a bed.
_CRITICAL_IN_A_FEW_WORDS, _FEW_WORDS = 0.2, 12


@dataclass(slots=True)
class Analysis:
    """What the rules found in a text; and, for training, the features that the model judges: `words` (to their spelling keys),
    and `others`."""

    parsed: Parsed
    phones: list[Phone]
    patient: Patient
    facts: list[Fact]
    named: list[needs.Named]
    best: dict[str, needs.Named]
    by_rules: tuple[list[str], list[str]]
    points: dict[str, float]
    plain: str | None
    level: str
    level_words: Mention | None
    words: dict[str, str]
    others: set[Feature]


@dataclass(slots=True)
class _Decided:
    """The labels of a text, each with how sure it is."""

    kind: str
    kind_sure: float
    needs: list[str]
    needs_sure: float
    level: str
    level_words: Mention | None
    level_sure: float
    letters_against: float
    phones: list[Phone]
    phones_sure: float


def analyse(folded: Folded, known: Collection[tuple[str, ...]] | None = None) -> Analysis:
    """The part of reading that needs no model; training starts here as well, with only the `known` phrases of the lists."""
    found = _by_rules(parse(folded, known), contacts.numbers(folded.text), patient_facts(folded))
    found.words, found.others = _features(found)
    return found


def _by_rules(parsed: Parsed, phones: list[Phone], stated: tuple[Patient, list[Fact]]) -> Analysis:
    patient, facts = stated
    if patient.blood_group is not None and not any(name.startswith("plasma.") for name in parsed.counts):
        # "O- चाहिए": who names a group and nothing else of blood means blood
        start, end = next((fact.start, fact.end) for fact in facts if fact.name == "blood_group")
        parsed.add("plasma.weak", start, end)
    named = needs.named_needs(parsed)
    best = needs.standings(named)
    by_rules = needs.decide(best)
    asked = [one for one in best.values() if one.standing == needs.ASKED]
    points = kind.points(parsed, len(phones), patient.spo2 is not None, len(asked), len(best))
    level, level_words = urgency.judge(parsed, patient.spo2)
    plain = kind.plain_case(parsed, named)
    return Analysis(
        parsed, phones, patient, facts, named, best, by_rules, points, plain, level, level_words, {}, set()
    )


def _features(found: Analysis) -> tuple[dict[str, str], set[Feature]]:
    parsed = found.parsed
    aged = name_ages(parsed, [(fact.start, fact.end) for fact in found.facts if fact.name == "age"])
    silent = unsaid(parsed)
    others = rule_features(
        parsed,
        len(found.phones),
        found.patient.spo2,
        max(kind.KINDS, key=found.points.__getitem__),
        found.plain,
        found.level,
        found.named,
        found.best,
        found.by_rules,
        silent,
    )
    others |= order_features(parsed, found.named, silent)
    words = dict(zip(parsed.words.texts[:MOST_WORDS], parsed.words.names, strict=False))
    for at in silent:
        words.pop(parsed.words.texts[at], None)
    for at in aged:
        words.pop(parsed.words.texts[at], None)
        words[AGE] = AGE
    return words, others


def read(text: str, *, quoted: str = "", trained: model.Model | None = None) -> Reading:
    """The reading of `text`; a post that quotes another is read with the quoted text, which fills what it leaves open.

    Any string is read, nothing is raised; what stands beyond 65,536 characters is not looked at. Evidence offsets count in
    `text` as given; what comes from the quoted text has no evidence and its phones stand at -1. `trained` takes the place of
    the shipped model (for measuring).
    """
    return read_many([text], quoted=[quoted], trained=trained)[0]


def read_many(
    texts: Sequence[str], *, quoted: Sequence[str] = (), trained: model.Model | None = None
) -> list[Reading]:
    """The readings of many texts, each the same as that of `read`, in less time: each step is taken for many texts while all
    that it needs is near the processor. `quoted` holds the text that each quotes, or nothing at all."""
    trained = trained or model.shipped()
    readings: list[Reading] = []
    for first in range(0, len(texts), _AT_ONCE):
        readings += _read_each([text[:_LONGEST] for text in texts[first : first + _AT_ONCE]], trained)
    quoting = [at for at, text in enumerate(quoted) if text.strip()]
    if quoting:
        others = read_many([quoted[at] for at in quoting], trained=trained)
        for at, other in zip(quoting, others, strict=True):
            readings[at] = joined(readings[at], other)
    return readings


def _read_each(texts: list[str], trained: model.Model | None) -> list[Reading]:
    folded = [fold(text) for text in texts]
    parsed = [parse(one) for one in folded]
    phones = [contacts.numbers(one.text) for one in folded]
    stated = [patient_facts(one) for one in folded]
    found = list(map(_by_rules, parsed, phones, stated))
    scores = [
        _score(one, *_features(one), trained) for one in found
    ]  # a text has too many features to keep them
    return _decide(found, scores, trained)


def read_analysed(found: Analysis, trained: model.Model | None) -> Reading:
    """The reading of a text that was taken apart before."""
    return _decide([found], [_score(found, found.words, found.others, trained)], trained)[0]


def _score(
    found: Analysis, words: dict[str, str], others: set[Feature], trained: model.Model | None
) -> model.Scores | None:
    return None if trained is None else trained.scores(words, others, found.points)


def _decide(
    found: list[Analysis], scores: list[model.Scores | None], trained: model.Model | None
) -> list[Reading]:
    decided = [
        _decided(one, its, trained.decide if trained is not None else {})
        for one, its in zip(found, scores, strict=True)
    ]
    places = [
        locate(one.parsed.folded, ignore=_spans(one), words=one.parsed.words.for_places()) for one in found
    ]
    doubt = trained.doubt if trained is not None else {}
    return [_reading(one, its, place, doubt) for one, its, place in zip(found, decided, places, strict=True)]


def _decided(found: Analysis, scores: model.Scores | None, decide: dict[str, float]) -> _Decided:
    chances = kind_chances(kind_scores(found, scores))
    decided = decided_kind(chances, decide.get("request", 1.0), decide.get("over_offer", 1.0))
    chosen, need_sure = _needs(found, scores, decided, decide)
    level, words, level_sure = _urgency(found, scores, decide)
    phones, phones_sure = usable_phones(found.parsed, found.phones, decided)
    against = 0.0 if scores is None else letters_against(scores.letters, decided)
    return _Decided(
        decided, chances[decided], chosen, need_sure, level, words, level_sure, against, phones, phones_sure
    )


def _reading(found: Analysis, decided: _Decided, place: Place, doubt: dict[str, float]) -> Reading:
    is_call = decided.kind in ("request", "offer")
    words = found.parsed.words
    confidences = {
        "kind": round(decided.kind_sure, 3),
        "needs": round(decided.needs_sure, 3) if is_call else 1.0,
        "urgency": round(decided.level_sure, 3) if decided.kind == "request" else 1.0,
        "phones": round(decided.phones_sure, 3),
        "patient": _patient_sure(found),
        "place": round(place.confidence, 3) if is_call else 1.0,
    }
    signals = doubt_signals(
        found, decided.kind, decided.needs, decided.level, confidences, decided.letters_against
    )
    return Reading(
        _as_kind(decided.kind),
        tuple(decided.needs),
        _as_urgency(decided.level),
        _patient_of(found.patient, decided.kind),
        tuple(decided.phones),
        language(words.count_of(DEVANAGARI), words.count_of(LATIN), words.count_of(HINDI_IN_LATIN)),
        _as_news(kind.news(found.parsed, found.named, decided.kind)),
        place,
        confidences,
        overall(confidences, is_call, signals, doubt),
        _evidence(found, decided),
        READER_VERSION,
    )


def kind_scores(found: Analysis, scores: model.Scores | None) -> dict[str, float]:
    """A score per kind, in log-odds."""
    judged = dict(found.points if scores is None else scores.kind)
    if found.plain is not None:
        judged[found.plain] += _PLAIN_BONUS[found.plain]
    return judged


def kind_chances(scores: dict[str, float]) -> dict[str, float]:
    """How likely each kind is."""
    return dict(zip(kind.KINDS, model.softmax([scores[name] for name in kind.KINDS]), strict=True))


def decided_kind(chances: dict[str, float], over_noise: float, over_offer: float) -> str:
    """The most likely kind, leaning to `request` so many times: a plea taken for noise is worse than noise in the queue."""
    likeliest = max(kind.KINDS, key=chances.__getitem__)
    lean = over_offer if likeliest == "offer" else over_noise
    return "request" if chances["request"] * lean >= chances[likeliest] else likeliest


def _needs(
    found: Analysis, scores: model.Scores | None, decided: str, decide: dict[str, float]
) -> tuple[list[str], float]:
    if decided not in ("request", "offer"):
        return [], 1.0
    if scores is None:
        chosen = found.by_rules[decided == "offer"]
        return chosen, 0.8 if chosen else 0.4
    chances = scores.needs
    is_asked = any(one.standing == needs.ASKED for one in found.best.values())
    chosen = [
        need
        for need in needs.NEEDS
        if chances[need] >= decide[need]
        and (not is_asked or need in found.best or chances[need] >= _UNNAMED_BESIDE_ASKED)
    ]
    beds = found.best.get("beds")
    if len(chosen) > 1 and beds is not None and needs.is_where_somebody_lies(found.parsed, beds):
        chosen = [need for need in chosen if need != "beds"]
    sure = 1.0
    for need, chance in chances.items():
        its = chance if need in chosen else 1 - chance
        sure *= its if its > 0.5 else 0.5
    return chosen, sure


def critical_chance(found: Analysis, judged: float) -> float:
    """How likely a request is critical: what the model `judged`, but near 1 where a low saturation is stated, and 0 where
    nothing in the text says danger and the model is not rather sure by itself."""
    if _is_low(found):
        return 0.97
    if found.level == "critical":
        return judged
    if found.patient.spo2 is not None:
        least = _CRITICAL_WITH_FINE_LEVEL
    else:
        parsed = found.parsed
        is_calm = len(parsed.words.texts) <= _FEW_WORDS or parsed.has("calm") or "?" in parsed.folded.text
        least = _CRITICAL_IN_A_FEW_WORDS if is_calm else 0.0
    return judged if judged >= least else 0.0


def _is_low(found: Analysis) -> bool:
    return urgency.is_low(found.parsed.folded.text, found.patient.spo2)


def _urgency(
    found: Analysis, scores: model.Scores | None, decide: dict[str, float]
) -> tuple[str, Mention | None, float]:
    level, words = found.level, found.level_words
    if scores is None:
        return level, words, 0.8
    critical = scores.urgency["critical"]
    if critical_chance(found, critical) >= decide["critical"]:
        critical = max(critical, 0.97) if _is_low(found) else critical
        return "critical", words if level == "critical" else None, max(critical, 0.5)
    high = scores.urgency["high"]
    level = "high" if high >= (_HIGH_WITHOUT_A_WORD if level == "normal" else decide["high"]) else "normal"
    return level, urgency.first_of_level(found.parsed, level), (1 - critical) * max(high, 1 - high)


def _spans(found: Analysis) -> list[tuple[int, int]]:
    """Where numbers stand that are no place (in the raw text)."""
    folded = found.parsed.folded
    spans = [folded.span(phone.start, phone.end) for phone in found.phones]
    for fact in found.facts:
        if fact.name in ("age", "spo2"):
            spans.append(folded.span(fact.start, fact.end))
    return sorted(spans)


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


def letters_against(letters: dict[str, float], decided: str) -> float:
    """By how much letters alone speak for another kind than the one that was decided; negative where they agree."""
    return max([score for name, score in letters.items() if name != decided]) - letters[decided]


def doubt_signals(
    found: Analysis,
    decided: str,
    chosen: list[str],
    level: str,
    confidences: dict[str, float],
    against: float,
) -> dict[str, float]:
    """What makes an error likely: labels that are barely decided or often wrong, and rules or letters (`against`) that would
    have decided otherwise."""
    is_call = decided in ("request", "offer")
    by_rules = found.by_rules[decided == "offer"]
    points = found.points
    kind_sure, needs_sure, level_sure = confidences["kind"], confidences["needs"], confidences["urgency"]
    return {
        "kind": _doubt(kind_sure),
        "needs": _doubt(needs_sure),
        "urgency": _doubt(level_sure),
        "phones": _doubt(confidences["phones"]),
        "kind_odds": _odds_of_error(kind_sure),
        "needs_odds": _odds_of_error(needs_sure),
        "urgency_odds": _odds_of_error(level_sure),
        "rules_kind": float(max(points, key=points.__getitem__) != decided),
        "rules_needs": float(is_call and by_rules != chosen),
        "no_needs": float(is_call and not chosen),
        "several_needs": float(len(chosen) > 1),
        "named_more": float(is_call and len(found.best) > len(chosen)),
        "letters": max(against, -1.0),
        "letters_kind": float(against > 0),
        "long": float(len(found.parsed.words.texts) > 60),
        "call": float(is_call),
        "offer": float(decided == "offer"),
        "update": float(decided == "update"),
        "other": float(decided == "other"),
        "critical": float(decided == "request" and level == "critical"),
        "high": float(decided == "request" and level == "high"),
        "need_other": float("other" in chosen),
        "need_consultation": float("consultation" in chosen),
        "question": float("?" in found.parsed.folded.text),
        "size": log1p(len(found.parsed.words.texts)),
    }


def _doubt(sure: float) -> float:
    """0 where sure, about 1 where a coin would do; on a scale on which small chances still differ."""
    return 1 / (1 + model.log_odds(0.5 if sure < 0.5 else sure if sure < 0.999 else 0.999))


def _odds_of_error(sure: float) -> float:
    chance = 1 - sure
    return model.log_odds(0.002 if chance < 0.002 else chance if chance < 0.9 else 0.9)


def overall(
    confidences: dict[str, float], is_call: bool, signals: dict[str, float], doubt: dict[str, float]
) -> float:
    """One number for a whole reading, the place among it with half its weight."""
    place = 0.5 + 0.5 * confidences["place"] if is_call else 1.0
    if doubt:
        score = doubt["bias"] + sum([doubt.get(name, 0.0) * value for name, value in signals.items()])
        return round((1 - model.sigmoid(score)) * place, 4)
    whole = confidences["kind"] * confidences["phones"] * confidences["needs"] * confidences["urgency"]
    return round(whole * place, 4)


def _evidence(found: Analysis, decided: _Decided) -> tuple[Evidence, ...]:
    parsed, folded = found.parsed, found.parsed.folded
    raw = folded.raw
    evidence: list[Evidence] = []

    def add(field: str, label: str, start: int, end: int) -> None:
        start, end = folded.span(start, end)
        evidence.append(Evidence(field, label, start, end, raw[start:end]))

    is_request = decided.kind == "request"
    for concept in kind.WORDS_OF[decided.kind]:
        mention = parsed.first_of(concept)
        if mention is not None:
            add("kind", decided.kind, *parsed.span(mention))
            break
    for need in decided.needs:
        if need in found.best:
            add("needs", need, *parsed.span(found.best[need].mention))
    if is_request and decided.level_words is not None:
        add("urgency", decided.level, *parsed.span(decided.level_words))
    for fact in found.facts if decided.kind in ("request", "update") else ():
        if fact.name == "spo2" and is_request and decided.level == "critical" and decided.level_words is None:
            add("urgency", "critical", fact.start, fact.end)
        add("patient", fact.name, fact.start, fact.end)
    for phone in decided.phones:
        start, end = phone.start, phone.end
        evidence.append(Evidence("phones", phone.e164, start, end, raw[start:end]))
    return tuple(evidence)


def _as_kind(name: str) -> Kind:
    return name  # type: ignore[return-value]


def _as_urgency(name: str) -> Urgency:
    return name  # type: ignore[return-value]


def _as_news(name: str | None) -> News | None:
    return name  # type: ignore[return-value]
