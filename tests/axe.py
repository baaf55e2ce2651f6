"""Runs axe-core on a page as it stands, in light and in dark."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_axe = Axe()
STILL = "() => document.getAnimations().every((one) => one.playState !== 'running')"
_COLOURS = ("color-contrast", "link-in-text-block")
# What the dark theme changes is colours; all else was looked at in the light one. "plain" is the light one without them.
_LOOKED_FOR = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": _COLOURS}},
    "plain": {"resultTypes": ["violations"], "rules": {name: {"enabled": False} for name in _COLOURS}},
}
_SCHEMES = {"light": "light", "dark": "dark", "plain": "light"}


def violations(page: Page, themes: Iterable[str] = ("light", "dark")) -> list[str]:
    """Return what axe-core finds wrong in these themes ("light", "dark", "plain"): a line for each rule that is broken, with
    the first place."""
    found = []
    for theme in themes:
        page.emulate_media(color_scheme=_SCHEMES[theme], reduced_motion="reduce")  # type: ignore[arg-type]
        page.wait_for_function(STILL)  # a colour on its way to another one is neither
        for rule in _axe.run(page, options=_LOOKED_FOR[theme]).response["violations"]:
            first = rule["nodes"][0]
            why = " ".join(first["failureSummary"].split())
            found.append(
                f"{theme}: {rule['id']} ({len(rule['nodes'])} places): {first['html'][:160]}: {why[:240]}"
            )
    return found
