"""The gazetteer as tables: what people pick from and what requests point to.

The locator (districts.locating) works from the same files without the database; `load_gazetteer` copies them here.
"""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """Something with a name in English and in Hindi."""

    name_en = models.CharField(_("name in English"), max_length=80)
    name_hi = models.CharField(_("name in Hindi"), max_length=80)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_hi if (get_language() or "").startswith("hi") else self.name_en


class Division(Named):
    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["name_en"]


class District(Named):
    """One of today's 41 districts. The key is the Local Government Directory's code."""

    lgd_code = models.PositiveIntegerField(_("LGD code"), primary_key=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="districts")
    headquarters = models.CharField(_("headquarters"), max_length=80)
    latitude = models.FloatField(_("latitude of the headquarters, degrees"))
    longitude = models.FloatField(_("longitude of the headquarters, degrees"))
    tile_col = models.PositiveSmallIntegerField(_("column on the tile map"))
    tile_row = models.PositiveSmallIntegerField(_("row on the tile map"))

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name_en"]
        constraints = [models.UniqueConstraint(fields=["tile_col", "tile_row"], name="one_district_per_tile")]


class Block(Named):
    """A panchayat samiti. The key is the Local Government Directory's code."""

    lgd_code = models.PositiveIntegerField(_("LGD code"), primary_key=True)
    district = models.ForeignKey(District, models.PROTECT, related_name="blocks")
    latitude = models.FloatField(_("latitude, degrees"), null=True)
    longitude = models.FloatField(_("longitude, degrees"), null=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["name_en"]


class PlaceName(models.Model):
    """A name that people write, and what it stands for; several rows of one alias make it ambiguous."""

    alias = models.CharField(_("name as written"), max_length=120, db_index=True)
    district = models.ForeignKey(District, models.CASCADE, related_name="place_names")
    block = models.ForeignKey(Block, models.CASCADE, null=True, blank=True, related_name="place_names")
    is_ambiguous = models.BooleanField(_("shared by several districts"), default=False)

    class Meta:
        verbose_name = _("place name")
        verbose_name_plural = _("place names")
        constraints = [
            models.UniqueConstraint(
                fields=["alias", "district", "block"],
                name="one_row_per_alias_and_place",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.alias


class Pin(models.Model):
    """A postal code and the district where most of its post offices lie."""

    pin = models.CharField(_("PIN code"), max_length=6, primary_key=True)
    district = models.ForeignKey(District, models.CASCADE, related_name="pins")
    block = models.ForeignKey(Block, models.SET_NULL, null=True, blank=True, related_name="pins")
    share = models.FloatField(_("share of its offices in this district, 0 to 1"))

    class Meta:
        verbose_name = _("PIN code")
        verbose_name_plural = _("PIN codes")

    def __str__(self) -> str:
        return self.pin


class StdCode(models.Model):
    """A landline area code and its district."""

    code = models.CharField(_("STD code"), max_length=8, primary_key=True)
    district = models.ForeignKey(District, models.CASCADE, related_name="std_codes")
    area = models.CharField(_("area"), max_length=120)

    class Meta:
        verbose_name = _("STD code")
        verbose_name_plural = _("STD codes")

    def __str__(self) -> str:
        return self.code


class Hospital(models.Model):
    """A hospital that posts name."""

    name = models.CharField(_("name"), max_length=200)
    district = models.ForeignKey(District, models.CASCADE, related_name="hospitals")
    kind = models.CharField(_("kind"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("hospital")
        verbose_name_plural = _("hospitals")
        constraints = [models.UniqueConstraint(fields=["name", "district"], name="one_row_per_hospital")]

    def __str__(self) -> str:
        return self.name
