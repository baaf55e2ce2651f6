"""Who is calling: app-only bearer, or an OAuth 1.0a user with a signature for api.twitter.com."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import unquote

from oauthlib.oauth1.rfc5849 import signature

from .problems import unauthorized

BASES = ("https://api.twitter.com", "https://api.x.com")
SKEW_S = 300
REMEMBERED_NONCES = 20_000


@dataclass(frozen=True)
class Keys:
    """The one app and the one user token that are let in; the defaults are for demos and tests."""

    consumer_key: str = "demo-consumer-key"
    consumer_secret: str = "demo-consumer-secret"
    access_token: str = "demo-access-token"
    access_secret: str = "demo-access-secret"
    bearer: str = "demo-bearer-token"


ENVIRONMENT = {
    "consumer_key": "X_API_KEY",
    "consumer_secret": "X_API_SECRET",
    "access_token": "X_ACCESS_TOKEN",
    "access_secret": "X_ACCESS_SECRET",
    "bearer": "X_BEARER_TOKEN",
}


def read_keys(path: str | None = None) -> Keys:
    """Keys from a file of NAME=value lines, else from the environment, else the demo values."""
    values = dict(os.environ)
    if path:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                name, equals, value = line.strip().partition("=")
                if equals and not name.startswith("#"):
                    values[name.strip()] = value.strip()
    return Keys(**{key: values[name] for key, name in ENVIRONMENT.items() if values.get(name)})


@dataclass(frozen=True)
class Identity:
    kind: str  # "app" or "user"
    user_id: int | None = None


class Doorkeeper:
    """Checks the Authorization header; `skew_s` shifts its own clock, so that a good client looks late."""

    def __init__(self, keys: Keys, user_id: int) -> None:
        self.keys = keys
        self.user_id = user_id
        self.skew_s = 0.0
        self._nonces: OrderedDict[str, None] = OrderedDict()

    def identify(self, method: str, path: str, query: str, header: str) -> Identity:
        """The caller; Refusal 401 for anything that X would not let in."""
        scheme, _, rest = header.partition(" ")
        if scheme == "Bearer":
            # The same token is given percent-encoded or plain.
            if self.keys.bearer in (rest, unquote(rest)):
                return Identity("app")
            raise unauthorized()
        if scheme != "OAuth":
            raise unauthorized()
        return self._oauth1(method, path, query, header)

    def _oauth1(self, method: str, path: str, query: str, header: str) -> Identity:
        try:
            collected = signature.collect_parameters(
                uri_query=query, headers={"Authorization": header}, exclude_oauth_signature=False
            )
        except ValueError:
            raise unauthorized() from None
        given = dict(pair for pair in collected if pair[0].startswith("oauth_"))
        if given.get("oauth_consumer_key") != self.keys.consumer_key:
            raise unauthorized(32, "Could not authenticate you.")
        if given.get("oauth_token") != self.keys.access_token:
            raise unauthorized(89, "Invalid or expired token")
        if given.get("oauth_signature_method") != "HMAC-SHA1" or given.get("oauth_version", "1.0") != "1.0":
            raise unauthorized()
        if not any(self._signed(method, base + path, collected, given) for base in BASES):
            raise unauthorized()
        try:
            stamp = int(given["oauth_timestamp"])
        except (KeyError, ValueError):
            raise unauthorized() from None
        if abs(time.time() + self.skew_s - stamp) > SKEW_S:
            raise unauthorized(135, "Timestamp out of bounds")
        nonce = f"{stamp}:{given.get('oauth_nonce', '')}"
        if nonce in self._nonces or not given.get("oauth_nonce"):
            raise unauthorized()
        self._nonces[nonce] = None
        if len(self._nonces) > REMEMBERED_NONCES:
            self._nonces.popitem(last=False)
        return Identity("user", self.user_id)

    def _signed(self, method: str, url: str, collected: list[tuple[str, str]], given: dict[str, str]) -> bool:
        signed = [pair for pair in collected if pair[0] != "oauth_signature"]
        text = signature.signature_base_string(
            method, signature.base_string_uri(url), signature.normalize_parameters(signed)
        )
        secrets = (self.keys.consumer_secret, self.keys.access_secret)
        key = "&".join(signature.utils.escape(secret) for secret in secrets)
        wanted = base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()).decode()
        return hmac.compare_digest(wanted, unquote(given.get("oauth_signature", "")))
