"""Leads: offers of supply. Never "verified": somebody checked them at some time, and they go stale by themselves."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from districts.models import Block, District, Volunteer
from requests_app import freshness
from requests_app.lead_states import ENDS, RENEWS, SPOILS, CheckOutcome, Supply
from requests_app.models.contacts import Contact
from requests_app.models.lead_history import LeadCheck
from requests_app.models.scams import ScamNumber


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: Volunteer) -> "LeadQuerySet":
        """Leads are state-wide: everybody who is logged in and active sees them."""
        return self if user.is_authenticated and user.is_active else self.none()

    def listed(self, now: datetime) -> "LeadQuerySet":
        """What the list shows unless one asks for all: still offered, and not too old to be worth a call."""
        return self.filter(is_withdrawn=False, gone_at__gt=now)

    def fresh(self, now: datetime) -> "LeadQuerySet":
        return self.filter(is_withdrawn=False, stale_at__gt=now)

    def of_need(self, kind: str) -> "LeadQuerySet":
        return self.of_any_need([kind])

    def of_any_need(self, kinds: Iterable[str]) -> "LeadQuerySet":
        """Leads that offer one of these (an index on Postgres, a scan on SQLite); none for no kinds."""
        fits = Q(pk=None)
        for kind in kinds:
            if connection.vendor == "postgresql":
                fits |= Q(needs__contains=[kind])
            else:
                fits |= Q(needs__icontains=f'"{kind}"')
        return self.filter(fits)

    def matching_text(self, words: str) -> "LeadQuerySet":
        """Leads whose masked words hold all of these (an index on Postgres, a scan on SQLite)."""
        if connection.vendor == "postgresql":
            vector = SearchVector("summary", config="simple")
            return self.annotate(words=vector).filter(words=SearchQuery(words, config="simple"))
        return self.filter(summary__icontains=words)

    def without_scams(self) -> "LeadQuerySet":
        """Leave out what asked for money in advance, and whatever carries a known scam number."""
        listed = ScamNumber.objects.listed().filter(phone_hash=OuterRef("phone_hash"))
        scam = Contact.objects.filter(Exists(listed), lead=OuterRef("pk"))
        return self.filter(~Exists(scam), asked_advance=False)

    def freshest(self) -> "LeadQuerySet":
        """Those that stay fresh longest first; the stale ones follow by themselves."""
        return self.order_by("-stale_at", "-pk")

    def nearest(self, districts: Sequence[int]) -> "LeadQuerySet":
        """Of these districts, in their order, in each the freshest first."""
        way = Case(
            *(When(district=code, then=Value(n)) for n, code in enumerate(districts)), default=Value(99)
        )
        return self.filter(district__in=districts).order_by(way, "-stale_at", "-pk")

    def for_cards(self) -> "LeadQuerySet":
        """With all that a card shows, in a fixed number of queries; the warnings: Contact.warn_about."""
        return self.select_related("district", "block", "last_check__by").prefetch_related("contacts")


class Lead(models.Model):
    """What somebody offers: which needs, where, how much, the words with numbers masked; numbers are in its contacts.

    `said_at` is when somebody last said it, `confirmed_at` when somebody last stood for it (said it or made sure);
    without that nobody stands for it. `stale_at` and `gone_at` follow from it by requests_app.freshness.
    """

    summary = models.TextField(_("offer, numbers masked"))
    needs = models.JSONField(_("needs"), default=list)
    quantities = models.JSONField(_("quantities"), default=list, blank=True)
    supply = models.CharField(_("who offers"), max_length=8, choices=Supply.choices, blank=True, default="")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    block = models.ForeignKey(Block, models.PROTECT, null=True, blank=True, verbose_name=_("block"))
    offered_at = models.DateTimeField(_("offered"))
    said_at = models.DateTimeField(_("last said"))
    confirmed_at = models.DateTimeField(_("last said or confirmed"), null=True, blank=True)
    stale_at = models.DateTimeField(_("stale from"))
    gone_at = models.DateTimeField(_("off the list from"))
    last_check = models.ForeignKey(LeadCheck, models.PROTECT, null=True, blank=True, related_name="+")
    asked_advance = models.BooleanField(_("asked for advance payment"), default=False)
    helped = models.PositiveIntegerField(_("so often it helped"), default=0)
    is_withdrawn = models.BooleanField(_("no longer offered"), default=False)

    last_check_id: int | None
    district_id: int | None

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            # /leads/, freshest first, and its filter by district; the leads that a request's page proposes.
            models.Index(fields=["-stale_at", "-id"], name="leads_freshest"),
            models.Index(fields=["district", "-stale_at", "-id"], name="leads_of_a_district"),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"

    @classmethod
    def times(cls, needs: Iterable[str], confirmed_at: datetime | None, now: datetime) -> dict[str, Any]:
        """Return the columns that say how long a lead is fresh; nobody stands for one that is confirmed at no time."""
        kinds = list(needs)
        if confirmed_at is None:
            return {"confirmed_at": None, "stale_at": now, "gone_at": now}
        return {
            "confirmed_at": confirmed_at,
            "stale_at": freshness.falls_below(kinds, confirmed_at, freshness.STALE_BELOW),
            "gone_at": freshness.falls_below(kinds, confirmed_at, freshness.GONE_BELOW),
        }

    def freshness(self, now: datetime) -> float:
        return freshness.freshness(self.needs, self.confirmed_at, now)

    def is_stale(self, now: datetime) -> bool:
        return self.stale_at <= now

    # --- Moves ----------------------------------------------------------------------------------------------

    def say_again(self, said_at: datetime, now: datetime) -> None:
        """Somebody said it once more. What was found spoilt, or out of stock since, does not become fresh by that."""
        with transaction.atomic():
            fresh = self._locked()
            if said_at <= fresh.said_at:
                return
            fields: dict[str, Any] = {"said_at": said_at}
            last = fresh.last_check
            is_later = last is None or last.at < said_at
            if is_later and not fresh.asked_advance and (last is None or last.outcome not in SPOILS):
                stood = max(filter(None, (said_at, fresh.confirmed_at)))
                fields |= {"is_withdrawn": False, **self.times(fresh.needs, stood, now)}
            self._set(fields)

    def check_off(
        self, outcome: CheckOutcome, by: Volunteer, now: datetime, *, note: str = "", left: int | None = None
    ) -> bool:
        """Keep what somebody found who made sure of it; False when it was taken off the list meanwhile.

        `works` and `partly` make it fresh again, `no_answer` costs one half-life, everything else ends it.
        """
        with transaction.atomic():
            fresh = self._locked()
            if fresh.is_withdrawn:
                self.is_withdrawn = True
                return False
            check = LeadCheck.objects.create(lead=self, outcome=outcome, by=by, at=now, note=note, left=left)
            fields: dict[str, Any] = {"last_check": check}
            if outcome in RENEWS:
                fields |= self.times(fresh.needs, now, now)
            elif outcome in ENDS:
                fields |= self.times(fresh.needs, None, now)
            elif fresh.confirmed_at is not None:
                earlier = fresh.confirmed_at - freshness.half_life(fresh.needs)
                fields |= self.times(fresh.needs, earlier, now)
            if outcome == CheckOutcome.ADVANCE:
                fields["asked_advance"] = True
            if outcome == CheckOutcome.GONE:
                fields["is_withdrawn"] = True
            self._set(fields)
        return True

    def count_help(self) -> None:
        """It helped a request once more."""
        Lead.objects.filter(pk=self.pk).update(helped=F("helped") + 1)

    def clear_of_scam(self) -> None:
        """Take the mark off: it did not ask for money in advance. It is as fresh as before, by its next check."""
        self._set({"asked_advance": False})

    def _locked(self) -> "Lead":
        return Lead.objects.select_related("last_check").select_for_update(of=("self",)).get(pk=self.pk)

    def _set(self, fields: dict[str, Any]) -> None:
        Lead.objects.filter(pk=self.pk).update(**fields)
        for name, value in fields.items():
            setattr(self, name, value)
