"""A live server with the files as they are shipped, and Chromium before it: fixtures for the tests of pages."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.world import CHROMIUM_ARGUMENTS

expect.set_options(timeout=15_000)
"""Milliseconds: on a busy machine a page may take long; what must be quick says so itself."""
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory) -> Iterator[str]:
    """Our own live server over plain HTTP, with the files as they are shipped."""
    call_command("compile_locale", verbosity=0)
    changes = {
        "SECURE_SSL_REDIRECT": False,
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
        "LANGUAGE_COOKIE_SECURE": False,
        "DEMO": True,
        # Overridden by itself, so that translations read before they were compiled are read again.
        "LOCALE_PATHS": list(settings.LOCALE_PATHS),
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
    }
    with override_settings(**changes):
        call_command("collectstatic", interactive=False, verbosity=0)
        # WhiteNoise serves the files, as in life; Django's own handler would know nothing of their hashed names.
        thread = LiveServerThread("127.0.0.1", static_handler=lambda handler: handler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        assert thread.error is None
        yield f"http://127.0.0.1:{thread.port}"
        thread.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is not here: apt-get install chromium, or set CHROMIUM")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser without a page; those of the test are closed after it, as open pages go on asking the server."""
    yield chromium
    for context in chromium.contexts:
        context.close()


def become(context: BrowserContext, server: str, username: str) -> None:
    """Log somebody in without the form, which is a test of its own; nobody for ""."""
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    if username:
        client = Client()
        client.force_login(
            get_user_model().objects.get(username=username),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server}])
