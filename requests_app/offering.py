"""What becomes of offers: a lead, new or said again; checked, used for a request, found to be a scam."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from districts.models import Volunteer
from districts.needs import NeedKind
from requests_app import sealing
from requests_app.intake import accept
from requests_app.lead_states import CHECK_OF_USE, CheckOutcome, ScamReason, UseOutcome
from requests_app.models import Contact, Correction, HelpRequest, Lead, LeadUse, Post, ScamNumber
from requests_app.reading.supply import quantities, supply_of
from requests_app.stated import Said, as_its_own
from requests_app.states import Kind, NeedState, PostOutcome, PostState, Source

LOOKED_AT = 20
"""So many leads with a number are looked at for the same offer, the last said first."""


class WhichNumber(Exception):
    """The lead has several numbers, and nobody said which of them is meant."""


@dataclass(frozen=True)
class Offer:
    """What an offer says: masked words, needs, place (LGD codes), numbers (E.164), quantities, who offers."""

    summary: str
    needs: tuple[str, ...]
    district: int | None
    block: int | None
    phones: tuple[str, ...]
    quantities: tuple[dict[str, object], ...] = ()
    supply: str = ""


# --- From a post to its lead ----------------------------------------------------------------------------------


def make_lead(post: Post, said: Said, words: str, now: datetime) -> Lead:
    """Make a lead of an offer, or find the one that says the same; a plain copy renews nothing, for it says nothing new."""
    text = _text_of(post)
    counted = quantities(text, said.needs)
    offer = Offer(
        summary=post.masked_text,
        needs=tuple(said.needs),
        district=said.district,
        block=said.block,
        phones=tuple(said.phones),
        quantities=tuple(asdict(one) for one in counted),
        supply=supply_of(text),
    )
    earlier = _copied(post, words) or _same_offer(offer, post)
    if earlier is None:
        return _open(offer, min(post.posted_at, now), now)
    if not post.copy_of:
        _say_again(earlier, offer, min(post.posted_at, now), now)
    return earlier


def _text_of(post: Post) -> str:
    """The words of a post; its mask where no key opens them: a person called it an offer all the same."""
    try:
        return post.text
    except sealing.Unreadable:
        return post.masked_text


def _copied(post: Post, words: str) -> Lead | None:
    """The lead of a post with the same words or the same original."""
    same = Q(fingerprint=words) if words else Q(pk=None)
    if post.copy_of:
        same |= Q(source=post.source, external_id=post.copy_of) | Q(copy_of=post.copy_of)
    found = Post.objects.filter(same, lead__isnull=False, client=post.client).exclude(pk=post.pk)
    earlier = found.select_related("lead").first()
    return earlier.lead if earlier else None


def _same_offer(offer: Offer, post: Post) -> Lead | None:
    """The lead with one of these numbers and one of these needs, in the same place or where either names none.

    An API client's offers meet its own alone, as its pleas do.
    """
    hashes = [sealing.keyed_hash(phone) for phone in offer.phones]
    owners = Contact.objects.filter(phone_hash__in=hashes, lead__isnull=False).values("lead")
    for lead in Lead.objects.filter(pk__in=owners).order_by("-said_at", "-pk")[:LOOKED_AT]:
        if not set(lead.needs) & set(offer.needs):
            continue
        if lead.district_id and offer.district and lead.district_id != offer.district:
            continue
        if lead.posts.filter(client=post.client).exists():
            return lead
    return None


def _open(offer: Offer, said_at: datetime, now: datetime) -> Lead:
    lead = Lead.objects.create(
        summary=offer.summary,
        needs=list(offer.needs),
        quantities=list(offer.quantities),
        supply=offer.supply,
        district_id=offer.district,
        block_id=offer.block,
        offered_at=said_at,
        said_at=said_at,
        **Lead.times(offer.needs, said_at, now),
    )
    Contact.objects.bulk_create([Contact.of(phone, lead=lead) for phone in offer.phones])
    return lead


def _say_again(lead: Lead, offer: Offer, said_at: datetime, now: datetime) -> None:
    """Take over what is new: the words and quantities that were said last, needs, numbers and the place it did not have."""
    if said_at > lead.said_at:
        fields: dict[str, object] = {"summary": offer.summary}
        if offer.quantities:
            fields["quantities"] = list(offer.quantities)
        if offer.supply:
            fields["supply"] = offer.supply
        Lead.objects.filter(pk=lead.pk).update(**fields)
    if lead.district_id is None and offer.district is not None:
        Lead.objects.filter(pk=lead.pk).update(district_id=offer.district, block_id=offer.block)
    more = [need for need in offer.needs if need not in lead.needs]
    if more:
        Lead.objects.filter(pk=lead.pk).update(needs=[*lead.needs, *more])
    fresh = [Contact.of(phone, lead=lead) for phone in offer.phones]
    Contact.objects.bulk_create(fresh, ignore_conflicts=True)
    lead.say_again(said_at, now)


def take_back(post: Post, by: Volunteer, now: datetime) -> None:
    """Undo make_lead: the post is no offer after all, and its words and numbers do not stay on a list that all districts
    see. A lead that rests on other posts as well has theirs again; one that rests on none is emptied and taken off."""
    lead = post.lead
    if lead is None:
        return
    Post.objects.filter(pk=post.pk).update(lead=None)
    living = list(lead.posts.filter(erased_at=None).order_by("-posted_at", "-pk")[:LOOKED_AT])
    brought = {sealing.keyed_hash(phone) for phone in as_its_own(post).phones}
    kept = {sealing.keyed_hash(phone) for other in living for phone in as_its_own(other).phones}
    lead.contacts.filter(phone_hash__in=brought - kept).delete()
    Lead.objects.filter(pk=lead.pk).update(summary=living[0].masked_text if living else "")
    if not living:
        lead.check_off(CheckOutcome.GONE, by, now)


def write_down(offer_text: str, offer: Offer, token: str, by: Volunteer, now: datetime) -> tuple[Lead, bool]:
    """Keep an offer that a person took down by hand, as a post and its lead; return it and whether it is a new lead.

    The same `token` of the same person is one press. `offer.summary` is not used: the post's mask is.
    """
    with transaction.atomic():
        post, is_new = accept(
            Source.PHONE, f"lead-{by.pk}-{token}", offer_text, now, phones=offer.phones, written_by=by
        )
        if not is_new and post.lead is not None:
            return post.lead, False
        whole = replace(offer, summary=post.masked_text)
        earlier = _same_offer(whole, post)
        if earlier is None:
            lead = _open(whole, now, now)
        else:
            lead = earlier
            _say_again(lead, whole, now, now)
        Post.objects.filter(pk=post.pk).update(
            state=PostState.READ, outcome=PostOutcome.LEAD, lead=lead, read_at=now
        )
        Correction.objects.create(post=post, field="kind", was="", now=str(Kind.OFFER), by=by, at=now)
    return lead, earlier is None


# --- What people do with leads ----------------------------------------------------------------------------------


def check(
    lead: Lead,
    outcome: CheckOutcome,
    by: Volunteer,
    now: datetime,
    *,
    note: str = "",
    left: int | None = None,
    number: int | None = None,
) -> bool:
    """Keep what somebody found; "asked for advance payment" flags the number as well. `number`: the contact's key.

    False when somebody took the lead off the list meanwhile. Raises WhichNumber.
    """
    with transaction.atomic():
        if outcome == CheckOutcome.ADVANCE:
            _flag(lead, ScamReason.ADVANCE, by, now, note, number)
        return lead.check_off(outcome, by, now, note=note, left=left)


def call_scam(
    lead: Lead, reason: ScamReason, by: Volunteer, now: datetime, *, note: str = "", number: int | None = None
) -> ScamNumber | None:
    """Warn everywhere of a number of this lead; None where it has none. Raises WhichNumber."""
    with transaction.atomic():
        flagged = _flag(lead, reason, by, now, note, number)
        lead.check_off(CheckOutcome.ADVANCE, by, now, note=note)
    return flagged


def lift_scam(lead: Lead, by: Volunteer, now: datetime, *, note: str = "") -> None:
    """Take the numbers of this lead off the block-list, with the suggestions, and the mark off the lead."""
    with transaction.atomic():
        hashes = lead.contacts.values_list("phone_hash", flat=True)
        for number in ScamNumber.objects.filter(phone_hash__in=hashes):
            number.lift(by, now, note, lead)
        lead.clear_of_scam()


def _flag(
    lead: Lead, reason: ScamReason, by: Volunteer, now: datetime, note: str, number: int | None
) -> ScamNumber | None:
    contacts = list(lead.contacts.all())
    meant = [contact for contact in contacts if contact.pk == number] if number else contacts
    if len(meant) > 1 or (number and not meant):
        raise WhichNumber
    if not meant:
        return None
    return ScamNumber.flag(meant[0].phone_hash, meant[0].tail, reason, by, now, lead=lead, note=note)


def use(
    request: HelpRequest,
    lead: Lead,
    outcome: UseOutcome,
    by: Volunteer,
    now: datetime,
    *,
    note: str = "",
    met: Iterable[str] = (),
    number: int | None = None,
) -> None:
    """Keep that a lead was used for a request and what came of it: in the request's history and as a check of the lead.

    `met`: needs that are met by it, where it was got. Raises WhichNumber, and what the request's moves raise.
    """
    with transaction.atomic():
        request.note_lead_use(lead.pk, str(outcome), by, now, note=note)
        LeadUse.objects.create(request=request, lead=lead, outcome=outcome, by=by, at=now)
        check(lead, CHECK_OF_USE[outcome], by, now, number=number)
        if outcome == UseOutcome.GOT_IT:
            lead.count_help()
            for kind in met:
                request.set_need(NeedKind(kind), NeedState.MET, by, now)


def proposed_for(
    user: Volunteer, request: HelpRequest, near: Sequence[int], now: datetime, limit: int
) -> list[Lead]:
    """Fresh leads for the open needs of a request: of its district first, then of `near` in their order.

    Not stale, not withdrawn, no scam. `request` comes with its needs fetched.
    """
    kinds = [need.kind for need in request.needs.all() if need.state == NeedState.OPEN]
    if request.district_id is None or not kinds or not request.is_open:
        return []
    leads = Lead.objects.visible_to(user).fresh(now).of_any_need(kinds).without_scams()
    return list(leads.nearest([request.district_id, *near]).for_cards()[:limit])
