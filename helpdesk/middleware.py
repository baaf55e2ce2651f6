"""What every answer passes: a log-in is wanted and caches are kept out, unless a view says otherwise."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers


class LoginUnlessSaidMiddleware(LoginRequiredMiddleware):
    """Django's, but a view that wants no log-in is not made to look the person up: an open page's looks stay cheap."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class PrivateByDefaultMiddleware:
    """Add `Cache-Control: no-store`, `Vary: Cookie`, a Permissions-Policy and noindex to every answer.

    Static files are answered by WhiteNoise before this and keep their own headers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("X-Robots-Tag", "noindex")
        patch_vary_headers(response, ["Cookie"])
        return response
