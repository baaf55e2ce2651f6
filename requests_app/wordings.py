"""Chooses among the wordings of one text, so that an account does not say the same again and again. Pure."""

import zlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def least_used(wordings: Sequence[T], used: Mapping[str, int], keys: Sequence[str], code: str) -> T:
    """Return the wording that was used least lately; among equals the request's code decides.

    `used`: how often lately, by the wording's key; `keys`: the keys of `wordings`, in their order.
    """
    first = zlib.crc32(code.encode()) % len(wordings)
    order = [*range(first, len(wordings)), *range(first)]
    return wordings[min(order, key=lambda number: used.get(keys[number], 0))]
