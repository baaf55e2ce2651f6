"""Leads: offers of supply. Never "verified": somebody checked them at some time, and they go stale."""

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
