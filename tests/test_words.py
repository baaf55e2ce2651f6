"""Every word that people read is in the Hindi catalogue: what the pages and the code say is looked up anew."""

import shutil

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command

FOLDERS = ("helpdesk", "districts", "requests_app", "templates")


def said_in(tree) -> set[str]:
    """The English words (singulars) that gettext finds in a copy of the project."""
    (tree / "locale").mkdir()
    for folder in FOLDERS:
        shutil.copytree(
            settings.BASE_DIR / folder,
            tree / folder,
            ignore=shutil.ignore_patterns("labelled", "__pycache__"),
        )
    call_command("makemessages", locale=["hi"], no_location=True, verbosity=0)
    with (tree / "locale/hi/LC_MESSAGES/django.po").open("rb") as file:
        return {singular(message.id) for message in read_po(file, locale="hi") if message.id}


def singular(key: str | tuple[str, ...]) -> str:
    return key[0] if isinstance(key, tuple) else key


@pytest.fixture
def tree(tmp_path, monkeypatch, settings):
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_word_of_the_pages_and_of_the_code_has_its_hindi(tree):
    with (settings.BASE_DIR / "locale/hi/LC_MESSAGES/django.po").open("rb") as file:
        known = {singular(message.id) for message in read_po(file, locale="hi") if message.id}
    said = said_in(tree)
    assert len(said) > 400
    assert said - known == set()
