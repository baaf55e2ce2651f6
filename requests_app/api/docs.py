"""The page that tells how to use the API, made from the schema by our own template: no script, no CDN."""

from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post")


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every call with its parameters, its fields and its answers."""
    base = request.build_absolute_uri("/").rstrip("/")
    return render(request, "api_docs.html", {"calls": _calls(), "base": base})


@lru_cache(maxsize=1)
def _calls() -> list[dict[str, Any]]:
    """Return the calls in the order of their addresses; names of the schema are resolved to their fields."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    named = schema["components"]["schemas"]
    return [
        {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": [
                {
                    "name": one["name"],
                    "where": one["in"],
                    "words": one.get("description", ""),
                    "values": [
                        value for value in one["schema"].get("items", one["schema"]).get("enum", []) if value
                    ],
                }
                for one in operation.get("parameters", [])
            ],
            "fields": _fields(_body(operation.get("requestBody", {})), named),
            "answers": [
                {
                    "code": code,
                    "words": answer.get("description") or ("The answer" if code.startswith("2") else ""),
                    "fields": _fields(_body(answer), named) if code in {"200", "201"} else [],
                }
                for code, answer in operation["responses"].items()
            ],
        }
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and "/v1/" in path
    ]


def _body(holder: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return body


def _fields(shape: dict[str, Any], named: dict[str, Any]) -> list[dict[str, str]]:
    """Return name, type, words and values of a shape's fields; of a list, those of its items."""
    shape = _resolved(shape, named)
    if shape.get("type") == "array":
        return _fields(shape["items"], named)
    properties = shape.get("properties", {})
    if "results" in properties:
        return _fields(properties["results"], named)
    lines = []
    for name, field in properties.items():
        whole = _resolved(field, named)
        inner = _resolved(whole.get("items", {}), named)
        values = whole.get("enum") or inner.get("enum") or []
        kind = (
            f"list of {inner.get('type', 'object')}s"
            if whole.get("type") == "array"
            else whole.get("type", "")
        )
        words = field.get("description") or ""
        if values and not words.startswith("*"):
            words = " ".join([words, ", ".join(str(value) for value in values if value)]).strip()
        lines.append(
            {
                "name": name,
                "kind": kind,
                "words": words.replace("* ", " "),
                "needed": name in shape.get("required", []),
            }
        )
    return lines


def _resolved(shape: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    for part in [shape, *shape.get("allOf", []), *shape.get("oneOf", [])]:
        if "$ref" in part:
            return {
                **named[part["$ref"].rsplit("/", 1)[1]],
                **{k: v for k, v in shape.items() if k != "$ref"},
            }
    return shape
