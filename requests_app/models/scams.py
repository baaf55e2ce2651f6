"""The block-list of scam numbers: who put a number on it, why, and who lifted it. The number itself is not kept."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Volunteer
from requests_app import sealing
from requests_app.lead_states import ScamAct, ScamReason, ScamState
from requests_app.policy import POLICY

FLAGS_TO_LIST: int = POLICY["leads"]["flags_to_list"]


class ScamNumberQuerySet(models.QuerySet["ScamNumber"]):
    def listed(self) -> "ScamNumberQuerySet":
        return self.filter(state=ScamState.LISTED)

    def known(self, hashes: Iterable[str]) -> "dict[str, ScamNumber]":
        """Return those of these numbers (keyed hashes) that are listed, by hash: one query, none for no numbers."""
        wanted = set(hashes)
        if not wanted:
            return {}
        return {row.phone_hash: row for row in self.listed().filter(phone_hash__in=wanted)}


class ScamNumber(models.Model):
    """A number that people warn of. Everybody is warned of a listed one wherever it is shown.

    Its keyed hash and its last two digits are enough to warn, so the number is not kept.
    """

    phone_hash = models.CharField(max_length=64, unique=True)
    tail = models.CharField(_("ends in"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=ScamState.choices)
    reason = models.CharField(_("reason"), max_length=9, choices=ScamReason.choices)
    changed_at = models.DateTimeField(_("since"))

    objects = ScamNumberQuerySet.as_manager()

    class Meta:
        verbose_name = _("scam number")
        verbose_name_plural = _("scam numbers")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ScamState.values), name="scam_state_is_known"),
            models.CheckConstraint(condition=Q(reason__in=ScamReason.values), name="scam_reason_is_known"),
        ]

    def __str__(self) -> str:
        return f"••••• •••{self.tail}"

    @classmethod
    def flag(
        cls,
        phone_hash: str,
        tail: str,
        reason: ScamReason,
        by: Volunteer,
        now: datetime,
        *,
        lead: "models.Model | None" = None,
        note: str = "",
    ) -> "ScamNumber":
        """Say that this number is a scam: it is listed at once when a person who may list says so, else when
        policy's `flags_to_list` different people have, counted since it was last lifted."""
        with transaction.atomic():
            number = cls._locked(phone_hash, tail, ScamState.SUGGESTED, reason, now)
            if number.state == ScamState.LIFTED:
                number._set(ScamState.SUGGESTED, now, reason)
            number._write(ScamAct.FLAGGED, by, now, note, lead)
            if number.state == ScamState.SUGGESTED and (
                by.may_list_scams or number._flags() >= FLAGS_TO_LIST
            ):
                number._set(ScamState.LISTED, now, reason)
                number._write(ScamAct.LISTED, by, now, "", lead)
        return number

    @classmethod
    def enlist(
        cls,
        phone_hash: str,
        tail: str,
        reason: ScamReason,
        by: Volunteer | None,
        now: datetime,
        note: str = "",
    ) -> bool:
        """Put a number on the list; `by` is None for an import, which leaves what a person lifted. False: no change."""
        with transaction.atomic():
            number = cls._locked(phone_hash, tail, ScamState.SUGGESTED, reason, now)
            if number.state == ScamState.LISTED or (number.state == ScamState.LIFTED and by is None):
                return False
            number._set(ScamState.LISTED, now, reason)
            number._write(ScamAct.LISTED, by, now, note, None)
        return True

    def lift(self, by: Volunteer, now: datetime, note: str = "", lead: "models.Model | None" = None) -> bool:
        """Take it off the list, or drop the suggestion; the history stays. False when somebody did so before."""
        with transaction.atomic():
            fresh = ScamNumber.objects.select_for_update().get(pk=self.pk)
            if fresh.state == ScamState.LIFTED:
                return False
            fresh._set(ScamState.LIFTED, now, ScamReason(fresh.reason))
            fresh._write(ScamAct.LIFTED, by, now, note, lead)
        self.state, self.changed_at = fresh.state, fresh.changed_at
        return True

    @classmethod
    def _locked(
        cls, phone_hash: str, tail: str, state: ScamState, reason: ScamReason, now: datetime
    ) -> "ScamNumber":
        made = {"tail": tail, "state": state, "reason": reason, "changed_at": now}
        cls.objects.get_or_create(phone_hash=phone_hash, defaults=made)
        return cls.objects.select_for_update().get(phone_hash=phone_hash)

    def _flags(self) -> int:
        """How many different people flagged it since it was last lifted."""
        lifted = (
            self.marks.filter(act=ScamAct.LIFTED).order_by("-pk").values_list("pk", flat=True).first() or 0
        )
        return self.marks.filter(act=ScamAct.FLAGGED, pk__gt=lifted).values("by").distinct().count()

    def _set(self, state: ScamState, now: datetime, reason: ScamReason) -> None:
        ScamNumber.objects.filter(pk=self.pk).update(state=state, changed_at=now, reason=reason)
        self.state, self.changed_at, self.reason = state, now, reason

    def _write(
        self, act: ScamAct, by: Volunteer | None, now: datetime, note: str, lead: "models.Model | None"
    ) -> None:
        ScamMark.objects.create(
            number=self, act=act, by=by, at=now, note=note, lead_id=lead.pk if lead else None
        )


def hash_and_tail(e164: str) -> tuple[str, str]:
    """Return by what a number is kept here."""
    return sealing.keyed_hash(e164), e164[-2:]


class ScamMark(models.Model):
    """One line of the block-list's history. Rows are only ever added; erasure may blank a note."""

    number = models.ForeignKey(ScamNumber, models.PROTECT, related_name="marks")
    act = models.CharField(_("act"), max_length=8, choices=ScamAct.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    note = models.TextField(_("note"), blank=True)
    lead = models.ForeignKey("requests_app.Lead", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("line of the block-list's history")
        verbose_name_plural = _("history of the block-list")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"
