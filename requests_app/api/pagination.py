"""Pages through a list, newest first, from where the last page ended: no page costs more than the first."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class NewestFirst(BasePagination):
    """By (opened_at, id) downwards. The cursor names the last row of the page before; no total is counted."""

    page_size = 50
    cursor_query_param = "cursor"

    def paginate_queryset(
        self, queryset: "QuerySet[Any]", request: Request, view: object = None
    ) -> list[Any]:
        self.request = request
        cursor = request.query_params.get(self.cursor_query_param, "")
        if cursor:
            opened_at, key = _decoded(cursor)
            older = Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, pk__lt=key)
            queryset = queryset.filter(older, opened_at__lte=opened_at)
        rows = list(queryset.order_by("-opened_at", "-pk")[: self.page_size + 1])
        self.has_more = len(rows) > self.page_size
        self.rows = rows[: self.page_size]
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        url = None
        if self.has_more:
            last = self.rows[-1]
            raw = f"{last.opened_at.isoformat()}|{last.pk}".encode()
            cursor = base64.urlsafe_b64encode(raw).decode()
            url = replace_query_param(self.request.build_absolute_uri(), self.cursor_query_param, cursor)
        return Response({"next": url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "nullable": True, "format": "uri"},
                "results": schema,
            },
        }


def _decoded(cursor: str) -> tuple[datetime, int]:
    try:
        moment, _bar, key = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition("|")
        opened_at = datetime.fromisoformat(moment)
        if opened_at.tzinfo is None or not 0 < int(key) < 2**63:
            raise ValueError(key)
        # In UTC: databases know no offset of 16 hours.
        return opened_at.astimezone(UTC), int(key)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise ValidationError({"cursor": ["This cursor is not one of ours."]}) from error
