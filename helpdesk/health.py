"""Tells a load balancer or a person whether this process answers and whether the database does."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.defaults import server_error


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers too; 503 when it does not. Redis is not asked: no page needs it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database\n", status=503, headers={"Retry-After": "5"}, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


@login_not_required
def trouble(request: HttpRequest) -> HttpResponse:
    """The answer to a page that failed: 503 and when to come again while the database is away, else 500."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        words = _(
            "The database is away for a moment. Nothing that was kept is lost; try again in a few seconds."
        )
        return HttpResponse(f"{words}\n", status=503, headers={"Retry-After": "5"}, content_type="text/plain")
    return server_error(request)
