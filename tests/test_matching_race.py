"""Many workers with many copies make one request; merging and splitting meanwhile neither stand still nor lose a post."""

import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.utils import timezone

from requests_app import splitting, triage
from requests_app.models import Event, HelpRequest, Lost, NotAllowed, Post
from tests.factories import a_post, a_volunteer
from tests.processes import environment, in_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = (
    (61, "9829012345", "9414055443"),
    (34, "9928176540", "9782310467"),
    (72, "7014458901", "8003317265"),
    (48, "6375590218", "9166742301"),
)
"""The age of a patient, and the numbers of two who are to be merged."""

READ_ALL = """
import sys, django
django.setup()
from requests_app import triage
triage.read("warm up: Kota me oxygen chahiye")
print("ready", flush=True)
sys.stdin.readline()
taken = 0
while True:
    count = triage.read_due(limit=int(sys.argv[1]))
    taken += count
    if not count:
        break
print(taken, flush=True)
"""


def copies(count: int, phone: str) -> list[Post]:
    return [
        a_post(f"{'sos ' * (number % 5)}Kota me papa 61 ko oxygen cylinder chahiye urgent {phone} #{number}")
        for number in range(count)
    ]


def test_four_processes_with_forty_copies_each_make_one_request(gazetteer):
    copies(160, "9829012345")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READ_ALL, "5"],
            cwd=settings.BASE_DIR,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _process in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    taken = [int(process.stdout.readline()) for process in processes]
    for process in processes:
        assert process.wait(30) == 0
    _read_what_was_put_back()
    request = HelpRequest.objects.get()
    assert (request.post_count, Post.objects.filter(request=request).count()) == (160, 160)
    assert Event.objects.filter(request=request, kind="opened").count() == 1
    assert sum(1 for count in taken if count) >= 2, "one process read them all: that was no race"


def _read_what_was_put_back() -> None:
    """A batch that came too late for the lock is due again a moment later."""
    while Post.objects.filter(state="due").exists():
        Post.objects.filter(state="due").update(next_attempt_at=timezone.now())
        triage.read_due()


def test_merging_both_ways_while_copies_come_in_ends_and_loses_nothing(gazetteer):
    """A batch joins in the order of its posts, a merging locks in the order of keys: without one lock before both they
    stand in each other's way, and the database ends one of them with an error."""
    asha = a_volunteer("asha", "Kota")
    for age, one, two in ROUNDS:
        first = triage.read_now(a_post(f"Kota me papa {age} ko oxygen cylinder chahiye {one}")).request
        second = triage.read_now(a_post(f"Kota me mummy {age - 9} ko ICU bed chahiye {two}")).request
        for number in range(20):
            phone, words = ((two, f"mummy {age - 9} ko ICU bed"), (one, f"papa {age} ko oxygen cylinder"))[
                number % 2
            ]
            a_post(f"Kota me {words} chahiye, jaldi {'!' * number} {phone}")

        def work(number: int, first: HelpRequest = first, second: HelpRequest = second) -> None:
            if number < 2:
                while triage.read_due(limit=6):
                    pass
                return
            time.sleep(0.02 * number)
            goes, stays = (first, second) if number == 2 else (second, first)
            goes, stays = HelpRequest.objects.get(pk=goes.pk), HelpRequest.objects.get(pk=stays.pk)
            try:
                splitting.merge(goes, stays, asha, timezone.now())
            except (NotAllowed, Lost):
                """The other one was first."""

        in_threads(4, work)
        _read_what_was_put_back()
        pair = HelpRequest.objects.filter(pk__in=[first.pk, second.pk])
        assert sorted(pair.values_list("state", flat=True)) == ["merged", "queued"]
        stays = pair.get(state="queued")
        assert stays.post_count == Post.objects.filter(request=stays).count() == 22
        stays.resolve("helped", asha, timezone.now())


def test_a_post_split_by_two_people_at_once_is_split_once(gazetteer):
    asha = a_volunteer("asha", "Kota")
    first = triage.read_now(a_post("Kota me papa 61 ko oxygen cylinder chahiye 9829012345"))
    second = triage.read_now(a_post("Kota oxygen cylinder aur bed dono chahiye jaldi 9829012345"))
    assert first.request == second.request
    answers: list[str] = []

    def work(number: int) -> None:
        try:
            splitting.split(first.request, second, asha, timezone.now())
            answers.append("split")
        except Lost:
            answers.append("lost")

    in_threads(4, work)
    assert sorted(answers) == ["lost", "lost", "lost", "split"]
    assert HelpRequest.objects.count() == 2
