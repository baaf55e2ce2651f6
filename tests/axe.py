"""Runs axe-core on a page as it stands, in light and in dark."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_axe = Axe()
STILL = "() => document.getAnimations().every((one) => one.playState !== 'running')"


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong in either theme: a line for each rule that is broken, with the first place."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(STILL)  # a colour on its way to another one is neither
        for rule in _axe.run(page).response["violations"]:
            first = rule["nodes"][0]
            why = " ".join(first["failureSummary"].split())
            found.append(
                f"{scheme}: {rule['id']} ({len(rule['nodes'])} places): {first['html'][:160]}: {why[:240]}"
            )
    return found
