"""How far the mentions on X have been taken in, and what is known to be missing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IngestCursor(models.Model):
    """One row per X account: the water mark, the open scan, the lease and the breaker (docs/decisions/ingest.md).

    `water_mark` is the highest id up to which everything is known; it moves only when a scan ends. `scan` is the open
    scan: {"since", "until", "token", "sentinels", "high", "low", "pages", "started_at"}; null when none is open.
    """

    class Breaker(models.TextChoices):
        NONE = "", _("Running")
        RATE = "rate", _("Waiting for X's rate limit")
        CAP = "cap", _("Monthly cap of X reached")
        CREDITS = "credits", _("No credit left at X")
        AUTH = "auth", _("X refuses our keys")
        ACCESS = "access", _("X refuses our account")
        RESOURCE = "resource", _("X does not show the handle")
        TROUBLE = "trouble", _("X or the network is in trouble")

    account = models.CharField(max_length=20, primary_key=True)
    floor = models.BigIntegerField(default=0)
    water_mark = models.BigIntegerField(default=0)
    scan = models.JSONField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)
    blocked_reason = models.CharField(max_length=12, choices=Breaker.choices, default="", blank=True)
    fail_count = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    last_complete_at = models.DateTimeField(null=True)
    last_mention_at = models.DateTimeField(null=True)
    last_deep_scan_at = models.DateTimeField(null=True)
    last_server_date = models.DateTimeField(null=True)
    requests_made = models.PositiveIntegerField(default=0)
    posts_read = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("ingest cursor")
        verbose_name_plural = _("ingest cursors")

    def __str__(self) -> str:
        return self.account


class Gap(models.Model):
    """A range of ids, both ends excluded, in which mentions may be missing."""

    class State(models.TextChoices):
        OPEN = "open", _("To be searched")
        BACKFILLED = "backfilled", _("Searched")
        UNRECOVERABLE = "unrecoverable", _("Out of reach: look on X")

    account = models.CharField(max_length=20)
    low_id = models.BigIntegerField()
    high_id = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    token = models.CharField(max_length=200, blank=True)
    found = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")
        constraints = [
            models.CheckConstraint(condition=models.Q(high_id__gt=models.F("low_id")), name="gap_is_a_range"),
            models.UniqueConstraint(fields=["account", "low_id", "high_id"], name="one_row_per_gap"),
        ]
        indexes = [
            models.Index(fields=["account", "opened_at"], condition=models.Q(state="open"), name="gaps_open")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.low_id}-{self.high_id}"
