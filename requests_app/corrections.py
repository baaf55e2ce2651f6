"""What people say that a post or request really means: the move is made and the labelled example kept."""

from datetime import datetime
from typing import Any

from django.db import transaction

from districts.models import Block, District, Volunteer
from districts.needs import NeedKind
from requests_app import cases, matching, offering, sealing, stated
from requests_app.models import Correction, Event, HelpRequest, LoopLease, NotAllowed, Post
from requests_app.states import (
    EventKind,
    Kind,
    NeedState,
    Outcome,
    PostOutcome,
    PostState,
    RequestState,
    Urgency,
)


def correct(request: HelpRequest, field: str, value: Any, by: Volunteer, now: datetime) -> None:
    """Correct one field of a request: a person always wins.

    `field` and `value`: "kind" and a slug of Kind ("request" confirms; any other closes it as not a plea, an offer also
    becomes a lead); "needs" and a list of need slugs; "urgency" and a slug; "place" and (District, Block or None), or
    None for outside Rajasthan. Raises NotAllowed or Lost, as the moves do.
    """
    with transaction.atomic():
        if field == "kind":
            was: Any = Kind.REQUEST
            _correct_kind(request, Kind(value), by, now)
            kept: Any = value
        elif field == "needs":
            was, kept = (
                sorted(need.kind for need in request.needs.all() if need.state != NeedState.VOID),
                sorted(NeedKind(kind) for kind in value),
            )
            for kind in set(kept) - set(was):
                request.set_need(NeedKind(kind), NeedState.OPEN, by, now)
            for kind in set(was) - set(kept):
                request.set_need(NeedKind(kind), NeedState.VOID, by, now)
        elif field == "urgency":
            was, kept = request.urgency, value
            request.set_urgency(Urgency(value), by, now)
        elif field == "place":
            was = [request.district_id, request.block_id]
            kept = _correct_place(request, value, by, now)
        else:
            raise NotAllowed(f"{field} cannot be corrected")
        first = request.posts.order_by("posted_at", "pk").first()
        if first is not None:
            Correction.objects.create(post=first, field=field, was=was, now=kept, by=by, at=now)


def _correct_kind(request: HelpRequest, kind: Kind, by: Volunteer, now: datetime) -> None:
    if kind == Kind.REQUEST:
        request.confirm(by, now)
        return
    if kind == Kind.OFFER:
        # Plain copies say nothing of their own; where we have nothing else, one of them stands for all.
        for post in request.posts.filter(copy_of="") or request.posts.order_by("posted_at", "pk")[:1]:
            said = stated.as_offer(post)
            lead = offering.make_lead(post, said, post.fingerprint, now)
            Post.objects.filter(pk=post.pk).update(lead=lead)
    request.resolve(Outcome.NOT_A_REQUEST, by, now)


def _correct_place(
    request: HelpRequest, value: tuple[District, Block | None] | None, by: Volunteer, now: datetime
) -> list[int | None] | str:
    if value is None:
        request.set_outside(by, now)
        return "outside"
    district, block = value
    request.set_place(district, block, by, now)
    return [district.pk, block.pk if block else None]


def _locked_from_a_list(post: Post) -> Post:
    """Lock a post that stands on the failed or noise list; raise NotAllowed when it does not stand there any more."""
    post = Post.objects.select_for_update().get(pk=post.pk)
    if post.request_id is not None or (post.state == PostState.READ and post.outcome != PostOutcome.NOISE):
        raise NotAllowed("this post belongs somewhere already")
    if post.erased_at is not None:
        raise NotAllowed("this post was erased")
    return post


def make_request(post: Post, by: Volunteer, now: datetime, needs: list[str] | None = None) -> HelpRequest:
    """Open a request for a post that the program took for noise or could not read. Raises NotAllowed.

    Requests that may be the same are looked for, as for any other post.
    """
    with transaction.atomic():
        LoopLease.hold_matching()
        post = _locked_from_a_list(post)
        was = post.outcome or post.state
        said = stated.as_plea(post, needs or [])
        post.fingerprint = post.fingerprint or _words_of(post)
        request = cases.open_request(post, said, now)
        cases.may_be_same(post, request, said, now)
        Post.objects.filter(pk=post.pk).update(
            state=PostState.READ,
            outcome=PostOutcome.OPENED,
            request=request,
            fingerprint=post.fingerprint,
            read_at=now,
            last_error="",
        )
        if request.state == RequestState.REVIEW:
            request.confirm(by, now)
        else:
            Event.objects.create(request=request, kind=EventKind.CONFIRMED, by=by, at=now)
        Correction.objects.create(post=post, field="kind", was=was, now=str(Kind.REQUEST), by=by, at=now)
    return request


def _words_of(post: Post) -> str:
    """The fingerprint of a post that was never read; empty where it cannot be opened."""
    try:
        return matching.fingerprint(post.text)
    except sealing.Unreadable:
        return ""


def not_a_plea(post: Post, by: Volunteer, now: datetime) -> None:
    """Keep that a person looked at a post of the failed or noise list and saw no plea; it leaves that list.

    Raises NotAllowed for a post that belongs to a request or a lead.
    """
    with transaction.atomic():
        post = _locked_from_a_list(post)
        was = post.outcome or post.state
        Post.objects.filter(pk=post.pk).update(
            state=PostState.READ, outcome=PostOutcome.NOISE, read_at=now, lease_token=None, lease_until=None
        )
        Correction.objects.create(post=post, field="kind", was=was, now=str(Kind.OTHER), by=by, at=now)
