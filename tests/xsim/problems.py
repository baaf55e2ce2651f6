"""The error answers of the X API: one exception with status, body and headers, and the known bodies."""

from __future__ import annotations

from typing import Any

PROBLEMS = "https://api.twitter.com/2/problems/"
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
    "by the author of the post you are replying to."
)
ONLY_WHERE_MENTIONED = "You can only reply to or quote posts where you are mentioned or are the author."
TARGET_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
NOT_PERMITTED = "You are not permitted to perform this action."
TOO_LONG = "Your Tweet text is too long."
CASHTAGS = "Posts may contain at most one cashtag."
APP_ONLY = (
    "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  "
    "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
)


class Refusal(Exception):
    """An answer other than 2xx; body None means zero bytes."""

    def __init__(
        self, status: int, body: Any = None, headers: dict[str, str] | None = None, *, rate: bool = True
    ):
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.rate = rate  # whether the x-rate-limit headers go with it


def invalid(message: str, **parameters: str) -> Refusal:
    error: dict[str, Any] = {"message": message}
    if parameters:
        error = {"parameters": {k.replace("__", "."): [v] for k, v in parameters.items()}, **error}
    body = {
        "errors": [error],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": PROBLEMS + "invalid-request",
    }
    return Refusal(400, body)


def plain(status: int, title: str, detail: str | None = None) -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail or title}


def unauthorized(code: int | None = None, message: str = "") -> Refusal:
    body = plain(401, "Unauthorized") if code is None else {"errors": [{"code": code, "message": message}]}
    return Refusal(401, body, rate=False)


def forbidden(detail: str) -> Refusal:
    return Refusal(403, plain(403, "Forbidden", detail))


def unsupported_authentication() -> Refusal:
    body = plain(403, "Unsupported Authentication", APP_ONLY)
    return Refusal(403, {**body, "type": PROBLEMS + "unsupported-authentication"})


def not_enrolled() -> Refusal:
    return Refusal(
        403,
        {
            "client_id": "1",
            "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and "
            "tokens from a Twitter developer App that is attached to a Project.",
            "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
            "title": "Client Forbidden",
            "required_enrollment": "Appropriate Level of API Access",
            "reason": "client-not-enrolled",
            "type": PROBLEMS + "client-forbidden",
        },
    )


def no_credits(account_id: str = "1") -> Refusal:
    return Refusal(
        402,
        {
            "account_id": account_id,
            "type": PROBLEMS + "credits",
            "title": "CreditsDepleted",
            "detail": f"Your enrolled account [{account_id}] does not have any credits "
            "to fulfill this request.",
        },
    )


def usage_capped(account_id: str = "1") -> Refusal:
    return Refusal(
        429,
        {
            "account_id": account_id,
            "product_name": "standard-basic",
            "title": "UsageCapExceeded",
            "period": "Monthly",
            "scope": "Product",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": PROBLEMS + "usage-capped",
        },
    )


def too_many() -> Refusal:
    return Refusal(429, plain(429, "Too Many Requests"))


def resource_error(value: str, parameter: str, reason: str, resource_type: str = "tweet") -> dict[str, Any]:
    """An entry of the errors[] that stands beside the data of a 200; reason is `missing` or `forbidden`."""
    if reason == "forbidden":
        title, kind = "Authorization Error", "not-authorized-for-resource"
        detail = (
            f"Sorry, you are not authorized to see the {resource_type.title()} with {parameter}: [{value}]."
        )
    else:
        title, kind = "Not Found Error", "resource-not-found"
        detail = f"Could not find {resource_type} with {parameter}: [{value}]."
    return {
        "value": value,
        "detail": detail,
        "title": title,
        "resource_type": resource_type,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + kind,
    }
