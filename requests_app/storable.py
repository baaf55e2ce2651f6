"""Makes any text one that Postgres can store, keeping its length."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text with NUL and each lone surrogate as U+FFFD, one for one: offsets stay true."""
    return _UNSTORABLE.sub("\ufffd", text)
