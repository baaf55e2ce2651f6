"""Gathers all that the page of one request shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Q, QuerySet, Value, When

from districts.models import Official, Role, Volunteer
from districts.models.people import WORKING
from districts.needs import NeedKind
from districts.neighbours import nearest
from requests_app.code_phrase import code_phrase
from requests_app.forms import WaitForm
from requests_app.lead_states import UseOutcome
from requests_app.models import Appeal, Contact, Event, HelpRequest, Post, Reply
from requests_app.offering import proposed_for
from requests_app.policy import POLICY
from requests_app.public_text import LONGEST
from requests_app.reply_limits import NOT_FOUND
from requests_app.reply_texts import REPLY_TEXTS
from requests_app.states import (
    HELD,
    NO_REPLY_THERE,
    AppealAnswer,
    CallOutcome,
    EventKind,
    NeedState,
    Outcome,
    ReplyState,
    ReplyTrouble,
    RequestState,
    Urgency,
)
from requests_app.stopping import stopped_among
from requests_app.views.cards import cards, evidence_of, news_of, possible_of

POSTS_SHOWN = 60
LEADS_SHOWN: int = POLICY["leads"]["shown_on_request"]
NEIGHBOURS: int = POLICY["leads"]["neighbours"]
EVENTS_SHOWN = 200
NAMES_ANOTHER = {EventKind.MERGED, EventKind.UNMERGED, EventKind.SPLIT, EventKind.NOT_SAME}
ANOTHER = ("into", "from", "to", "other")
"""Lines of history that name another request, and where: in a district that is not one's own it is not named."""
EVENTS_OPEN = 6
"""So many of the newest lines of the history stand open; the others behind one press."""
POSTS_OPEN = 2
"""So many of the newest posts stand open beside the first one."""
ADVICE_SHOWN = 3
REPLY_CENTS = 1.5
"""What one reply without a link costs, US cents (X's price list of 2026-04-20)."""


@dataclass(frozen=True)
class Line:
    """A post of the thread with its evidence and our reply. `news`: the slug of what it says became of it; `may_leave`:
    a person may say that it is another patient's."""

    post: Post
    evidence: list[dict[str, Any]]
    reply: Reply | None
    news: str = ""
    may_leave: bool = False


@dataclass(frozen=True)
class Barred:
    """A post to whose author we cannot write, and why: a slug of ReplyTrouble."""

    post: Post
    reason: str


def thread_of(user: Volunteer, item: HelpRequest, now: datetime) -> dict[str, Any]:
    """Return the template values of a request's page. `item` comes from visible_to(user).for_cards()."""
    posts = list(_told_apart(item).select_related("written_by")[:POSTS_SHOWN])
    posts_are_its_own = bool(posts)
    if not posts and item.parent_id:
        posts = list(_told_apart(item.parent).select_related("written_by")[:POSTS_SHOWN])  # type: ignore[arg-type]
    decided, news = evidence_of(posts), news_of(posts)
    may_split = user.can_work and item.state != RequestState.MERGED and posts_are_its_own
    replies = {reply.post_id: reply for reply in Reply.objects.filter(post__in=posts).select_related("by")}
    refused = {
        key for key, reply in replies.items() if reply.state == ReplyState.FAILED and reply.error != NOT_FOUND
    }
    barred = _barred(posts, replies)
    closed_to_us = (set(replies) - refused) | {line.post.pk for line in barred}
    can_reply = [post for post in posts if post.may_reply and post.pk not in closed_to_us]
    has = {need.kind for need in item.needs.all()}
    near = nearest(item.district_id, NEIGHBOURS) if item.district_id else ()
    proposed = proposed_for(user, item, near, now, LEADS_SHOWN)
    shown = [*item.contacts.all(), *(contact for lead in proposed for contact in lead.contacts.all())]
    Contact.warn_about(shown)
    is_mine = item.holder_id == user.pk
    history = Event.objects.filter(request=item).select_related("by").order_by("-at", "-pk")
    appeals = list(Appeal.objects.filter(request=item).for_lists())
    newest_events = list(history[:EVENTS_SHOWN])
    lines = [
        Line(
            post,
            decided.get(post.pk, []),
            replies.get(post.pk),
            news.get(post.pk, ""),
            may_leave=may_split and number > 0 and post.erased_at is None,
        )
        for number, post in enumerate(posts)
    ]
    folded, newest = _folded(lines[1:])
    return {
        "item": item,
        "phrase": code_phrase(item.code) if user.can_work and item.is_open else "",
        "card": cards([item])[0],
        "now": now,
        "plea": lines[0] if lines else None,
        "folded": folded,
        "newest": newest,
        "copies": max(0, item.post_count - len(posts)),
        "can_reply": can_reply,
        "reply_barred": barred,
        "reply_form": bool(can_reply or barred) and item.is_open,
        "reply_texts": REPLY_TEXTS,
        "reply_to": can_reply[-1] if can_reply else None,
        "reply_length": 0,
        "reply_longest": LONGEST,
        "reply_cents": REPLY_CENTS,
        "earlier_events": newest_events[EVENTS_OPEN:][::-1],
        "events": newest_events[:EVENTS_OPEN][::-1],
        "people_named": _named(newest_events),
        "known_codes": known_codes(user, item, newest_events),
        "advice": _advice(user, item),
        "languages": settings.LANGUAGES,
        "older_events": max(0, Event.objects.filter(request=item).count() - len(newest_events)),
        "possible": possible_of(user, [item]).get(item.pk, []),
        "linked": HelpRequest.objects.visible_to(user).filter(Q(parent=item) | Q(pk=item.parent_id)),
        "people": people_for(item, user),
        "officials": officials_for(user, item),
        "appeals": appeals,
        "follow_up_due": item.is_open and next((one for one in appeals if one.is_due(now)), None),
        "answers": AppealAnswer.choices,
        "open_needs": [need for need in item.needs.all() if need.state == NeedState.OPEN],
        "has_met": any(need.state == NeedState.MET for need in item.needs.all()),
        "is_mine": is_mine,
        "is_held": item.state in HELD,
        "is_free": item.state in (RequestState.QUEUED, RequestState.REVIEW),
        "may_act": user.can_work
        and (is_mine or item.state not in HELD)
        and item.state != RequestState.MERGED,
        "calls": CallOutcome.choices,
        "outcomes": Outcome.choices,
        "waits": WaitForm.CHOICES,
        "proposed": proposed,
        "use_outcomes": UseOutcome.choices[1:],
        "missing_needs": [(slug, name) for slug, name in NeedKind.choices if slug not in has],
        "urgencies": Urgency.choices,
        "dials": not settings.DEMO,
    }


