"""A drill tells the truth about the running system and cleans up after itself."""

import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from districts.models import Role
from requests_app import triage
from requests_app.models import HelpRequest, Post
from tests.factories import a_volunteer


def drill(**options) -> str:
    out = io.StringIO()
    call_command("drill", stdout=out, **{"person": "asha", "count": 2, "wait": 20, **options})
    return out.getvalue()


@pytest.fixture
def reader(gazetteer):
    """Something that reads what is due, as a worker would."""
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            triage.read_due()
            stop.wait(0.1)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_drill_follows_each_plea_to_a_person_and_closes_it(reader):
    a_volunteer("asha", "Jaipur")
    out = drill()
    assert "All 2 went from the door to a person's list and were closed." in out
    assert out.count("taken by asha") == 2 and out.count("on the list of 1 people") == 2
    assert list(HelpRequest.objects.values_list("state", "outcome")) == [("closed", "not_a_request")] * 2
    assert all("[DRILL" in post.text for post in Post.objects.all())


@pytest.mark.django_db(transaction=True)
def test_drill_says_that_nobody_is_on_duty(reader):
    a_volunteer("asha", "Jaipur", on_duty=False)
    with pytest.raises(CommandError, match="on nobody's list"):
        drill(count=1)
    assert HelpRequest.objects.get().state == "closed"


@pytest.mark.django_db
def test_drill_says_that_nothing_reads():
    a_volunteer("asha", "Jaipur")
    with pytest.raises(CommandError, match=r"not read within 0\.5 s.*close these by hand: post"):
        drill(count=1, wait=0.5)


@pytest.mark.django_db
def test_drill_is_refused_for_somebody_who_cannot_work():
    a_volunteer("mira", role=Role.MONITOR)
    with pytest.raises(CommandError, match="mira"):
        drill(person="mira")
    assert not Post.objects.exists()
