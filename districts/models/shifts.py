"""The times in which people mean to be on duty."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from districts.models.people import WORKING, Volunteer
from districts.roster import Span


class ShiftQuerySet(models.QuerySet["Shift"]):
    def visible_to(self, user: Volunteer) -> "ShiftQuerySet":
        """A person's own, and those of the people whom they look after."""
        if not user.is_active:
            return self.none()
        return self.filter(
            models.Q(volunteer=user) | models.Q(volunteer__in=Volunteer.objects.visible_to(user).values("pk"))
        )

    def within(self, window: Span) -> "ShiftQuerySet":
        """Those that touch this time."""
        return self.filter(starts_at__lt=window.end, ends_at__gt=window.start)

    def not_over(self, now: datetime) -> "ShiftQuerySet":
        return self.filter(ends_at__gt=now)

    def that_count(self) -> "ShiftQuerySet":
        """Of people who can still work."""
        return self.filter(volunteer__is_active=True, volunteer__role__in=WORKING)


class Shift(models.Model):
    """A time in which a person means to be on duty. It switches nobody on or off: it reminds."""

    volunteer = models.ForeignKey(
        Volunteer, models.CASCADE, related_name="shifts", verbose_name=_("volunteer")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_its_start"
            )
        ]
        indexes = [
            # A person's coming shifts, for their week and the reminder on every page.
            models.Index(fields=["volunteer", "ends_at"], name="shifts_of_a_person"),
            # The roster of the next hours.
            models.Index(fields=["ends_at", "starts_at"], name="shifts_by_time"),
        ]

    volunteer_id: int

    def __str__(self) -> str:
        return f"{self.volunteer} {self.starts_at:%d %b %H:%M}-{self.ends_at:%H:%M}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @classmethod
    def plan(cls, person: Volunteer, spans: Iterable[Span]) -> tuple[list["Shift"], list[Span]]:
        """Enter these shifts; return those that were made, and the spans left out because a shift is there already.

        The person's row is locked meanwhile: two presses at once do not make two shifts.
        """
        made: list[Shift] = []
        taken: list[Span] = []
        with transaction.atomic():
            Volunteer.objects.select_for_update().get(pk=person.pk)
            for span in spans:
                if cls.objects.filter(volunteer=person).within(span).exists():
                    taken.append(span)
                else:
                    made.append(cls.objects.create(volunteer=person, starts_at=span.start, ends_at=span.end))
        return made, taken

    def cancel(self, now: datetime) -> bool:
        """Take it off the plan; one that runs ends now, one that is over stays. Return whether that changed anything."""
        mine = Shift.objects.filter(pk=self.pk)
        if self.starts_at >= now:
            return bool(mine.delete()[0])
        return bool(mine.not_over(now).update(ends_at=now))
