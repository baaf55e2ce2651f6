"""Every address of the site. `tests/test_access_matrix.py` fails on one that it does not know."""

from django.contrib import admin
from django.urls import include, path

from helpdesk import health

handler500 = "helpdesk.health.trouble"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/", include("requests_app.api.urls")),
    path("", include("requests_app.urls")),
]
