"""Narrows a list of requests by the filters of its URL, a page at a time by key instead of by number."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from districts.models import Role
from requests_app.models import HelpRequest
from requests_app.states import HELD, RequestState

PAGE = 20


def narrowed(items: Any, filters: dict[str, Any], now: datetime) -> "QuerySet[HelpRequest]":
    """Return the requests that fit `filters` (ListFilters.values()); without a state those that wait.

    `desks`, where it is there: whose escalated requests are meant (both desks' otherwise).
    """
    state = filters.get("state", "queued")
    if state == "queued":
        items = items.queued()
    elif state == "overdue":
        items = items.overdue(now)
    elif state == "escalated":
        items = items.escalated_to(*filters.get("desks", (Role.LEAD, Role.STATE_DESK)))
    elif state == "ask_again":
        items = items.to_ask_again()
    elif state == "outside":
        items = items.outside()
    elif state == "held":
        items = items.filter(state__in=HELD)
    elif state == "open":
        items = items.open()
    else:
        items = items.filter(state=RequestState.CLOSED)
    for name, column in (("urgency", "urgency"), ("district", "district"), ("block", "block")):
        if name in filters:
            items = items.filter(**{column: filters[name]})
    if "need" in filters:
        items = items.filter(needs__kind=filters["need"])
    if "q" in filters:
        items = items.matching_text(filters["q"])
    return items


def page_of(items: "QuerySet[HelpRequest]", filters: dict[str, Any]) -> tuple[list[HelpRequest], str]:
    """Return one page and the key after which the next begins, empty at the end; closed ones newest first."""
    is_closed = filters.get("state") == "closed"
    column, way = ("closed_at", "lt") if is_closed else ("rank_at", "gt")
    place = place_of(filters.get("after", ""))
    if place:
        when, key = place
        items = items.filter(Q(**{f"{column}__{way}": when}) | Q(**{column: when, f"pk__{way}": key}))
    ordered = items.order_by("-closed_at", "-pk") if is_closed else items.order_by("rank_at", "pk")
    found = list(ordered[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], f"{getattr(last, column).isoformat()}_{last.pk}"


def place_of(after: str) -> tuple[datetime, int] | None:
    """Return the time and the key after which a page begins; None for what is none."""
    text, _line, key = after.rpartition("_")
    when = moment_in(text)
    if when is None or not key.isdecimal() or len(key) > 18:
        return None
    return when, int(key)


def moment_in(text: str) -> datetime | None:
    """Return the time that an address names, in UTC: databases know no offset of 16 hours; None for what is none."""
    try:
        when = parse_datetime(text)
        return when.astimezone(UTC) if when is not None and when.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
