"""A need: one line of a request, open, met or void on its own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.needs import NeedKind
from requests_app.states import NeedState


class Need(models.Model):
    """One line of a request: open, met or void on its own."""

    request = models.ForeignKey("requests_app.HelpRequest", models.CASCADE, related_name="needs")
    kind = models.CharField(max_length=12, choices=NeedKind.choices)
    state = models.CharField(max_length=4, choices=NeedState.choices, default=NeedState.OPEN)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "kind"], name="one_line_per_need"),
            models.CheckConstraint(condition=Q(kind__in=NeedKind.values), name="need_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=NeedState.values), name="need_state_is_known"),
        ]
        indexes = [
            # The filter by need, and the monitor's table need by state.
            models.Index(fields=["kind", "state", "request"], name="needs_by_kind")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
