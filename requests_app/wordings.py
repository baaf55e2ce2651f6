"""Chooses among the wordings of one text, so that an account does not say the same again and again. Pure."""

import zlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def turn(count: int, code: str, used: int = 0) -> int:
    """Return the number of the wording whose turn it is for a request: its code decides the first, each use the next."""
    return (zlib.crc32(code.encode()) + used) % count


def least_used(wordings: Sequence[T], used: Mapping[str, int], keys: Sequence[str], code: str) -> T:
    """Return the wording that was used least lately; among equals the request's code decides.

    `used`: how often lately, by the wording's key; `keys`: the keys of `wordings`, in their order.
    """
    order = [turn(len(wordings), code, step) for step in range(len(wordings))]
    return wordings[min(order, key=lambda number: used.get(keys[number], 0))]
