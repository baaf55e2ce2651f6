"""Eight processes claim the same thousand requests: one winner each."""

import subprocess
import sys

import pytest
from django.conf import settings

from requests_app.models import Event, HelpRequest
from tests.factories import a_request, a_volunteer
from tests.processes import environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLAIM_ALL = """
import sys, django
django.setup()
from districts.models import Volunteer
from requests_app.clock import database_now
from requests_app.models import HelpRequest, Lost
me = Volunteer.objects.get(username=sys.argv[1])
requests = list(HelpRequest.objects.order_by("pk"))
print("ready", flush=True)
for request in requests:
    sys.stdin.readline()
    try:
        request.claim(me, database_now())
        print("won", flush=True)
    except Lost as lost:
        print("lost to", lost.holder.username, flush=True)
"""


def test_eight_processes_claiming_a_thousand_requests_have_one_winner_each(gazetteer):
    for _number in range(1000):
        a_request(needs=(), phone="")
    people = [a_volunteer(f"claimer{number}") for number in range(8)]
    command = [sys.executable, "-c", CLAIM_ALL]
    processes = [
        subprocess.Popen(
            [*command, person.username],
            cwd=settings.BASE_DIR,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for person in people
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    winners = []
    for _round in range(1000):
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.stdout.readline().strip() for process in processes]
        assert answers.count("won") == 1
        winner = people[answers.index("won")]
        assert answers.count(f"lost to {winner.username}") == 7
        winners.append(winner.pk)
    for process in processes:
        assert process.wait(30) == 0
    assert list(HelpRequest.objects.order_by("pk").values_list("holder", flat=True)) == winners
    assert Event.objects.filter(kind="claimed").count() == 1000
    assert len(set(winners)) >= 2, "one process won every round: that was no race"
