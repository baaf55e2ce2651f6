"""Leads: offers of supply. Never "verified": somebody checked them at some time, and they go stale."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import Block, District, Volunteer


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: Volunteer) -> "LeadQuerySet":
        """Leads are state-wide: everybody who is logged in and active sees them."""
        return self if user.is_authenticated and user.is_active else self.none()

    def newest(self) -> "LeadQuerySet":
        return self.select_related("district", "block", "checked_by").order_by("-offered_at", "-pk")


class Lead(models.Model):
    """What somebody offers: which needs, where, the words with numbers masked; numbers are in its contacts."""

    summary = models.TextField(_("offer, numbers masked"))
    needs = models.JSONField(_("needs"), default=list)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    offered_at = models.DateTimeField(_("offered"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    is_withdrawn = models.BooleanField(_("no longer offered"), default=False)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            # /leads/, newest first, and its filter by district.
            models.Index(fields=["-offered_at", "-id"], name="leads_newest"),
            models.Index(fields=["district", "-offered_at"], name="leads_of_a_district"),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"

    def confirm(self, by: Volunteer, now: datetime) -> bool:
        """Say that somebody made sure of it just now; False when it was taken off the list meanwhile."""
        return self._note(by, now)

    def withdraw(self, by: Volunteer, now: datetime) -> bool:
        """Take it off the list; False when somebody did so before."""
        return self._note(by, now, is_withdrawn=True)

    def _note(self, by: Volunteer, now: datetime, **fields: bool) -> bool:
        offered = Lead.objects.filter(pk=self.pk, is_withdrawn=False)
        if not offered.update(checked_at=now, checked_by=by, **fields):
            self.is_withdrawn = True
            return False
        self.checked_at, self.checked_by = now, by
        self.is_withdrawn = fields.get("is_withdrawn", False)
        return True


class Look(models.Model):
    """That a person looked at a number of a lead. Rows are only ever added, as in the history of a request.

    `contact_key` is the contact's key and no foreign key: erasure deletes the number, and not who saw it.
    """

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="looks")
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
