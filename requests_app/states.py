"""The states of posts, requests, needs and replies, and which may follow which. Written once, here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Source(TextChoices):
    X = "x", _("X")
    API = "api", _("API")
    PHONE = "phone", _("Phone desk")
    WEB = "web", _("Web form")
    IMPORT = "import", _("Import")


class PostState(TextChoices):
    DUE = "due", _("To be read")
    READ = "read", _("Read")
    FAILED = "failed", _("Could not be read")


class PostOutcome(TextChoices):
    OPENED = "opened", _("Opened a request")
    JOINED = "joined", _("Joined a request")
    LEAD = "lead", _("Became a lead")
    NOISE = "noise", _("No plea")


class Kind(TextChoices):
    REQUEST = "request", _("Asks for help")
    OFFER = "offer", _("Offers help")
    UPDATE = "update", _("Tells what became of it")
    THANKS = "thanks", _("Thanks")
    OTHER = "other", _("Something else")


class News(TextChoices):
    """What a post says became of a plea."""

    SOLVED = "solved", _("says that help has come")
    DIED = "died", _("says that the patient has died")
    STILL_NEEDED = "still_needed", _("says that help is still needed")
    UNREACHABLE = "unreachable", _("says that nobody is reached there")


class Urgency(TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("Urgent")
    NORMAL = "normal", _("Normal")


class RequestState(TextChoices):
    REVIEW = "review", _("To be reviewed")
    QUEUED = "queued", _("Waiting for a volunteer")
    CLAIMED = "claimed", _("Being worked on")
    WAITING = "waiting", _("To be tried again")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


OPEN = (RequestState.REVIEW, RequestState.QUEUED, RequestState.CLAIMED, RequestState.WAITING)
FREE = (RequestState.REVIEW, RequestState.QUEUED)
HELD = (RequestState.CLAIMED, RequestState.WAITING)
ENDED = (RequestState.CLOSED, RequestState.MERGED)

NEXT: dict[RequestState, frozenset[RequestState]] = {
    RequestState.REVIEW: frozenset({RequestState.QUEUED, RequestState.CLOSED, RequestState.MERGED}),
    RequestState.QUEUED: frozenset(
        {RequestState.CLAIMED, RequestState.REVIEW, RequestState.CLOSED, RequestState.MERGED}
    ),
    RequestState.CLAIMED: frozenset(
        {
            RequestState.CLAIMED,  # handed over: another holder, the same state
            RequestState.QUEUED,
            RequestState.WAITING,
            RequestState.CLOSED,
            RequestState.MERGED,
        }
    ),
    RequestState.WAITING: frozenset(
        {
            RequestState.CLAIMED,
            RequestState.QUEUED,
            RequestState.WAITING,
            RequestState.CLOSED,
            RequestState.MERGED,
        }
    ),
    RequestState.CLOSED: frozenset({RequestState.QUEUED, RequestState.MERGED}),
    RequestState.MERGED: frozenset({RequestState.QUEUED}),
}
"""Which state may follow which. A closed request is reopened into the queue, and so is one whose merging is undone."""


class Outcome(TextChoices):
    HELPED = "helped", _("Helped by us")
    HELPED_BY_OTHERS = "helped_by_others", _("Helped by others")
    PARTLY_HELPED = "partly_helped", _("Partly helped")
    COULD_NOT_REACH = "could_not_reach", _("Could not reach them")
    COULD_NOT_HELP = "could_not_help", _("We could not help")
    DIED = "died", _("The patient has died")
    NOT_NEEDED = "not_needed", _("No longer needed")
    NOT_A_REQUEST = "not_a_request", _("Not a plea")
    OUT_OF_STATE = "out_of_state", _("Outside Rajasthan, handed on")


HARD = frozenset({Outcome.DIED, Outcome.COULD_NOT_HELP})
"""Outcomes after which a person is offered a pause."""


class Attention(TextChoices):
    """Something about an open request that a person must look at; empty for nothing."""

    NONE = "", _("Nothing")
    SAID_SOLVED = "said_solved", _("Said to be solved: confirm")
    SAID_DIED = "said_died", _("Said to have died: confirm")
    PLACE_UNKNOWN = "place_unknown", _("Place unknown")
    OUTSIDE = "outside", _("Outside Rajasthan")
    SOURCE_DELETED = "source_deleted", _("The post was deleted: check whether solved")
    STALE = "stale", _("Not heard of for long: is help still needed?")


class NeedState(TextChoices):
    OPEN = "open", _("Open")
    MET = "met", _("Met")
    VOID = "void", _("No longer needed")


class CallOutcome(TextChoices):
    TALKED = "talked", _("Talked")
    NO_ANSWER = "no_answer", _("No answer")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    SWITCHED_OFF = "switched_off", _("Switched off")


class ReplyState(TextChoices):
    DUE = "due", _("Will be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("Being checked on X")


class ReplyTrouble(TextChoices):
    """Why a reply does not go out: before it is queued, by X, or by the author's wish."""

    MAY_NOT_REPLY = "may_not_reply", _("X lets us answer only posts that mention us.")
    OTHER_REQUEST = "other_request", _("That post belongs to another request.")
    TOO_OLD = "too_old", _("That post is more than a week old.")
    ALREADY_REPLIED = "already_replied", _("That post has been answered already.")
    NO_CODE = "no_code", _("The code of the request must stand in the reply.")
    TOO_LONG = "too_long", _("The reply is too long for X.")
    LINK = "link", _("No links: X charges much for them.")
    PHONE_NUMBER = "phone_number", _("No phone numbers: a reply is public.")
    AUTHOR_LIMIT = "author_limit", _("This person has had as many replies today as we allow ourselves.")
    HOUR_LIMIT = "hour_limit", _("We have written as many replies in an hour as we allow ourselves.")
    STOPPED = "stopped", _("They asked us not to write; call instead.")
    NOT_SUMMONED = "not_summoned", _("X does not let us reply there; call instead.")
    TARGET_GONE = "target_gone", _("That post is gone or hidden; call instead.")
    FORBIDDEN = "forbidden", _("X refused the reply; call instead, or say it in other words.")
    BAD_REQUEST = "bad_request", _("X could not take this reply; call instead, or say it in other words.")
    NOT_FOUND = "not_found_on_x", _("It may be on X or not; look there, and call.")


