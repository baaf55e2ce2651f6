"""The directory of public offices to whom a request can be taken."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from districts.models.people import Volunteer
from districts.models.places import District


class OfficialQuerySet(models.QuerySet["Official"]):
    def visible_to(self, user: Volunteer) -> "OfficialQuerySet":
        """The offices of one's districts and those of the whole state; state-wide roles see all."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.is_state_wide:
            return self
        return self.filter(Q(district__in=user.district_codes) | Q(district=None))

    def listed(self) -> "OfficialQuerySet":
        return self.filter(is_listed=True)

    def reachable(self) -> "OfficialQuerySet":
        return self.listed().exclude(handle="", phone="")

    def of_place(self, district: int | None) -> "OfficialQuerySet":
        """The offices of a district, then those of the whole state; of no district: the latter alone."""
        return self.filter(Q(district=district) | Q(district=None)).near_first()

    def near_first(self) -> "OfficialQuerySet":
        offices = Official.Office.values
        rank = models.Case(
            *(models.When(office=office, then=number) for number, office in enumerate(offices)),
            default=len(offices),
            output_field=models.SmallIntegerField(),
        )
        return self.select_related("district").order_by(
            F("district__name_en").asc(nulls_last=True), rank, "area", "pk"
        )


class Official(models.Model):
    """A public office. Without a district: the whole state. `area`: what of, where there are several of its kind."""

    class Office(models.TextChoices):
        COLLECTOR = "collector", _("District collector")
        CMHO = "cmho", _("Chief medical and health officer")
        MLA = "mla", _("Member of the Legislative Assembly")
        NODAL = "nodal", _("Nodal officer")
        MINISTRY = "ministry", _("Ministry")
        OTHER = "other", _("Other office")

    district = models.ForeignKey(
        District,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="officials",
        verbose_name=_("district"),
        help_text=_("Empty: the whole state."),
    )
    office = models.CharField(_("office"), max_length=12, choices=Office.choices)
    area = models.CharField(
        _("of what"),
        max_length=80,
        blank=True,
        help_text=_("The constituency of an MLA, the subject of a nodal officer, the name of a ministry."),
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    handle = models.CharField(_("handle on X"), max_length=15, blank=True)
    phone = models.CharField(_("office phone"), max_length=20, blank=True)
    is_listed = models.BooleanField(
        _("in the directory"), default=True, help_text=_("Off: kept for the history, and no longer offered.")
    )

    objects = OfficialQuerySet.as_manager()

    class Meta:
        verbose_name = _("official")
        verbose_name_plural = _("officials")
        ordering = ["district", "office", "area"]
        constraints = [
            # An import updates by this.
            models.UniqueConstraint(
                fields=["district", "office", "area"],
                name="one_row_per_office_and_area",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.title, self.name]))

    @property
    def title(self) -> str:
        """The office with what it is of, e.g. "Nodal officer, oxygen"."""
        return ", ".join(filter(None, [self.get_office_display(), self.area]))

    @property
    def tel(self) -> str:
        """The phone as a link dials it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")
