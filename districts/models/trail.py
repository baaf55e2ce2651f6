"""What was done to an account: who did it, when. Rows are only ever added (database triggers refuse the rest)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models.people import Volunteer


class ChangeKind(models.TextChoices):
    JOINED = "joined", _("came by an invite")
    WORK_SET = "work_set", _("changed what they take")
    SENT_OFF_DUTY = "sent_off_duty", _("took them off duty")
    DISABLED = "disabled", _("closed the account")
    ENABLED = "enabled", _("opened the account again")


class AccountChange(models.Model):
    """One line of an account's history. `data` holds slugs, keys and numbers, never a name."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="account_changes")
    kind = models.CharField(_("what"), max_length=16, choices=ChangeKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChangeKind.values), name="account_change_is_known"
            )
        ]
        indexes = [
            # The history on a person's page.
            models.Index(fields=["person", "at"], name="changes_of_an_account")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def note(cls, person: Volunteer, kind: ChangeKind, by: Volunteer, now: datetime, **data: Any) -> None:
        cls.objects.create(person=person, kind=kind, by=by, at=now, data=data)
