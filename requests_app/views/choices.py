"""The list of districts with their blocks that a person picks a place from."""

from dataclasses import dataclass, field

from districts.models import Block, District


@dataclass
class PlaceGroup:
    """A district, with the value that PlaceField reads for it and for each of its blocks."""

    district: District
    blocks: list[tuple[str, Block]] = field(default_factory=list)


def place_choices() -> list[PlaceGroup]:
    """Return all districts with their blocks in the order of their English names, with two queries."""
    groups = {district.pk: PlaceGroup(district) for district in District.objects.all()}
    for block in Block.objects.all():
        groups[block.district_id].blocks.append((f"{block.district_id}-{block.pk}", block))
    return list(groups.values())
