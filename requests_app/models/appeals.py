"""What was taken to which official, when to ask again, and what they answered. Taking it there is always a person's act."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Official, Volunteer
from requests_app import policy
from requests_app.models.requests import HelpRequest, NotAllowed
from requests_app.states import OPEN, AppealAnswer, AppealWay, RequestState

DOUBLE_PRESS = timedelta(minutes=2)
"""The same person, official and way within this time is one press that came twice."""
HEARD = (AppealAnswer.WILL_ACT, AppealAnswer.ACTED, AppealAnswer.REFUSED)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: Volunteer) -> "AppealQuerySet":
        """Those of the requests that this person may see."""
        return self.filter(request__in=HelpRequest.objects.visible_to(user))

    def due(self, now: datetime) -> "AppealQuerySet":
        """Somebody must ask what came of it: the time has come, and the request is open."""
        return self.filter(follow_up_at__lte=now, request__state__in=OPEN)

    def taken_since(self, moment: datetime) -> "AppealQuerySet":
        return self.filter(at__gt=moment)

    def heard_since(self, moment: datetime) -> "AppealQuerySet":
        return self.filter(answered_at__gt=moment, answer__in=HEARD)

    def for_lists(self) -> "AppealQuerySet":
        """With all that a line shows, in a fixed number of queries."""
        return self.select_related("official__district", "by", "answered_by", "request__district")


class Appeal(models.Model):
    """One act of taking a request to an official; `follow_up_at` is empty once nothing more is awaited."""

    request = models.ForeignKey(HelpRequest, models.PROTECT, related_name="appeals")
    official = models.ForeignKey(Official, models.PROTECT, related_name="appeals")
    way = models.CharField(max_length=8, choices=AppealWay.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    follow_up_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=AppealAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    request_id: int
    official_id: int

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("request taken to an official")
        verbose_name_plural = _("requests taken to officials")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="appeal_answer_has_its_time",
            ),
            models.CheckConstraint(condition=Q(way__in=AppealWay.values), name="appeal_way_is_known"),
        ]
        indexes = [
            # The follow-ups due.
            models.Index(
                fields=["follow_up_at"], condition=Q(follow_up_at__isnull=False), name="appeals_due"
            ),
            # The monitor's figures, and the lists behind them.
            models.Index(fields=["at"], name="appeals_taken"),
            models.Index(
                fields=["answered_at"], condition=Q(answered_at__isnull=False), name="appeals_answered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official} {self.at:%Y-%m-%d %H:%M}"

    def is_due(self, now: datetime) -> bool:
        return self.follow_up_at is not None and self.follow_up_at <= now

    @classmethod
    def take(
        cls, request: HelpRequest, official: Official, way: AppealWay, by: Volunteer, now: datetime
    ) -> "Appeal":
        """Write down that a person posted to an official or called them, and set the time to ask what came of it.

        What was still awaited from the same official got no answer. Raises NotAllowed, Lost.
        """
        if not request.is_open:
            raise NotAllowed("a request that is over is taken nowhere")
        if official.district_id not in {None, request.district_id}:
            raise NotAllowed("that office is of another district")
        with transaction.atomic():
            HelpRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
            before = cls.objects.filter(request=request, official=official)
            pressed_twice = before.filter(by=by, way=way, at__gt=now - DOUBLE_PRESS).first()
            if pressed_twice is not None:
                return pressed_twice
            before.filter(follow_up_at__isnull=False, answer="").update(
                answer=AppealAnswer.NO_ANSWER, answered_at=now, answered_by=by
            )
            before.update(follow_up_at=None)
            appeal = cls.objects.create(
                request=request,
                official=official,
                way=way,
                by=by,
                at=now,
                follow_up_at=policy.follow_up_at(now, request.urgency),
            )
            data = {"official": official.pk, "office": official.office, "way": str(way)}
            request.note_taken_to(data, by, now)
        return appeal

    def hear(self, answer: AppealAnswer, by: Volunteer, now: datetime, note: str = "") -> None:
        """Write down what they answered. Who says that they will act is asked again. Raises NotAllowed, Lost."""
        if self.request.state == RequestState.MERGED:
            raise NotAllowed("it is part of another request")
        again = policy.follow_up_at(now, self.request.urgency) if answer == AppealAnswer.WILL_ACT else None
        with transaction.atomic():
            awaited = Appeal.objects.filter(pk=self.pk, follow_up_at__isnull=False)
            if not awaited.update(answer=answer, answered_at=now, answered_by=by, follow_up_at=again):
                raise NotAllowed("that was answered already")
            data = {
                "official": self.official_id,
                "office": self.official.office,
                "answer": str(answer),
                "appeal": self.pk,
            }
            self.request.note_official_said(data, by, now, note)
