"""Counts how many requests were taken to officials and what came of it. Pure queries in, plain values out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from districts.models import Official
from requests_app.models import Appeal
from requests_app.models.request_lists import HelpRequestQuerySet
from requests_app.states import OPEN, AppealAnswer


@dataclass(frozen=True)
class Taken:
    """Requests, each counted once: taken to anybody in the period, answered in it, and due to be asked about now."""

    taken: int
    before: int
    answered: int
    due: int


@dataclass(frozen=True)
class OfficeLine:
    """One kind of office: how often something was taken there in the period, and what they answered."""

    office: str
    label: str
    taken: int
    answers: tuple[int, ...]
    waiting: int
    due: int


def taken(rows: HelpRequestQuerySet, now: datetime, period: timedelta) -> Taken:
    """`rows`: the requests that the reader may see."""
    appeals = Appeal.objects.filter(request__in=rows).order_by()
    then = now - period
    before = appeals.filter(at__gt=then - period, at__lte=then)
    found = (appeals.taken_since(then), before, appeals.heard_since(then), appeals.due(now))
    return Taken(*(rows.values("request").distinct().count() for rows in found))


def by_office(rows: HelpRequestQuerySet, now: datetime, period: timedelta) -> list[OfficeLine]:
    """One line for each kind of office to which something was taken in the period."""
    appeals = Appeal.objects.filter(request__in=rows).taken_since(now - period).order_by()
    answers = {f"said_{answer}": Count("pk", filter=Q(answer=answer)) for answer in AppealAnswer.values}
    counted: dict[str, dict[str, Any]] = {
        line["official__office"]: dict(line)
        for line in appeals.values("official__office").annotate(
            times=Count("pk"),
            waiting=Count("pk", filter=Q(answer="")),
            late=Count("pk", filter=Q(follow_up_at__lte=now, request__state__in=OPEN)),
            **answers,
        )
    }
    return [
        OfficeLine(
            office,
            str(label),
            counted[office]["times"],
            tuple(counted[office][f"said_{answer}"] for answer in AppealAnswer.values),
            counted[office]["waiting"],
            counted[office]["late"],
        )
        for office, label in Official.Office.choices
        if office in counted
    ]
