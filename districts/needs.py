"""The kinds of need that people ask for and volunteers take."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NeedKind(TextChoices):
    """Slugs of the reading guide; the first five are what the handle was opened for."""

    OXYGEN = "oxygen", _("Oxygen")
    MEDICINES = "medicines", _("Medicines")
    PLASMA = "plasma", _("Plasma, blood")
    BEDS = "beds", _("Beds")
    FOOD = "food", _("Food")
    CONSULTATION = "consultation", _("Doctor's advice")
    OTHER = "other", _("Other help")


FIVE = (NeedKind.OXYGEN, NeedKind.MEDICINES, NeedKind.PLASMA, NeedKind.BEDS, NeedKind.FOOD)
