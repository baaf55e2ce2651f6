"""Invites: one-time links by which a person makes the account that somebody meant for them."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from districts.models.people import Role, Volunteer
from districts.models.places import District
from districts.models.trail import AccountChange, ChangeKind

MAY_INVITE: dict[str, tuple[Role, ...]] = {
    Role.LEAD: (Role.VOLUNTEER, Role.PHONE_DESK),
    Role.STATE_DESK: (Role.VOLUNTEER, Role.PHONE_DESK, Role.DOCTOR, Role.LEAD),
    Role.ADMIN: (
        Role.VOLUNTEER,
        Role.PHONE_DESK,
        Role.DOCTOR,
        Role.LEAD,
        Role.STATE_DESK,
        Role.MONITOR,
    ),
}
"""Which roles each role may invite; administrators are made by administrators, on their own pages."""

WITHOUT_DISTRICT = frozenset({Role.STATE_DESK, Role.MONITOR})
"""Roles that see the whole state, so that their invite names no district."""


def _may_still_invite() -> models.Q:
    allowed = models.Q(pk=None)
    for role, roles in MAY_INVITE.items():
        allowed |= models.Q(made_by__role=role, role__in=roles)
    return allowed


def _is_of_a_lead_elsewhere() -> models.Q:
    """Whether a lead made it who has one of its districts no more."""
    theirs = Volunteer.districts.through.objects.filter(volunteer=OuterRef(OuterRef("made_by")))
    named = Invite.districts.through.objects.filter(invite=OuterRef("pk"))
    lost = named.exclude(district__in=theirs.values("district"))
    return models.Q(Exists(lost), made_by__role=Role.LEAD)


class Spent(Exception):
    """The invite was used, revoked or is over: nothing was made."""


class InviteQuerySet(models.QuerySet["Invite"]):
    def visible_to(self, user: Volunteer) -> "InviteQuerySet":
        """Those that a person made; all of them for the state desk and the administrator."""
        if not user.is_active or user.role not in MAY_INVITE:
            return self.none()
        return self.filter(made_by=user) if user.role == Role.LEAD else self

    def open(self, now: datetime) -> "InviteQuerySet":
        """Those that still open the door: their maker is still here and may still invite to that role and there."""
        return self.filter(
            used_at=None,
            revoked_at=None,
            expires_at__gt=now,
            made_by__is_active=True,
        ).filter(_may_still_invite(), ~_is_of_a_lead_elsewhere())


class Invite(models.Model):
    """A door for one person, once. Of the token (256 random bits) only the SHA-256 is kept."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    districts = models.ManyToManyField(
        District, blank=True, related_name="invites", verbose_name=_("districts")
    )
    meant_for = models.CharField(_("for whom"), max_length=80, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invites", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="came_by",
        verbose_name=_("used by"),
    )
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = InviteQuerySet.as_manager()

    class Meta:
        verbose_name = _("invite")
        verbose_name_plural = _("invites")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role for role in Role.values if role != Role.ADMIN]),
                name="nobody_is_invited_as_administrator",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, used_by__isnull=True)
                | models.Q(used_at__isnull=False, used_by__isnull=False, revoked_at__isnull=True),
                name="used_invite_names_its_person",
            ),
        ]
        indexes = [
            # The list of open invites.
            models.Index(
                fields=["made_by", "-made_at"],
                condition=models.Q(used_at=None, revoked_at=None),
                name="invites_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.made_at:%Y-%m-%d %H:%M}"

    @classmethod
    def make(
        cls,
        role: Role,
        districts: Iterable[District],
        by: Volunteer,
        now: datetime,
        expires_at: datetime,
        meant_for: str = "",
    ) -> str:
        """Make one and return its token: the only time that it can be seen. The caller has checked MAY_INVITE."""
        token = secrets.token_urlsafe(32)
        with transaction.atomic():
            invite = cls.objects.create(
                token_hash=hashed(token),
                role=role,
                meant_for=meant_for,
                made_by=by,
                made_at=now,
                expires_at=expires_at,
            )
            invite.districts.set(districts)
        return token

    @classmethod
    def find(cls, token: str, now: datetime) -> "Invite | None":
        """Return the invite that this token opens now; None when it is wrong, used, taken back or over."""
        return cls.objects.open(now).filter(token_hash=hashed(token)).first()

    def use(self, person: Volunteer, now: datetime) -> None:
        """Save this new person with exactly the role and the districts of the invite. Raises Spent.

        The row is taken by compare-and-set in the transaction that saves the person: of two who use a link at the same
        time the second waits for the first, finds it used, and leaves no account behind.
        """
        with transaction.atomic():
            # Locked first: its maker cannot take it back, nor another use it, between the look and the writing.
            row = Invite.objects.select_for_update(of=("self",)).open(now).filter(pk=self.pk).first()
            if row is None:
                raise Spent
            person.role = row.role
            person.is_staff = person.is_superuser = person.is_on_duty = False
            person.save(force_insert=True)
            person.districts.set(row.districts.all())
            won = Invite.objects.filter(pk=row.pk, used_at=None, revoked_at=None).update(
                used_at=now, used_by=person, meant_for=""
            )
            if not won:
                raise Spent
            AccountChange.note(person, ChangeKind.JOINED, row.made_by, now, invite=row.pk)

    def revoke(self, now: datetime) -> bool:
        """Take it back; False when it was used or taken back before."""
        unused = Invite.objects.filter(pk=self.pk, used_at=None, revoked_at=None)
        return bool(unused.update(revoked_at=now, meant_for=""))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
