"""Copies the gazetteer files into the tables that people pick from and requests point to."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from districts import places
from districts.models import Block, District, Division, Hospital, Pin, PlaceName, StdCode

DIVISIONS_HI = {
    "Ajmer": "अजमेर",
    "Bharatpur": "भरतपुर",
    "Bikaner": "बीकानेर",
    "Jaipur": "जयपुर",
    "Jodhpur": "जोधपुर",
    "Kota": "कोटा",
    "Udaipur": "उदयपुर",
}


class Command(BaseCommand):
    help = "Load districts, blocks, place names, PINs, STD codes and hospitals; safe to run again after the files changed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                districts = self._districts()
                blocks = self._blocks(districts)
                self._codes(districts, blocks)
                self._names(districts, blocks)
        except ValueError as error:
            raise CommandError(f"The gazetteer cannot be read: {error}") from error
        if options["verbosity"]:
            self.stdout.write(
                f"{len(districts)} districts, {len(blocks)} blocks, {PlaceName.objects.count()} names, "
                f"{Pin.objects.count()} PINs, {StdCode.objects.count()} STD codes, {Hospital.objects.count()} hospitals"
            )

    def _districts(self) -> dict[str, District]:
        divisions = {
            name: Division.objects.get_or_create(
                name_en=name, defaults={"name_hi": DIVISIONS_HI.get(name, name)}
            )[0]
            for name in sorted({row.division for row in places.districts()})
        }
        rows = [
            District(
                lgd_code=row.code,
                name_en=row.name,
                name_hi=row.hi,
                division=divisions[row.division],
                headquarters=row.seat,
                latitude=row.latitude,
                longitude=row.longitude,
                tile_col=row.tile[0],
                tile_row=row.tile[1],
            )
            for row in places.districts()
        ]
        fields = [
            "name_en",
            "name_hi",
            "division",
            "headquarters",
            "latitude",
            "longitude",
            "tile_col",
            "tile_row",
        ]
        District.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["lgd_code"], update_fields=fields
        )
        return {row.name_en: row for row in rows}

    def _blocks(self, districts: dict[str, District]) -> dict[tuple[str, str], Block]:
        rows = {
            (row.district, row.name): Block(
                lgd_code=row.code,
                district=districts[row.district],
                name_en=row.name,
                name_hi=row.hi,
                latitude=row.latitude,
                longitude=row.longitude,
            )
            for row in places.blocks()
        }
        fields = ["district", "name_en", "name_hi", "latitude", "longitude"]
        Block.objects.bulk_create(
            list(rows.values()), update_conflicts=True, unique_fields=["lgd_code"], update_fields=fields
        )
        return rows

    def _codes(self, districts: dict[str, District], blocks: dict[tuple[str, str], Block]) -> None:
        Pin.objects.all().delete()
        Pin.objects.bulk_create(
            Pin(
                pin=row.pin,
                district=districts[row.district],
                share=row.share,
                block=blocks.get((row.district, row.block)) if row.block else None,
            )
            for row in places.pins()
        )
        StdCode.objects.all().delete()
        StdCode.objects.bulk_create(
            StdCode(code=row.code, area=row.area, district=districts[row.district])
            for row in places.std_codes()
        )
        Hospital.objects.all().delete()
        unique = {(row.name, row.district): row for row in places.hospitals()}
        Hospital.objects.bulk_create(
            Hospital(name=row.name, kind=row.kind, district=districts[row.district])
            for row in unique.values()
        )

    def _names(self, districts: dict[str, District], blocks: dict[tuple[str, str], Block]) -> None:
        rows: dict[tuple[str, int, int | None], PlaceName] = {}
        for alias in places.aliases():
            inside = [target for target in alias.targets if target.district in districts]
            for target in inside:
                district = districts[str(target.district)]
                block = blocks.get((district.name_en, target.block)) if target.block else None
                key = (alias.name[:120], district.pk, block.pk if block else None)
                rows[key] = PlaceName(
                    alias=key[0], district=district, block=block, is_ambiguous=len(inside) > 1
                )
        PlaceName.objects.all().delete()
        PlaceName.objects.bulk_create(rows.values())
