"""What people find out about leads and numbers, and what kinds of supply there are. Written once, here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CheckOutcome(TextChoices):
    """What a person found who checked a lead."""

    WORKS = "works", _("works")
    PARTLY = "partly", _("works partly")
    OUT_OF_STOCK = "out_of_stock", _("out of stock")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    ADVANCE = "advance", _("asked for advance payment")
    NOT_AS_SAID = "not_as_said", _("not as it was said")
    GONE = "gone", _("no longer offered")


RENEWS = frozenset({CheckOutcome.WORKS, CheckOutcome.PARTLY})
"""Somebody made sure: the lead is as fresh as on its first minute."""

ENDS = frozenset(
    {
        CheckOutcome.OUT_OF_STOCK,
        CheckOutcome.WRONG_NUMBER,
        CheckOutcome.ADVANCE,
        CheckOutcome.NOT_AS_SAID,
        CheckOutcome.GONE,
    }
)
"""Nobody stands for the lead any more, until it is checked or said again."""

SPOILS = frozenset({CheckOutcome.WRONG_NUMBER, CheckOutcome.ADVANCE, CheckOutcome.NOT_AS_SAID})
"""Saying it again does not make such a lead good: only another check does."""


class UseOutcome(TextChoices):
    """What came of a lead that was used for a request."""

    GOT_IT = "got_it", _("got it")
    OUT_OF_STOCK = "out_of_stock", _("out of stock")
    NO_ANSWER = "no_answer", _("no answer")
    ADVANCE = "advance", _("asked for advance payment")
    NOT_AS_SAID = "not_as_said", _("not as it was said")


CHECK_OF_USE = {
    UseOutcome.GOT_IT: CheckOutcome.WORKS,
    UseOutcome.OUT_OF_STOCK: CheckOutcome.OUT_OF_STOCK,
    UseOutcome.NO_ANSWER: CheckOutcome.NO_ANSWER,
    UseOutcome.ADVANCE: CheckOutcome.ADVANCE,
    UseOutcome.NOT_AS_SAID: CheckOutcome.NOT_AS_SAID,
}
"""Using a lead is a check of it as well."""


class Supply(TextChoices):
    """Who offers; empty where it was not said."""

    UNKNOWN = "", _("not said")
    HOSPITAL = "hospital", _("Hospital")
    SHOP = "shop", _("Shop or supplier")
    KITCHEN = "kitchen", _("Kitchen")
    DONOR = "donor", _("Donor")
    DOCTOR = "doctor", _("Doctor")
    GROUP = "group", _("Organisation")
    PERSON = "person", _("Private person")


class Unit(TextChoices):
    """What a quantity counts."""

    CYLINDER = "cylinder", _("cylinders")
    CONCENTRATOR = "concentrator", _("concentrators")
    BED = "bed", _("beds")
    ICU_BED = "icu_bed", _("ICU beds")
    OXYGEN_BED = "oxygen_bed", _("oxygen beds")
    VENTILATOR = "ventilator", _("ventilators")
    UNIT = "unit", _("units")
    DONOR = "donor", _("donors")
    VIAL = "vial", _("vials")
    STRIP = "strip", _("strips")
    TABLET = "tablet", _("tablets")
    PACKET = "packet", _("packets")
    MEAL = "meal", _("meals")
    KIT = "kit", _("kits")
    DOCTOR = "doctor", _("doctors")
    AMBULANCE = "ambulance", _("ambulances")


class ScamState(TextChoices):
    """How a number stands on the block-list."""

    SUGGESTED = "suggested", _("Flagged by one person")
    LISTED = "listed", _("Known scam number")
    LIFTED = "lifted", _("Lifted")


class ScamReason(TextChoices):
    ADVANCE = "advance", _("asked for advance payment")
    FAKE = "fake", _("took money and gave nothing")
    HARASSES = "harasses", _("harasses callers")
    OTHER = "other", _("other reason")


class ScamAct(TextChoices):
    """What somebody did about a number; the history of the block-list."""

    FLAGGED = "flagged", _("flagged it")
    LISTED = "listed", _("put it on the block-list")
    LIFTED = "lifted", _("lifted it")
