"""What makes the site an app on a phone: its manifest, its service worker and the page for when there is no network."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

KEPT = ("helpdesk.css", "helpdesk.js", "live.js", "icons.svg", "mark.svg", "django_htmx/htmx-2.min.js")
"""The files of the shell that the service worker keeps. No page is kept: they show people in need."""


@login_not_required
@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (W3C), in the language of the pages."""
    icons = [
        {"src": static("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static("icon-maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    said = {
        "id": reverse("home"),
        "name": _("Helpdesk"),
        "short_name": _("Helpdesk"),
        "description": _("Pleas for help, to the volunteers of their district."),
        "lang": request.LANGUAGE_CODE,
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f7",
        "theme_color": "#0b6a86",
        "icons": icons,
        "shortcuts": [{"name": _("Mine"), "url": reverse("mine")}],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@login_not_required
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its text changes with the files that it keeps, so that a new one replaces it."""
    kept = [reverse("offline"), *map(static, KEPT)]
    return render(request, "sw.js", {"kept": kept}, content_type="text/javascript")


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown when the network is away, in both languages, as it was kept before."""
    return render(request, "offline.html")
