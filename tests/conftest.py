"""Shared fixtures: the gazetteer in every test database."""

import pytest
from django.conf import settings
from django.core.management import call_command

pytest_plugins = ["tests.browsing"]


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["tests.passwords.FewRounds"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the gazetteer once; tests that commit flush it and load it again (see `gazetteer`)."""
    with django_db_blocker.unblock():
        call_command("load_gazetteer", verbosity=0)


@pytest.fixture
def gazetteer(transactional_db):
    """The gazetteer for a test that commits, whose database was emptied by the test before."""
    call_command("load_gazetteer", verbosity=0)


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    by_mark = marker is not None and marker.kwargs.get("transaction", False)
    return by_mark or bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))


def _name_if_slow(item: pytest.Item) -> str:
    return item.nodeid if item.get_closest_marker("slow") else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random order within each group, but tests that commit come last: they empty the database after themselves. The slow ones
    of these come at the very end, always in the same order, the longest not last of all: what two workers still have to do
    is then the easiest to share."""
    items.sort(key=lambda item: (_commits(item), _name_if_slow(item)))
