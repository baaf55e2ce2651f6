"""The history of a request: who did what, when. Rows are only ever added (database triggers refuse the rest)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app.states import EventKind


class Event(models.Model):
    """One line of history. `data` holds slugs, codes and counts, never a number or a name of a patient."""

    request = models.ForeignKey("requests_app.HelpRequest", models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    request_id: int

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [
            # The history on a request's page.
            models.Index(fields=["request", "at"], name="events_of_a_request"),
            # The monitor's counts per hour, and the limit on how often a person looks at numbers.
            models.Index(fields=["kind", "at"], name="events_by_kind"),
            models.Index(fields=["by", "kind", "at"], name="events_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
