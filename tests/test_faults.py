"""Workers and their children are killed and Redis is emptied while posts pour in twice: none is lost, none doubled."""

import random
import time

import pytest
import redis as redis_client
from django.conf import settings
from django.db.models import Count

from requests_app.models import Event, HelpRequest, Post, Reading
from requests_app.tasks import wake_readers
from tests.factories import a_post
from tests.processes import SWEEPER, WORKER, Process, in_threads, running, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TOWNS = ("Kota", "Bundi", "Sikar", "Churu", "Pali", "Alwar", "Dausa", "Tonk")
QUICK_LEASES = "[posts]\nlease = 3\nretry = [1, 1, 1, 1]\n"


def offer(numbers: range) -> None:
    """Offer posts number by number, each twice, and wake the readers now and then."""
    for number in numbers:
        for _again in range(2):
            a_post(
                f"{TOWNS[number % 8]} me {number % 5 + 2} oxygen cylinder chahiye urgent, call 98{number * 61803399 % 10**8:08d}",
                external_id=f"fault-{number}",
            )
        if number % 20 == 0:
            wake_readers()
    wake_readers()


def settle(total: int, seconds: float) -> None:
    wait_until(
        lambda: not Post.objects.filter(state="due").exists() and Post.objects.count() == total,
        seconds,
        "all read",
    )


def assert_none_lost_none_doubled(total: int) -> None:
    assert Post.objects.count() == total
    assert Post.objects.exclude(state="read", outcome="opened").count() == 0
    assert HelpRequest.objects.count() == total
    assert HelpRequest.objects.annotate(n=Count("posts")).exclude(n=1).count() == 0
    assert Event.objects.filter(kind="opened").count() == total
    assert Reading.objects.count() == total


def test_kill_9_and_flushall_lose_and_double_nothing(gazetteer, tmp_path):
    seed = random.randrange(10**6)
    print("seed", seed)
    chance, total = random.Random(seed), 2000
    policy = tmp_path / "policy.toml"
    policy.write_text(QUICK_LEASES)
    redis = redis_client.Redis.from_url(settings.REDIS_URL)
    workers = [Process(WORKER, tmp_path / f"worker{n}.log", POLICY_FILE=str(policy)) for n in range(2)]
    sweeper = Process(SWEEPER, tmp_path / "sweeper.log", POLICY_FILE=str(policy))
    kills = flushes = 0

    def chaos() -> None:
        nonlocal kills, flushes
        # On a machine so busy that no worker is up before it is killed again, it must end as well.
        while kills < 40 and Post.objects.filter(state="read").count() < total * 0.85:
            time.sleep(chance.uniform(0.3, 1.2))
            victim = chance.choice(workers)
            if chance.random() < 0.5:
                victim.kill()
                victim.start()
            else:
                victim.kill_a_child()
            kills += 1
            if chance.random() < 0.4:
                redis.flushall()
                flushes += 1

    def part(number: int) -> None:
        if number == 2:
            chaos()
        else:
            offer(range(number * total // 2, (number + 1) * total // 2))

    with running(*workers, sweeper):
        in_threads(3, part)
        settle(total, 180)
    assert kills >= 3 and flushes >= 1
    assert_none_lost_none_doubled(total)


@pytest.mark.parametrize("has_sweeper", [True, False])
def test_without_the_sweeper_a_killed_worker_leaves_posts_behind(gazetteer, tmp_path, has_sweeper):
    """The negative control: the same fault, with and without the guard."""
    total = 60
    policy = tmp_path / "policy.toml"
    policy.write_text(QUICK_LEASES)
    redis = redis_client.Redis.from_url(settings.REDIS_URL)
    redis.flushall()
    offer(range(total))
    redis.flushall()
    worker = Process(WORKER, tmp_path / "worker.log", POLICY_FILE=str(policy))
    guard = [Process(SWEEPER, tmp_path / "sweeper.log", POLICY_FILE=str(policy))] if has_sweeper else []
    with running(worker, *guard):
        if has_sweeper:
            settle(total, 60)
            assert_none_lost_none_doubled(total)
        else:
            with pytest.raises(AssertionError, match="all read"):
                settle(total, 9)
            assert Post.objects.filter(state="due").count() == total


def test_with_redis_away_the_sweeper_reads_by_itself(gazetteer, tmp_path):
    offer(range(30))
    sweeper = Process(SWEEPER, tmp_path / "sweeper.log", REDIS_URL="redis://127.0.0.1:1/0")
    with running(sweeper):
        settle(30, 60)
    assert_none_lost_none_doubled(30)
