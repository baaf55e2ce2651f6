"""The people who help: what they may see, what they take, whether they are on duty."""

from datetime import datetime, time
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
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


CHANGES: dict[str, tuple[Role, ...]] = {
    Role.LEAD: (Role.VOLUNTEER, Role.PHONE_DESK),
    Role.STATE_DESK: (Role.VOLUNTEER, Role.PHONE_DESK, Role.DOCTOR, Role.LEAD),
    Role.ADMIN: tuple(role for role in Role if role != Role.ADMIN),
}
"""Whose accounts a role may change, disable and take off duty."""


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def on_duty(self) -> "VolunteerQuerySet":
        return self.filter(is_active=True, is_on_duty=True, role__in=WORKING)

    def to_suggest(self) -> "VolunteerQuerySet":
        """On duty and not in a pause: those to whom work is suggested. By the database's clock."""
        return self.on_duty().exclude(paused_until__gt=Now())

    def visible_to(self, user: "Volunteer") -> "VolunteerQuerySet":
        """The people whom somebody looks after: a lead those of their districts, the state desk and the administrator
        everybody, others nobody."""
        if not user.is_active:
            return self.none()
        if user.role in {Role.STATE_DESK, Role.ADMIN}:
            return self
        if user.role != Role.LEAD:
            return self.none()
        there = Volunteer.districts.through.objects.filter(district__in=user.district_codes)
        return self.filter(pk__in=there.values("volunteer"))

    def changeable_by(self, user: "Volunteer") -> "VolunteerQuerySet":
        """Those of them whose work and account somebody may change: nobody of the same rank or above, nor themselves."""
        return self.visible_to(user).filter(role__in=CHANGES.get(user.role, ())).exclude(pk=user.pk)

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
    paused_until = models.DateTimeField(_("pause until"), null=True, blank=True)
    session_round = models.PositiveIntegerField(default=0, editable=False)
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

    @property
    def looks_after_people(self) -> bool:
        return self.role in CHANGES

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

    def get_session_auth_hash(self) -> str:
        """Django compares it with the session's at each request; a new round ends all sessions that are open."""
        own = super().get_session_auth_hash()
        return f"{own}.{self.session_round}" if self.session_round else own

    def close(self) -> bool:
        """Disable the account, off duty, and end its sessions for good; False when it was closed already."""
        return bool(
            Volunteer.objects.filter(pk=self.pk, is_active=True).update(
                is_active=False, is_on_duty=False, session_round=models.F("session_round") + 1
            )
        )

    def open_again(self) -> bool:
        """Let a disabled account in again, by a new log-in; False when it was open."""
        return bool(Volunteer.objects.filter(pk=self.pk, is_active=False).update(is_active=True))

    def is_paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def pause(self, until: datetime | None) -> None:
        """Be left out of the suggestions until then; None: at once among them again."""
        Volunteer.objects.filter(pk=self.pk).update(paused_until=until)
        self.paused_until = until

    def go_on_duty(self, now: datetime) -> None:
        self._set_duty(True, now)

    def go_off_duty(self, now: datetime) -> None:
        self._set_duty(False, now)

    def _set_duty(self, is_on_duty: bool, now: datetime) -> None:
        fields = {"is_on_duty": is_on_duty, "duty_changed_at": now, "paused_until": None}
        Volunteer.objects.filter(pk=self.pk).update(**fields)
        for name, value in fields.items():
            setattr(self, name, value)
