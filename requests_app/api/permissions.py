"""Lets an API client do what its scopes name; a view without scopes lets nobody in."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from requests_app.models import ApiClient

READS = frozenset({ApiClient.Scope.WRITE.value, ApiClient.Scope.READ.value})
WRITES = frozenset({ApiClient.Scope.WRITE.value})


class HasScope(BasePermission):
    """Writing needs requests:write; reading needs either (which rows: `visible_to`)."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not isinstance(request.user, ApiClient):
            return False
        wanted = READS if request.method in SAFE_METHODS else WRITES
        return bool(wanted & {str(scope) for scope in request.user.scopes})
