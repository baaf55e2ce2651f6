"""Takes apart what was put together: a post of another patient leaves a request, a merging is undone, two are said to be one.

Every door takes the matcher's lock first, so that no post joins what is being taken apart.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from districts.models import Volunteer
from requests_app import cases, policy, stated
from requests_app.models import Event, HelpRequest, LoopLease, Lost, NotAllowed, PossibleMatch, Post
from requests_app.sealing import keyed_hash
from requests_app.stated import Said
from requests_app.states import (
    HELD,
    Attention,
    EventKind,
    NeedState,
    PostOutcome,
    RequestState,
)

log = logging.getLogger(__name__)

READ_AT_MOST = 200
"""So many different posts of a request are read again to see what they say; a plea has few, however many copies."""


def split(request: HelpRequest, post: Post, by: Volunteer, now: datetime) -> HelpRequest:
    """Take a post, with the copies of it, out of a request into one of its own: it is another patient's.

    What only these posts brought leaves with them: numbers, needs that are not met, facts, a place read from them. Later
    copies follow them, and the two requests are not put together again. Returns the new request. Raises NotAllowed when
    nothing would stay, and Lost when somebody else moved the post first.
    """
    with transaction.atomic():
        LoopLease.hold_matching()
        old = HelpRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        post = Post.objects.select_for_update().get(pk=post.pk)
        if post.request_id != old.pk:
            raise Lost(old.holder)
        if old.state == RequestState.MERGED or post.erased_at is not None:
            raise NotAllowed("this post cannot leave")
        leaving = list(_with_copies(post, old))
        keys = [one.pk for one in leaving]
        staying = Post.objects.filter(request=old).exclude(pk__in=keys)
        if not staying.exists():
            raise NotAllowed("nothing would stay in the request")
        said = stated.as_its_own(post)
        new = cases.open_request(post, said, now)
        _asked_since(new, post)
        Post.objects.filter(pk__in=keys).update(request=new, outcome=PostOutcome.JOINED)
        Post.objects.filter(pk=post.pk).update(outcome=PostOutcome.OPENED)
        HelpRequest.objects.filter(pk=new.pk).update(post_count=len(keys))
        _give_up(old, [said], _said_by_all(staying), len(keys), now)
        if not staying.filter(outcome=PostOutcome.OPENED).exists():
            first = staying.order_by("posted_at", "pk").values("pk")[:1]
            Post.objects.filter(pk__in=list(first.values_list("pk", flat=True))).update(
                outcome=PostOutcome.OPENED
            )
        PossibleMatch.judge(old.pk, new.pk, PossibleMatch.State.DIFFERENT, by, now)
        history = {"by": by, "at": now, "kind": EventKind.SPLIT}
        Event.objects.create(request=old, data={"to": new.code, "posts": len(keys)}, **history)
        Event.objects.create(request=new, data={"from": old.code, "posts": len(keys)}, **history)
    new.refresh_from_db()
    return new


def merge(request: HelpRequest, other: HelpRequest, by: Volunteer, now: datetime) -> None:
    """Make `request` part of `other`, and what was asked or said of the one hold for the other. As merge_into raises."""
    with transaction.atomic():
        request.merge_into(other, by, now)
        PossibleMatch.carry_over(request.pk, other.pk, by, now)


def same(request: HelpRequest, other: HelpRequest, by: Volunteer, now: datetime) -> HelpRequest:
    """Say that two requests are one patient's: they are merged into the one that somebody works on, else into the older
    open one. Returns the one that stays. Raises NotAllowed or Lost."""
    candidates = [one for one in (request, other) if one.is_open]
    if not candidates:
        raise NotAllowed("both are closed")
    stays = min(candidates, key=lambda one: (one.holder_id is None, one.pk))
    goes = other if stays.pk == request.pk else request
    merge(goes, stays, by, now)
    return stays


def different(request: HelpRequest, other: HelpRequest, by: Volunteer, now: datetime) -> None:
    """Say that two requests are different patients': nobody is asked again, and matching keeps them apart. Raises
    NotAllowed for one and the same."""
    if request.pk == other.pk:
        raise NotAllowed("a request is no other than itself")
    with transaction.atomic():
        LoopLease.hold_matching()
        PossibleMatch.judge(request.pk, other.pk, PossibleMatch.State.DIFFERENT, by, now)
        for one, two in ((request, other), (other, request)):
            Event.objects.create(
                request=one, kind=EventKind.NOT_SAME, by=by, at=now, data={"other": two.code}
            )


def undo_merge(request: HelpRequest, by: Volunteer, now: datetime) -> None:
    """Take a merged request out again, with the posts that it brought. Raises NotAllowed."""
    with transaction.atomic():
        LoopLease.hold_matching()
        other = request.merged_into
        merging = Event.objects.filter(request=request, kind=EventKind.MERGED).order_by("-at", "-pk").first()
        if other is None or merging is None or "post_keys" not in merging.data:
            raise NotAllowed("this was not merged")
        rows = HelpRequest.objects.select_for_update(no_key=True).filter(pk__in=[request.pk, other.pk])
        other = {row.pk: row for row in rows.order_by("pk")}[other.pk]
        if not other.is_open:
            raise NotAllowed("it was merged into one that is not open any more")
        posts = Post.objects.filter(pk__in=merging.data["post_keys"], request=other)
        keys = list(posts.values_list("pk", flat=True))
        staying = Post.objects.filter(request=other).exclude(pk__in=keys)
        if not keys or not staying.exists():
            raise NotAllowed("its posts went elsewhere since")
        brought = _said_by_all(posts)
        posts.update(request=request)
        other.appeals.filter(pk__in=merging.data.get("appeal_keys", [])).update(request=request)
        request.unmerge(by, now, {"from": other.code, "posts": len(keys)})
        HelpRequest.objects.filter(pk=request.pk).update(post_count=len(keys))
        stays = _said_by_all(staying)
        # Numbers of notes were copied by the merging as well: no post brought them.
        said = {keyed_hash(phone) for one in stays for phone in one.phones}
        copies = other.contacts.filter(pk__in=merging.data.get("contact_keys", []))
        copies.exclude(phone_hash__in=said).delete()
        _give_up(other, brought, stays, len(keys), now)
        PossibleMatch.judge(request.pk, other.pk, PossibleMatch.State.DIFFERENT, by, now)
        Event.objects.create(
            request=other,
            kind=EventKind.UNMERGED,
            by=by,
            at=now,
            data={"to": request.code, "posts": len(keys)},
        )


# --- What goes and what stays ------------------------------------------------------------------------------------


def _with_copies(post: Post, request: HelpRequest) -> "list[Post]":
    """The post, and of this request's posts those that retweet, quote or edit it, or have its very words."""
    mine = Q(pk=post.pk)
    if post.source == "x":
        ids = [name for name in (post.external_id, post.copy_of) if name]
        mine |= Q(copy_of__in=ids) | Q(external_id=post.copy_of or post.external_id)
        mine |= Q(quote_of=post.external_id)
        if post.edit_root:
            mine |= Q(edit_root=post.edit_root)
    if post.fingerprint:
        mine |= Q(fingerprint=post.fingerprint)
    return list(Post.objects.filter(mine, request=request).select_for_update())


