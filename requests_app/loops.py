"""Runs a loop of which one copy works and the others wait, until it is told to stop."""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connection

from requests_app.clock import database_now
from requests_app.models import LoopLease

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)


def run(
    name: str, body: Callable[[], object], every: float, stop: threading.Event, *, once: bool = False
) -> None:
    """Call `body` every so many seconds while this copy holds the lease `name`; the database may go and come back."""
    token = uuid.uuid4()
    while not stop.is_set():
        try:
            close_old_connections()
            if LoopLease.take(name, token, database_now(), LEASE):
                body()
                LoopLease.note_done(name, database_now())
            elif once:
                log.warning("%s: another copy is running", name)
        except DatabaseTrouble as error:
            log.error("%s: the database is away: %s", name, type(error).__name__)
            connection.close()
        except (
            Exception
        ) as error:  # a loop that ends by itself leaves everybody waiting; its beat shows that it fails
            if once:
                raise
            log.error("%s: %s; trying again", name, type(error).__name__)
        if once:
            break
        stop.wait(every)
    try:
        LoopLease.give_back(name, token)
    except DatabaseTrouble:
        log.info("%s: the lease ends by itself", name)
    finally:
        connection.close()
