"""Which of the names found in a text are meant as places: Kota the quota, Pali the shift and Bhim the
first name are not."""

from districts.everyday import SOFT
from districts.folding import fold
from districts.naming import Mention
from districts.places import agrees
from districts.words import Words


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(words).text.split())


_PLACE_AFTER = _set(
    "chc phc cch tehsil teh tahsil block panchayat city kasba kasbe gaon village town "
    "district dist jila zila distt hospital station junction jn jn. sector sec "
    "सीएचसी पीएचसी तहसील ब्लॉक पंचायत कस्बा कस्बे गांव शहर जिला जिले अस्पताल हॉस्पिटल स्टेशन जंक्शन"
)
_PLACE_BEFORE = _set(
    "tehsil teh tahsil block chc phc place location address dist district distt jila zila "
    "city gaon village loc jagah from near "
    "तहसील ब्लॉक सीएचसी स्थान पता जिला जिले गांव कस्बा शहर"
)
_POSTPOSITION = _set("me mein mai men m se ke ki ka k ko tak city में से के का की को तक शहर जिला जिले")
_NAGAR = _set("nagar नगर")
_SHIFT_WORD = _set(
    "दो तीन पहली दूसरी तीसरी रात दिन सुबह शाम डबल अपनी मेरी do teen pehli pahli dusri teesri "
    "raat din subah shaam double"
)
_QUOTA_WORD = _set(
    "quota vaccine injection वैक्सीन ऑक्सीजन इंजेक्शन रेमडेसिविर का ka oxygen राज्य आवंटित तय अपना पूरा कुल"
)
_QUOTA_AFTER = _set("khatam khatm खत्म पूरा बढ़ा बढ़ाया बढ़ाने बढ़ाओ बढ़ाए घटाया कम तय system quota")
_SWEET = _set("laddu laddoo raita लड्डू रायता")
_HOSPITAL_LETTERS = _set("sms mdm एसएमएस jaipuria जयपुरिया")  # and names that are words as well
_WARD = _set(
    "hospital ward icu bed beds blood admit admitted bharti emergency doctor doctors ventilator "
    "patient opd gate hosp plasma idh oxygen platelets trauma mortuary morchari "
    "अस्पताल हॉस्पिटल वार्ड आईसीयू बेड भर्ती इमरजेंसी डॉक्टर वेंटिलेटर मरीज एडमिट गेट ऑक्सीजन ट्रॉमा ट्रोमा मोर्चरी"
)
_REFERRED = _set("referred refer shifted shift taken brought rushed transferred moved sent")
_AT = _set("at")
_KIN = _set(
    "papa mummy maa bhai behan bahan chacha chachi mama mami dada dadi nana nani patni pati beta beti patient mariz "
    "father mother brother sister uncle aunt wife husband पापा मम्मी मां भाई बहन चाचा चाची मामा दादा दादी नाना नानी पत्नी पति मरीज"
)
_INSIDE = _set("me mein mai men में")
_FROM = _set("se ke से के")
_BESIDE = _set("bahar baahar samne gate corridor बाहर सामने गेट")
_ENGLISH_IN = _set("in at from near")
_IN_CASE = _set("kisi bhi har aisi is us किसी भी हर ऐसी इस उस")
_SENT = _set("kiya karo kar bheja kare aaya किया करो भेजा")
_PALI, _KOTA, _BUNDI = _set("पाली pali paali"), _set("कोटा kota"), _set("बूंदी bundi बुंदी boondi")


def _is_vetoed(mention: Mention, words: Words) -> bool:
    """Kota the quota, Pali the shift, Bundi the sweet."""
    if mention.kind != "district" or mention.last - mention.first != 1 or mention.is_tag:
        return False
    tokens = words.tokens
    token = tokens[mention.first]
    before = tokens[mention.first - 1] if mention.first else ""
    after = tokens[mention.last] if mention.last < len(tokens) else ""
    if token in _PALI:
        return before in _SHIFT_WORD or (before.isdigit() and len(before) == 1)
    if token in _KOTA:
        if before == "quota" or after in _QUOTA_AFTER:
            return True
        return before in _QUOTA_WORD and after not in _POSTPOSITION and after not in _PLACE_AFTER
    if token in _BUNDI:
        return not _SWEET.isdisjoint(tokens[mention.last : mention.last + 3])
    return False


def _is_hospital_here(mention: Mention, words: Words) -> bool:
    """SMS the hospital, not the message."""
    tokens = words.tokens
    before = tokens[mention.first - 1] if mention.first else ""
    after = tokens[mention.last] if mention.last < len(tokens) else ""
    if before in _AT or (
        after in _INSIDE and not _KIN.isdisjoint(tokens[max(0, mention.first - 3) : mention.first])
    ):
        return True  # "operated at SMS", "bhai ko SMS me h"
    if before == "to" and not _REFERRED.isdisjoint(tokens[max(0, mention.first - 7) : mention.first]):
        return True
    window = tokens[max(0, mention.first - 4) : mention.last + 7]
    if after in _FROM and not _BESIDE.isdisjoint(tokens[mention.last + 1 : mention.last + 2]):
        return True
    return after not in _SENT and (after in _INSIDE or after in _WARD) and not _WARD.isdisjoint(window)


def _is_place_here(mention: Mention, words: Words) -> bool:
    """Whether a cautious name has beside it what says that a place is meant."""
    tokens = words.tokens
    before = tokens[mention.first - 1] if mention.first else ""
    after = tokens[mention.last] if mention.last < len(tokens) else ""
    if mention.is_tag or before in _PLACE_BEFORE or after in _PLACE_AFTER:
        return True
    return (
        tokens[mention.first] in SOFT
        and before not in _IN_CASE
        and (after in _INSIDE or after in _FROM or before in _ENGLISH_IN)
    )


def believed(found: list[Mention], words: Words) -> list[Mention]:
    """Without the names that are everyday words here; one that a neighbour decides stands for that place only."""
    sure = [m for m in found if not m.is_cautious and not _is_vetoed(m, words)]
    if len(sure) == len(found):
        return found
    kept = []
    known = {id(mention) for mention in sure}
    for mention in found:
        if not mention.is_cautious:
            if id(mention) in known:
                kept.append(mention)
            continue
        token = words.tokens[mention.first]
        if token in _HOSPITAL_LETTERS:
            if _is_hospital_here(mention, words):
                kept.append(mention)
            continue
        if token in _NAGAR and mention.first and len(words.gap(mention.first)) < 2:
            continue
        if _is_place_here(mention, words):
            kept.append(mention)
            continue
        near = [
            m.targets[0]
            for m in sure
            if len(m.targets) == 1 and max(m.first - mention.last, mention.first - m.last) <= 3
        ]
        meant = next((t for t in mention.targets if any(agrees(t, other) for other in near)), None)
        if meant is not None:
            mention.targets, mention.is_cautious = (meant,), False
            kept.append(mention)
    return kept
