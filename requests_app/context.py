"""What every page's frame shows: the demo mark and the handle."""

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    """Template values of the frame."""
    return {"is_demo": settings.DEMO, "handle": settings.X_HANDLE}
