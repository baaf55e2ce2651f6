"""The calls of the API: post a plea, follow it, list what a client may see, and the districts' codes."""

import hashlib
import uuid
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from districts.models import District
from requests_app import intake, triage
from requests_app.api import idempotency
from requests_app.api.errors import Conflict
from requests_app.api.pagination import NewestFirst
from requests_app.api.parsing import BoundedJson
from requests_app.api.serializers import DistrictOut, ListQuery, NewRequest, PostOut, Problem, RequestOut
from requests_app.api.throttling import PerClient
from requests_app.clock import database_now
from requests_app.models import ApiClient, Contact, HelpRequest, Post
from requests_app.states import PostState, Source
from requests_app.storable import storable

PROBLEMS = {
    code: OpenApiResponse(Problem, description=words)
    for code, words in {
        400: "What is wrong, by field",
        401: "No valid key",
        403: "The key's scopes do not cover this",
        429: "Too many calls; see Retry-After",
        503: "The database is away; see Retry-After",
    }.items()
}
MISSING = OpenApiResponse(Problem, description="There is none, or it is not yours to see")


class ClientView(APIView):
    """A call that an API client makes with its key."""

    parser_classes: ClassVar[list[type]] = [BoundedJson]
    throttle_classes: ClassVar[list[type]] = [PerClient]

    @property
    def client(self) -> ApiClient:
        client = self.request.user
        if not isinstance(client, ApiClient):
            raise Http404
        return client


class Requests(ClientView):
    """The list, and the door for a new plea."""

    @extend_schema(
        operation_id="list_requests",
        summary="List requests, newest first",
        description="Your own, and with the scope requests:read your districts'. Follow `next` for more.",
        parameters=[ListQuery],
        responses={200: RequestOut(many=True), **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        query = ListQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = _filtered(HelpRequest.objects.visible_to(self.client), query.validated_data)
        pages = NewestFirst()
        page = pages.paginate_queryset(rows.prefetch_related("needs", "contacts"), request, self)
        Contact.warn_about(contact for row in page or () for contact in row.contacts.all())
        return pages.get_paginated_response(RequestOut(page, many=True, context={"client": self.client}).data)

    @extend_schema(
        operation_id="create_request",
        summary="Post a plea",
        description=(
            "Stored at once, then read. 201: read; `request` says what it opened or joined, or is null when"
            " it was no plea (a person can still see it). 202: stored and not read yet; follow it under"
            " /api/v1/posts/ID/. 200: this external_id was known already. With an Idempotency-Key a repeated"
            " call gets the first answer."
        ),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Up to 200 visible ASCII characters.",
            )
        ],
        request=NewRequest,
        responses={
            200: PostOut,
            201: PostOut,
            202: PostOut,
            **PROBLEMS,
            409: OpenApiResponse(
                Problem, description="The same key is being worked on, or external_id has other words"
            ),
            413: OpenApiResponse(Problem, description="The body is too large"),
            415: OpenApiResponse(Problem, description="The body is not application/json"),
            422: OpenApiResponse(Problem, description="This Idempotency-Key was used for another body"),
        },
    )
    def post(self, request: Request) -> Response:
        key = idempotency.key_of(request.headers.get("Idempotency-Key"))
        said = NewRequest(data=request.data)
        said.is_valid(raise_exception=True)
        if key is None:
            code, body = _accepted(
                self.client, said, said.validated_data.get("external_id") or uuid.uuid4().hex
            )
            return Response(body, status=code)
        record, is_ours = idempotency.begin(
            self.client, key, idempotency.fingerprint(request.path, request.data)
        )
        if not is_ours:
            return Response(record.body, status=record.status)
        try:
            known_by = (
                said.validated_data.get("external_id")
                or f"key-{hashlib.sha256(key.encode()).hexdigest()[:40]}"
            )
            code, body = _accepted(self.client, said, known_by)
        except Exception:
            idempotency.forget(record)
            raise
        idempotency.end(record, code, body)
        return Response(body, status=code)


class OneRequest(ClientView):
    """One request by its code."""

    @extend_schema(
        operation_id="get_request",
        summary="Look at one request",
        responses={200: RequestOut, **PROBLEMS, 404: MISSING},
    )
    def get(self, request: Request, code: str) -> Response:
        found = HelpRequest.objects.visible_to(self.client).filter(code=storable(code)).first()
        if found is None:
            raise Http404
        return Response(RequestOut(found, context={"client": self.client}).data)


class OnePost(ClientView):
    """What became of a plea that this client posted."""

    @extend_schema(
        operation_id="get_post",
        summary="Follow a posted plea",
        responses={200: PostOut, **PROBLEMS, 404: MISSING},
    )
    def get(self, request: Request, pk: int) -> Response:
        found = Post.objects.filter(client=self.client, pk=pk).select_related("request").first()
        if found is None:
            raise Http404
        return Response(PostOut(found).data)


class Districts(ClientView, ListAPIView[District]):
    """The codes of districts and blocks."""

    serializer_class = DistrictOut
    pagination_class = None
    filter_backends: ClassVar[list[type]] = []
    queryset = District.objects.prefetch_related("blocks")

    @extend_schema(
        operation_id="list_districts",
        summary="List the districts and their blocks with LGD codes",
        responses={200: DistrictOut(many=True), **PROBLEMS},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        _refuse_unknown(request)
        return super().get(request, *args, **kwargs)


def _refuse_unknown(request: Request) -> None:
    for name in request.query_params:
        raise ValidationError({str(name)[:60]: ["This filter is not known here."]})


def _filtered(rows: Any, wanted: dict[str, Any]) -> Any:
    """Narrow the rows; the names are ListQuery's."""
    lookups = {
        "state": "state__in",
        "urgency": "urgency__in",
        "district": "district",
        "block": "block",
        "opened_after": "opened_at__gt",
        "opened_before": "opened_at__lt",
    }
    rows = rows.filter(**{lookup: wanted[name] for name, lookup in lookups.items() if wanted.get(name)})
    if wanted.get("need"):
        rows = rows.filter(pk__in=HelpRequest.objects.filter(needs__kind__in=wanted["need"]).values("pk"))
    return rows


def _accepted(client: ApiClient, said: NewRequest, known_by: str) -> tuple[int, dict[str, Any]]:
    """Store and read a plea; return the status and the answer's body. Raises Conflict."""
    text = said.validated_data.get("text", "")
    post, is_new = intake.accept(
        Source.API,
        f"{client.pk}:{known_by}",
        text,
        database_now(),
        phones=said.validated_data.get("phones", []),
        form=said.form,
        client=client,
    )
    phones = said.validated_data.get("phones", [])
    known = (post.text, post.form, intake.stated_phones(post))
    if not is_new and known != (text, said.form, phones):
        raise Conflict("This external_id is known with other words. Post the news under a new one.")
    if post.state == PostState.DUE:
        post = triage.read_now(post)
    body = dict(PostOut(post).data)
    if post.state == PostState.DUE:
        return status.HTTP_202_ACCEPTED, body
    return (status.HTTP_201_CREATED if is_new else status.HTTP_200_OK), body
