"""Which districts lie near one: by the distance between their headquarters, from the gazetteer's files alone."""

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from districts.places import districts

EARTH_KM = 6371.0


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great-circle distance of two (latitude, longitude) in degrees."""
    (lat_a, lon_a), (lat_b, lon_b) = ((radians(x), radians(y)) for x, y in (a, b))
    chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(chord))


@lru_cache(maxsize=256)
def nearest(code: int, count: int) -> tuple[int, ...]:
    """Return the LGD codes of the `count` districts nearest to one, nearest first; none for a code that is not known."""
    seats = {row.code: (row.latitude, row.longitude) for row in districts()}
    if code not in seats:
        return ()
    here = seats.pop(code)
    return tuple(sorted(seats, key=lambda other: (kilometres(here, seats[other]), other))[:count])