NO_REPLY_THERE = frozenset({ReplyTrouble.NOT_SUMMONED, ReplyTrouble.TARGET_GONE})
"""After these other words would help nothing."""


class AppealWay(TextChoices):
    POSTED = "posted", _("posted on X")
    CALLED = "called", pgettext_lazy("an official", "called")


class AppealAnswer(TextChoices):
    WILL_ACT = "will_act", _("Will act")
    ACTED = "acted", _("Has acted")
    REFUSED = "refused", _("Refused")
    NO_ANSWER = "no_answer", pgettext_lazy("of an official", "No answer")


class EventKind(TextChoices):
    OPENED = "opened", _("opened the request")
    POST_JOINED = "post_joined", _("a post was added")
    CLAIMED = "claimed", _("took the request")
    RELEASED = "released", _("handed it back")
    LEASE_ENDED = "lease_ended", _("went back to the queue by itself")
    HANDED_OVER = "handed_over", _("handed it over")
    CALLED = "called", _("called")
    LEAD_USED = "lead_used", _("used a lead")
    NOTED = "noted", _("wrote a note")
    WAIT_SET = "wait_set", _("will try again")
    RESUMED = "resumed", _("went on with it")
    NEED_CHANGED = "need_changed", _("changed a need")
    PLACE_SET = "place_set", _("set the place")
    UNDONE = "undone", _("took back a correction")
    URGENCY_SET = "urgency_set", _("set the urgency")
    CONFIRMED = "confirmed", _("confirmed that it is a plea")
    ATTENTION = "attention", _("something to look at")
    ESCALATED = "escalated", _("took it further")
    SUGGESTED = "suggested", _("suggested it anew")
    RETURNED = "returned", _("went back to the queue")
    PARTLY_HELPED = "partly_helped", _("helped in part: the rest goes on")
    STILL_NEEDED = "still_needed", _("asked: help is still needed")
    CALL_WISH = "call_wish", _("set when to call back")
    ADVISED = "advised", _("gave advice")
    REPLIED = "replied", _("wrote a reply on X")
    REPLY_REFUSED = "reply_refused", _("the reply was not sent")
    TAKEN_TO = "taken_to", _("took it to an official")
    OFFICIAL_SAID = "official_said", _("wrote down what an official answered")
    REVEALED = "revealed", _("looked at a phone number")
    LINK_MADE = "link_made", _("made a status link for the family")
    CLOSED = "closed", _("closed it")
    REOPENED = "reopened", _("reopened it")
    MERGED = "merged", _("merged it")
    SPLIT = "split", _("split it: not the same patient")
    UNMERGED = "unmerged", _("undid the merging")
    NOT_SAME = "not_same", _("said that it is another patient")


class MatchReason(TextChoices):
    """Why two requests may be the same, though nothing is sure."""

    NUMBER = "number", _("the same number")
    NEAR_NUMBER = "near_number", _("a number that differs by one slip")
    WORDS = "words", _("much the same words")
    AUTHOR = "author", _("the same author")
    HOSPITAL = "hospital", _("the same hospital and need")
    CLOSED = "closed", _("asked before, and closed")


ARRIVALS = (
    EventKind.RELEASED,
    EventKind.LEASE_ENDED,
    EventKind.RETURNED,
    EventKind.PARTLY_HELPED,
    EventKind.REOPENED,
    EventKind.CONFIRMED,
    EventKind.PLACE_SET,
)
"""What brings a request into a queue without its being new."""
