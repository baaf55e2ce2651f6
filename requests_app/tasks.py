"""The Celery tasks: messages that there is work. What is done, and whether, the database's rows decide."""

import logging
import time
from collections.abc import Callable
from functools import partial

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from requests_app import replies, triage, x_client
from requests_app.clock import database_now

log = logging.getLogger(__name__)

TASK_SECONDS = 10
"""How long one task goes on before it leaves the rest to the next message; far below the time limits."""


@shared_task(name="read_due_posts")
def read_due_posts() -> None:
    """Read due posts until none is left or the time is up."""
    until = time.monotonic() + TASK_SECONDS
    while triage.read_due():
        if time.monotonic() > until:
            wake_readers()
            return


@shared_task(name="send_due_replies")
def send_due_replies() -> None:
    """Send what volunteers pressed."""
    account = x_client.account_from_settings()
    if account is not None:
        replies.deliver_due(x_client.XClient(account), database_now)


def wake_readers() -> bool:
    """Say that there are posts to read, after the transaction at hand; False when the broker cannot be reached."""
    return _wake(partial(read_due_posts.apply_async, retry=False, expires=60))


def wake_replies() -> bool:
    """Say that there are replies to send, after the transaction at hand; False when the broker cannot be reached."""
    return _wake(partial(send_due_replies.apply_async, retry=False, expires=60))


def _wake(publish: Callable[[], object]) -> bool:
    reached = True

    def say() -> None:
        nonlocal reached
        try:
            publish()
        except (OperationalError, RedisError, OSError) as error:
            # Costs only time: the sweeper finds the rows.
            log.warning("the broker cannot be reached: %s", type(error).__name__)
            reached = False

    transaction.on_commit(say, robust=True)
    return reached