def _asked_since(request: HelpRequest, post: Post) -> None:
    """Let a patient who was taken for another have waited since the post came in."""
    since = min(post.received_at, request.opened_at)
    HelpRequest.objects.filter(Q(pk=request.pk) | Q(parent=request)).update(
        opened_at=since,
        **policy.first_clocks(since, request.urgency, request.attention, request.escalated_to),
    )


def _said_by_all(posts: "Any") -> list[Said]:
    """What the different posts of a request say, oldest first."""
    told, words = [], set()
    for post in posts.filter(copy_of="", erased_at=None).order_by("posted_at", "pk")[: 4 * READ_AT_MOST]:
        if post.fingerprint and post.fingerprint in words:
            continue
        words.add(post.fingerprint)
        told.append(stated.as_its_own(post))
        if len(told) == READ_AT_MOST:
            break
    if not told:
        told = [
            stated.as_its_own(post) for post in posts.filter(erased_at=None).order_by("posted_at", "pk")[:1]
        ]
    return told


def _give_up(
    request: HelpRequest, leaving: Sequence[Said], staying: Sequence[Said], posts: int, now: datetime
) -> None:
    """Take out of a request what only the posts that leave brought."""
    gone = {keyed_hash(phone) for said in leaving for phone in said.phones}
    kept = {keyed_hash(phone) for said in staying for phone in said.phones}
    request.contacts.filter(phone_hash__in=gone - kept).delete()
    set_by_people = {
        event.data.get("need")
        for event in Event.objects.filter(request=request, kind=EventKind.NEED_CHANGED, by__isnull=False)
    }
    unasked = {need for said in leaving for need in said.needs} - {
        need for said in staying for need in said.needs
    }
    request.needs.filter(kind__in=unasked - set_by_people, state=NeedState.OPEN).delete()
    fields: dict[str, Any] = {"post_count": F("post_count") - posts, "changed_at": now}
    fields["patient"] = _patient(request.patient, leaving, staying)
    first = Post.objects.filter(request=request, erased_at=None).order_by("posted_at", "pk").first()
    if first is not None:
        fields["summary"] = first.masked_text
    place = _place(request, leaving, staying)
    if place:
        fields |= place | request.suggested_in(place["district"], place["block"], now)
    over = {cases.TELLS.get(said.news) for said in leaving} - {cases.TELLS.get(said.news) for said in staying}
    if request.attention and request.attention in over:
        fields["attention"] = Attention.NONE
    HelpRequest.objects.filter(pk=request.pk).update(**fields, **request.clocks(now, fields))


def _patient(known: dict[str, Any], leaving: Sequence[Said], staying: Sequence[Said]) -> dict[str, Any]:
    """Facts that a remaining post tells, or that none of those that leave told."""
    kept: dict[str, Any] = {}
    for name, value in known.items():
        told = [said.patient[name] for said in staying if name in said.patient]
        if told:
            kept[name] = value if value in told else told[0]
        elif all(said.patient.get(name) != value for said in leaving):
            kept[name] = value
    return kept


def _place(request: HelpRequest, leaving: Sequence[Said], staying: Sequence[Said]) -> dict[str, Any]:
    """The place that a remaining post names, where the one that is known came from a post that leaves."""
    set_by_people = Event.objects.filter(request=request, kind=EventKind.PLACE_SET, by__isnull=False).exists()
    came_along = any(said.district == request.district_id for said in leaving)
    stays = any(said.district == request.district_id for said in staying)
    if request.district_id is None or set_by_people or not came_along or stays or request.state in HELD:
        return {}
    said = next((said for said in staying if said.district is not None), None)
    if said is None:
        return {
            "district": None,
            "block": None,
            "place_confidence": 0.0,
            "attention": Attention.PLACE_UNKNOWN,
            "place_candidates": next((one.candidates for one in staying if one.candidates), []),
        }
    return {
        "district": said.district,
        "block": said.block,
        "place_confidence": said.place_confidence,
    }
