"""Names a few of many, where a line has room for a few."""

from collections.abc import Sequence

from django.utils.translation import ngettext


def first_few(names: Sequence[str], shown: int = 2) -> str:
    """Return the first names and how many more there are: "Ajmer, Alwar and 5 more"; all of them when one is over."""
    if len(names) <= shown + 1:
        return ", ".join(names)
    more = len(names) - shown
    words = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more)
    return words % {"names": ", ".join(names[:shown]), "count": more}
