"""The web request as the pages get it: from a logged-in volunteer, with what htmx says of itself."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from districts.models import Volunteer


class Asked(HttpRequest):
    """For type annotations alone."""

    user: Volunteer
    htmx: HtmxDetails
