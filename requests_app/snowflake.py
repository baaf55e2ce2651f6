"""Turns ids of X into the time at which they were given out and back: an id holds milliseconds."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime.fromtimestamp(1_288_834_974.657, UTC)
SEQUENCE_BITS = 22
LARGEST = 2**63 - 1


def first_id_at(moment: datetime) -> int:
    """Return the lowest id that a post of this moment can have; 0 for a moment before ids held their time."""
    return max(0, id_span(moment - EPOCH))


def id_span(length: timedelta) -> int:
    """Return how many ids lie in this length of time."""
    return (length // timedelta(milliseconds=1)) << SEQUENCE_BITS


def posted_at(x_id: int) -> datetime:
    """Return when the post of this id was written, to the millisecond, in UTC."""
    return EPOCH + timedelta(milliseconds=x_id >> SEQUENCE_BITS)
