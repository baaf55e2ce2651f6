"""The Celery application: it only carries the message that there is work."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def load_reader(**_signal: Any) -> None:
    """Loads what reading needs before children are forked: they share its memory, and one that is killed is soon replaced."""
    from requests_app.reading import read  # noqa: PLC0415 - the web processes, which import this module too, read nothing

    read("Jaipur 302001")  # a place and a PIN: the gazetteer as well
    gc.freeze()
