"""Answers every error of the API as problem JSON (RFC 9457): what is wrong, never what is inside."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from requests_app.reading.masking import mask
from requests_app.storable import storable

log = logging.getLogger(__name__)

TITLES = {
    400: "The request cannot be understood",
    401: "A valid API key is needed",
    403: "This key may not do that",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "In conflict with another request",
    413: "The body is too large",
    415: "The body must be application/json",
    422: "This Idempotency-Key was used for another body",
    429: "Too many calls",
    500: "Something went wrong on our side",
    503: "The database is away; try again",
}


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than this API takes."


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The same request is being worked on."

    def __init__(self, detail: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class OtherBody(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another body."


def problem(error: Exception, context: dict[str, Any]) -> Response:
    """Return the problem for any exception of a view. Only messages that we wrote ourselves go out."""
    headers: dict[str, str] = {}
    errors: list[dict[str, str]] = []
    detail = ""
    if isinstance(error, Http404):
        code = 404
    elif isinstance(error, PermissionDenied):
        code = 403
    elif isinstance(error, (SuspiciousOperation, BadRequest)):
        code = 400
    elif isinstance(error, (OperationalError, InterfaceError)):
        code = 503
        headers["Retry-After"] = "5"
    elif isinstance(error, exceptions.ValidationError):
        code = 400
        errors = list(_flat(error.detail, ""))
        detail = errors[0]["detail"] if len(errors) == 1 and not errors[0]["field"] else ""
    elif isinstance(error, exceptions.APIException):
        code = error.status_code
        detail = "" if code in {401, 403, 404} else storable(str(error.detail))
        wait = getattr(error, "wait", None) or getattr(error, "retry_after", None)
        if wait:
            headers["Retry-After"] = str(max(1, int(wait)))
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
    else:
        log.error("API: %s in %s", type(error).__name__, type(context.get("view")).__name__, exc_info=error)
        code = 500
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(code, "Error"), "status": code}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return Response(body, status=code, headers=headers, content_type="application/problem+json")


def _flat(detail: Any, field: str) -> list[dict[str, str]]:
    if isinstance(detail, Mapping):
        found = []
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else mask(storable(str(name))[:60])
            found += _flat(inner, f"{field}.{here}".strip("."))
        return found
    if isinstance(detail, list):
        return [line for inner in detail for line in _flat(inner, field)]
    return [{"field": field, "detail": mask(storable(str(detail))[:300])}] if detail else []