def _folded(later: list[Line]) -> tuple[list[Line], list[Line]]:
    """Part the posts after the first one: what folds away, and the newest."""
    return later[:-POSTS_OPEN], later[-POSTS_OPEN:]


def _barred(posts: Sequence[Post], replies: Mapping[int, Reply]) -> list[Barred]:
    """The posts that would be answered but for their author's wish or X's rules; the newest of each author."""
    stopped = stopped_among(post.author_id for post in posts if post.may_reply)
    found: dict[str, Barred] = {}
    for post in posts:
        reply = replies.get(post.pk)
        if post.may_reply and post.author_id in stopped:
            found[post.author_id] = Barred(post, ReplyTrouble.STOPPED)
        elif reply is not None and reply.state == ReplyState.FAILED and reply.error in NO_REPLY_THERE:
            found[f"post {post.pk}"] = Barred(post, reply.error)
    return list(found.values())


def _named(events: list[Event]) -> dict[int, str]:
    """The names of those to whom a step of the history went."""
    keys = {event.data.get("to") for event in events if event.kind == EventKind.ESCALATED} - {None}
    return {person.pk: person.name for person in Volunteer.objects.filter(pk__in=keys)} if keys else {}


def _advice(user: Volunteer, item: HelpRequest) -> "QuerySet[Event]":
    """What doctors advised here, on the plea that this consultation belongs to, or on its consultations; newest first."""
    same = Q(pk=item.pk) | Q(parent=item) | Q(pk=item.parent_id)
    of_it = HelpRequest.objects.visible_to(user).filter(same).values("pk")
    advised = Event.objects.filter(request__in=of_it, kind=EventKind.ADVISED).exclude(note="")
    return advised.select_related("by").order_by("-at", "-pk")[:ADVICE_SHOWN]


def known_codes(user: Volunteer, item: HelpRequest, events: Sequence[Event]) -> set[str]:
    """The codes of other requests that its page may name: those that this person may see."""
    told = {event.data.get(name) for event in events if event.kind in NAMES_ANOTHER for name in ANOTHER}
    if not told and item.merged_into_id is None:
        return set()
    others = Q(code__in=told - {None}) | Q(pk=item.merged_into_id)
    return set(HelpRequest.objects.visible_to(user).filter(others).values_list("code", flat=True))


def _told_apart(item: HelpRequest) -> "QuerySet[Post]":
    """The posts of a request without plain copies, oldest first."""
    return Post.objects.filter(request=item, copy_of="").order_by("posted_at", "pk")


def officials_for(user: Volunteer, item: HelpRequest) -> "QuerySet[Official]":
    """To whom this request can be taken: the offices of its district, then those of the whole state."""
    return Official.objects.visible_to(user).reachable().of_place(item.district_id)


def people_for(item: HelpRequest, user: Volunteer) -> "QuerySet[Volunteer]":
    """Who could be given this request: people of its district and the state desk, those on duty first."""
    can_see = Q(role=Role.STATE_DESK)
    if item.district_id is not None:
        there = WORKING if item.is_consultation else WORKING - {Role.DOCTOR}
        can_see |= Q(districts=item.district_id, role__in=there)
    held = Count("held", filter=Q(held__state__in=HELD), distinct=True)
    state_desk_last = Case(When(role=Role.STATE_DESK, then=Value(1)), default=Value(0))
    people = (
        Volunteer.objects.filter(can_see, is_active=True).exclude(pk=user.pk).annotate(load=held).distinct()
    )
    return people.order_by("-is_on_duty", state_desk_last, "first_name", "pk")
