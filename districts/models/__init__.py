"""The tables of where and who."""

from districts.models.officials import Official
from districts.models.people import Role, Shift, Volunteer
from districts.models.places import Block, District, Division, Hospital, Pin, PlaceName, StdCode

__all__ = [
    "Block",
    "District",
    "Division",
    "Hospital",
    "Official",
    "Pin",
    "PlaceName",
    "Role",
    "Shift",
    "StdCode",
    "Volunteer",
]
