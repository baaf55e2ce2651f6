"""The tables of where and who."""

from districts.models.invites import Invite, Spent
from districts.models.officials import Official
from districts.models.people import Role, Volunteer
from districts.models.places import Block, District, Division, Hospital, Pin, PlaceName, StdCode
from districts.models.shifts import Shift
from districts.models.trail import AccountChange, ChangeKind

__all__ = [
    "AccountChange",
    "Block",
    "ChangeKind",
    "District",
    "Division",
    "Hospital",
    "Invite",
    "Official",
    "Pin",
    "PlaceName",
    "Role",
    "Shift",
    "Spent",
    "StdCode",
    "Volunteer",
]
