"""Reads a JSON body of bounded size and depth."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from requests_app.api.errors import TooLarge

MAX_BYTES = 256_000


class BoundedJson(BaseParser):
    """JSON in UTF-8 of at most MAX_BYTES; what is too deep, not finite or not JSON is refused with 400."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ValueError as error:
            raise ParseError("The body is not JSON in UTF-8.") from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)
