"""What people did with leads: looks at a number, checks, uses for a request. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app.lead_states import CheckOutcome, UseOutcome


class Look(models.Model):
    """That a person looked at a number of a lead. Rows are only ever added, as in the history of a request.

    `contact_key` is the contact's key and no foreign key: erasure deletes the number, and not who saw it.
    """

    lead = models.ForeignKey("requests_app.Lead", models.PROTECT, related_name="looks")
    contact_key = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            # The limit on how often a person looks at numbers.
            models.Index(fields=["by", "at"], name="looks_by_person"),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} {self.at:%Y-%m-%d %H:%M}"

    lead_id: int


class LeadCheck(models.Model):
    """What a person found who made sure of a lead: who, when, what, how much is left. Erasure may blank the note."""

    lead = models.ForeignKey("requests_app.Lead", models.PROTECT, related_name="checks")
    outcome = models.CharField(max_length=12, choices=CheckOutcome.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    left = models.PositiveIntegerField(null=True)

    lead_id: int

    class Meta:
        verbose_name = _("check of a lead")
        verbose_name_plural = _("checks of leads")
        ordering = ["at", "pk"]
        indexes = [
            # The checks of a lead, newest first.
            models.Index(fields=["lead", "-at"], name="checks_of_a_lead"),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} {self.outcome} {self.at:%Y-%m-%d %H:%M}"


class LeadUse(models.Model):
    """That a lead was used for a request, and what came of it."""

    request = models.ForeignKey("requests_app.HelpRequest", models.PROTECT, related_name="lead_uses")
    lead = models.ForeignKey("requests_app.Lead", models.PROTECT, related_name="uses")
    outcome = models.CharField(max_length=12, choices=UseOutcome.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    request_id: int
    lead_id: int

    class Meta:
        verbose_name = _("use of a lead")
        verbose_name_plural = _("uses of leads")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"lead {self.lead_id} {self.outcome}"
