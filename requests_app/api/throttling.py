"""Limits how often one API client calls, by a counter in the database that parallel calls cannot pass."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from requests_app.models import ApiClient, Tally

CALLS_PER_MINUTE = 300
_MINUTE = timedelta(minutes=1)


class PerClient(BaseThrottle):
    """So many calls a minute for each client; other clients are not touched by it."""

    seconds = 0

    def allow_request(self, request: Request, view: object) -> bool:
        if not isinstance(request.user, ApiClient):
            return True
        count, self.seconds = Tally.add(f"api:{request.user.pk}", timezone.now(), _MINUTE)
        return count <= CALLS_PER_MINUTE

    def wait(self) -> float:
        return float(self.seconds)
