"""The people who help, and when they are there."""

from datetime import datetime, time
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from districts.models.places import Block, District


class Role(models.TextChoices):
    VOLUNTEER = "volunteer", _("Volunteer")
    LEAD = "lead", _("District lead")
    PHONE_DESK = "phone_desk", _("Phone desk")
    DOCTOR = "doctor", _("Doctor")
    STATE_DESK = "state_desk", _("State desk")
    MONITOR = "monitor", _("Monitor")
    ADMIN = "admin", _("Administrator")


STATE_WIDE = frozenset({Role.STATE_DESK, Role.MONITOR, Role.ADMIN})
"""Roles that see every district and the requests without one."""

WORKING = frozenset({Role.VOLUNTEER, Role.LEAD, Role.PHONE_DESK, Role.DOCTOR, Role.STATE_DESK})
"""Roles that may hold a request; the monitor watches and the administrator sets up."""

LISTING = frozenset({Role.LEAD, Role.STATE_DESK, Role.ADMIN})
"""Roles whose word alone puts a number on the list of known scam numbers, and takes it off."""


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def on_duty(self) -> "VolunteerQuerySet":
        return self.filter(is_active=True, is_on_duty=True, role__in=WORKING)

    def of_district(self, district: District) -> "VolunteerQuerySet":
        return self.filter(districts=district)

    def state_desk(self) -> "VolunteerQuerySet":
        return self.filter(role=Role.STATE_DESK)


class VolunteerManager(DjangoUserManager["Volunteer"].from_queryset(VolunteerQuerySet)):  # type: ignore[misc]
    """Django's user manager with the queries above."""


class Volunteer(AbstractUser):
    """A person who logs in: name, role, districts, blocks, needs that they take, capacity, duty.

    Empty `blocks` and `needs` mean "all of them"; empty `districts` means none.
    """

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VOLUNTEER)
    districts = models.ManyToManyField(
        District, blank=True, related_name="volunteers", verbose_name=_("districts")
    )
    blocks = models.ManyToManyField(Block, blank=True, related_name="volunteers", verbose_name=_("blocks"))
    needs = models.JSONField(_("needs that they take"), default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(_("requests that they can hold at once"), default=5)
    is_on_duty = models.BooleanField(_("on duty"), default=False)
    duty_changed_at = models.DateTimeField(_("duty last changed"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="hi")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    wants_mail = models.BooleanField(_("notices by e-mail"), default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    objects: ClassVar[VolunteerManager] = VolunteerManager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="volunteer_role_is_known"),
            models.CheckConstraint(condition=Q(capacity__lte=100), name="volunteer_capacity_is_sane"),
        ]
        indexes = [
            # Routing: who of a role is on duty now.
            models.Index(
                fields=["role"], condition=Q(is_on_duty=True, is_active=True), name="volunteers_on_duty"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_state_wide(self) -> bool:
        return self.role in STATE_WIDE

    @property
    def can_work(self) -> bool:
        return self.role in WORKING

    @property
    def may_list_scams(self) -> bool:
        return self.role in LISTING

    @property
    def is_doctor(self) -> bool:
        return self.role == Role.DOCTOR

    @cached_property
    def district_codes(self) -> list[int]:
        """The LGD codes of this person's districts, read once per object: an object lives for one web request."""
        return list(self.districts.values_list("pk", flat=True))

    def takes(self, needs: list[str]) -> bool:
        """Whether this person takes a request with these needs; an empty list of needs fits everybody."""
        return not self.needs or not needs or bool(set(self.needs) & set(needs))

    def is_quiet(self, at: time) -> bool:
        """Whether this local time of day lies in the hours in which they want no e-mail; they may span midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until

    def go_on_duty(self, now: datetime) -> None:
        self._set_duty(True, now)

    def go_off_duty(self, now: datetime) -> None:
        self._set_duty(False, now)

    def _set_duty(self, is_on_duty: bool, now: datetime) -> None:
        Volunteer.objects.filter(pk=self.pk).update(is_on_duty=is_on_duty, duty_changed_at=now)
        self.is_on_duty, self.duty_changed_at = is_on_duty, now


class Shift(models.Model):
    """A time in which a person means to be on duty."""

    volunteer = models.ForeignKey(
        Volunteer, models.CASCADE, related_name="shifts", verbose_name=_("volunteer")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_its_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.starts_at:%d %b %H:%M}-{self.ends_at:%H:%M}"
