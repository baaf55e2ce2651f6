"""Requests that may be the same, and the traces of words by which they are found."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from districts.models import Volunteer
from requests_app.models.requests import HelpRequest
from requests_app.states import MatchReason


class PossibleMatchQuerySet(models.QuerySet["PossibleMatch"]):
    def visible_to(self, user: Volunteer) -> "PossibleMatchQuerySet":
        """Pairs of which this person may see both: one across districts, or without a place, is for state-wide roles."""
        seen = HelpRequest.objects.visible_to(user).values("pk")
        return self.filter(one__in=seen, other__in=seen)

    def of(self, keys: Iterable[int]) -> "PossibleMatchQuerySet":
        """Pairs with one of these requests on either side."""
        keys = list(keys)
        return self.filter(Q(one__in=keys) | Q(other__in=keys))

    def to_judge(self) -> "PossibleMatchQuerySet":
        return self.filter(state=PossibleMatch.State.OPEN)


class PossibleMatch(models.Model):
    """Two requests that may be one patient's, why, and what a person said of it. One row for both sides."""

    class State(models.TextChoices):
        OPEN = "open", _("Nobody has looked")
        SAME = "same", _("The same")
        DIFFERENT = "different", _("Not the same patient")

    one = models.ForeignKey(HelpRequest, models.CASCADE, related_name="+")
    other = models.ForeignKey(HelpRequest, models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    one_id: int
    other_id: int

    objects = PossibleMatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="one_row_per_pair"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="the_older_of_a_pair_comes_first"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ? {self.other_id}"

    @classmethod
    def note(cls, request: int, found: Mapping[int, Iterable[str]], now: datetime) -> None:
        """Write down requests that may be the same as this one. What is written already stays as a person judged it."""
        PossibleMatch.objects.bulk_create(
            [
                PossibleMatch(
                    one_id=min(request, pk), other_id=max(request, pk), reasons=list(reasons), found_at=now
                )
                for pk, reasons in found.items()
                if pk != request
            ],
            ignore_conflicts=True,
        )

    @classmethod
    def judge(
        cls, first: int, second: int, state: "PossibleMatch.State", by: Volunteer | None, now: datetime
    ) -> None:
        """Keep what a person said of two requests, whether somebody had asked or not."""
        cls.objects.update_or_create(
            one_id=min(first, second),
            other_id=max(first, second),
            defaults={"state": state, "by": by, "judged_at": now},
            create_defaults={
                "state": state,
                "by": by,
                "judged_at": now,
                "found_at": now,
                "reasons": [],
            },
        )

    @classmethod
    def carry_over(cls, merged: int, stays: int, by: Volunteer, now: datetime) -> None:
        """After a merging: the two are the same, and what was asked or said of the one holds for the other."""
        for pair in cls.objects.of([merged]).exclude(state=cls.State.SAME):
            third = pair.other_id if pair.one_id == merged else pair.one_id
            if third == stays:
                continue
            if pair.state == cls.State.DIFFERENT:
                cls.judge(stays, third, cls.State.DIFFERENT, pair.by, now)
            else:
                cls.note(stays, {third: pair.reasons}, now)
                pair.delete()
        cls.judge(merged, stays, cls.State.SAME, by, now)

    def than(self, item: HelpRequest) -> HelpRequest:
        """The other one of the two."""
        return self.other if self.one_id == item.pk else self.one

    @property
    def reason_words(self) -> list[str]:
        """The reasons in the reader's language."""
        words = dict(MatchReason.choices)
        return [str(words[slug]) for slug in self.reasons if slug in words]


class WordTrace(models.Model):
    """A key of a post's words (likeness.keys_of), under which posts with much the same words are found."""

    post = models.ForeignKey("requests_app.Post", models.CASCADE, related_name="traces")
    key = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # Matching: the newest posts under a key.
            models.Index(fields=["key", "-id"], name="traces_by_key"),
            # What is too old to be matched is dropped.
            models.Index(fields=["at"], name="traces_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of post {self.post_id}"

    post_id: int
