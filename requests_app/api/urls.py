"""The addresses of the API."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView

from requests_app.api import docs, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/requests/", views.Requests.as_view(), name="api_requests"),
    path("v1/requests/<str:code>/", views.OneRequest.as_view(), name="api_request"),
    path("v1/posts/<int:pk>/", views.OnePost.as_view(), name="api_post"),
    path("v1/districts/", views.Districts.as_view(), name="api_districts"),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[]), name="api_schema"),
    path("docs/", docs.page, name="api_docs"),
]
