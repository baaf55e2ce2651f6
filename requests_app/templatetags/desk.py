"""What templates need to show a plea: icons, marked words, ages and the labels of slugs."""

from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from districts.models import Official
from districts.needs import NeedKind
from requests_app.lead_states import CheckOutcome, Supply, Unit, UseOutcome
from requests_app.red_flags import RedFlag
from requests_app.states import (
    AppealAnswer,
    AppealWay,
    Attention,
    CallOutcome,
    NeedState,
    News,
    Outcome,
    ReplyTrouble,
    Urgency,
)

register = template.Library()

LABELS: dict[str, dict[str, Any]] = {
    "need": dict(NeedKind.choices),
    "need_state": dict(NeedState.choices),
    "call": dict(CallOutcome.choices),
    "outcome": dict(Outcome.choices),
    "urgency": dict(Urgency.choices),
    "attention": dict(Attention.choices),
    "reply_trouble": dict(ReplyTrouble.choices),
    "news": dict(News.choices),
    "check": dict(CheckOutcome.choices),
    "use": dict(UseOutcome.choices),
    "supply": dict(Supply.choices),
    "unit": dict(Unit.choices),
    "flag": dict(RedFlag.choices),
    "office": dict(Official.Office.choices),
    "appeal_way": dict(AppealWay.choices),
    "appeal_answer": dict(AppealAnswer.choices),
}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Return an icon of static/icons.svg; it is decoration, so a word or an aria-label stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("icons.svg"),
        name,
    )


@register.filter
def label(slug: str, group: str) -> str:
    """Return the words for a slug of one of LABELS' groups; the slug itself when it is not known."""
    return str(LABELS[group].get(slug, slug))


@register.filter
def named(people: dict[int, str], key: int) -> str:
    """Return the name of a person of the history; their number where the page does not know them."""
    return people.get(key, str(key))


@register.filter
def another(code: str, known: Container[str]) -> str:
    """Return the code of another request where the person may know of it; else only that there is one."""
    return code if code in known else _("another request")


def spans(evidence: Iterable[dict[str, Any]], length: int) -> list[tuple[int, int, str]]:
    """Return (start, end, field) of the evidence, in order, without overlaps and the masked numbers."""
    kept: list[tuple[int, int, str]] = []
    usable = [
        (entry["start"], entry["end"], str(entry.get("field", "")))
        for entry in evidence
        if isinstance(entry.get("start"), int)
        and isinstance(entry.get("end"), int)
        and entry.get("field") != "phones"
    ]
    for start, end, field in sorted(usable, key=lambda span: (span[0], -span[1])):
        if 0 <= start < end <= length and (not kept or start >= kept[-1][1]):
            kept.append((start, end, field))
    return kept


@register.filter
def marked(text: str, evidence: Iterable[dict[str, Any]] | None) -> SafeString:
    """Return the text, escaped, with the words that decided the reading in <mark>."""
    parts: list[tuple[SafeString | str]] = []
    at = 0
    for start, end, field in spans(evidence or [], len(text)):
        parts.append((text[at:start],))
        parts.append((format_html('<mark class="mark-{}">{}</mark>', field, text[start:end]),))
        at = end
    parts.append((text[at:],))
    return format_html_join("", "{}", parts)


def spell(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit, as people say it: 4 min, 3 h, 2 d."""
    minutes = max(1, int(abs(length).total_seconds() // 60))
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)s h") % {"count": minutes // 60}
    return ngettext("%(count)s day", "%(count)s days", minutes // 1440) % {"count": minutes // 1440}


@register.filter
def since(moment: datetime | None, now: datetime) -> str:
    """Return how long ago that was."""
    return spell(now - moment) if moment else ""


@register.filter
def until(moment: datetime | None, now: datetime) -> str:
    """Return how long it is until then."""
    return spell(moment - now) if moment else ""


@register.filter
def moment(text: Any) -> datetime | None:
    """Return the time that a history line keeps as text."""
    return parse_datetime(text) if isinstance(text, str) else None


@register.filter
def without(query: Any, name: str) -> str:
    """Return the query string without one of its filters and without the place in the list."""
    kept = query.copy()
    for gone in (name, "after"):
        kept.pop(gone, None)
    return "?" + kept.urlencode()


@register.simple_tag
def with_filter(query: Any, name: str, value: str) -> str:
    """Return the query string with a filter set, or taken away when it has that value already."""
    changed = query.copy()
    changed.pop("after", None)
    if changed.get(name) == value:
        changed.pop(name)
    else:
        changed[name] = value
    return "?" + changed.urlencode()


@register.filter
def undoes(message: Any) -> str:
    """Return the code of the request whose correction this message offers to take back; empty for none."""
    tag = message.extra_tags or ""
    return tag.removeprefix("undo-") if tag.startswith("undo-") else ""


@register.simple_tag(takes_context=True)
def here(context: Any) -> str:
    """Return the path of the page that the person looks at, also in an answer to htmx."""
    request = context["request"]
    return request.htmx.current_url_abs_path or "/queue/" if request.htmx else request.get_full_path()
