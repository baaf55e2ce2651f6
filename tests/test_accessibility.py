"""Every page before axe-core, in both languages, its colours in both themes and in English: they are the same in Hindi."""

import pytest

from tests.axe import violations
from tests.browsing import become
from tests.world import PAGES, address, fill, opened

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gazetteer"),
    pytest.mark.slow,
]


@pytest.mark.parametrize(
    ("language", "themes"), [("en", ("light", "dark")), ("hi", ("plain",))], ids=["en", "hi"]
)
def test_axe_finds_no_violation_on_any_page(browser, server, language, themes):
    codes = fill(60)
    page = opened(browser, server, "", language, viewport={"width": 390, "height": 844})
    wrong = {}
    for name, (user, _where) in PAGES.items():
        become(page.context, server, user)
        page.goto(server + address(codes, name))
        assert ("/login/" in page.url) == (name == "login"), name
        wrong[name] = violations(page, themes)
    assert {name: lines for name, lines in wrong.items() if lines} == {}


def test_axe_sees_pale_words_in_the_dark_and_a_button_without_a_name(browser, server):
    page = opened(browser, server, "", "en", viewport={"width": 390, "height": 844})
    page.goto(server + "/login/")
    page.evaluate("document.querySelector('form.stack button').replaceChildren()")
    page.evaluate("document.querySelector('label').style.color = '#333'")
    found = violations(page)
    assert any("light: button-name" in line for line in found)
    assert any("dark: color-contrast" in line for line in found)
