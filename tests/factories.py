"""Makes people, posts and requests for tests: plain functions with defaults."""

import itertools
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from districts.models import District, Official, Role, Volunteer
from requests_app import policy
from requests_app.intake import accept
from requests_app.models import ApiClient, Contact, Event, HelpRequest, Lead, Need, Post
from requests_app.states import EventKind, RequestState, Source, Urgency

HASHED = make_password("helpdesk-demo")
_numbers = itertools.count(1)


def a_district(name: str = "Jaipur") -> District:
    return District.objects.get(name_en=name)


def a_volunteer(
    username: str = "", *districts: str, role: str = Role.VOLUNTEER, on_duty: bool = True, **fields: Any
) -> Volunteer:
    """A person with a usable password "helpdesk-demo" in these districts (Jaipur unless named)."""
    username = username or f"person{next(_numbers)}"
    person = Volunteer(
        username=username,
        first_name=fields.pop("first_name", username.capitalize()),
        role=role,
        is_on_duty=on_duty,
        language=fields.pop("language", "en"),
        is_staff=role == Role.ADMIN,
        is_superuser=role == Role.ADMIN,
        **fields,
    )
    person.password = HASHED
    person.save()
    person.districts.set(District.objects.filter(name_en__in=districts or ("Jaipur",)))
    return person


def a_request_that_comes_in(**fields: Any) -> HelpRequest:
    """A request with the line of history that a post writes when it opens one: what open pages look for."""
    request = a_request(**fields)
    Event.objects.create(request=request, kind=EventKind.OPENED, at=request.opened_at)
    return request


def a_request(district: str | None = "Jaipur", *, now: datetime | None = None, **fields: Any) -> HelpRequest:
    """A queued request for oxygen with one number, unless fields say otherwise."""
    now = now or timezone.now()
    needs = fields.pop("needs", ("oxygen",))
    phone = fields.pop("phone", f"+9198{next(_numbers):08d}")
    urgency = fields.setdefault("urgency", Urgency.NORMAL)
    opened = fields.setdefault("opened_at", now)
    request = HelpRequest.objects.create(
        state=fields.pop("state", RequestState.QUEUED),
        district=a_district(district) if district else None,
        summary=fields.pop("summary", "papa ko oxygen chahiye, please help"),
        changed_at=now,
        **{**policy.first_clocks(opened, urgency), **fields},
    )
    for kind in needs:
        Need.objects.create(request=request, kind=kind)
    if phone:
        Contact.of(phone, request=request).save()
    return request


def a_lead(
    summary: str = "20 cylinders available",
    *,
    needs: tuple[str, ...] = ("oxygen",),
    district: str | None = "Jaipur",
    phones: tuple[str, ...] = ("+919829055501",),
    said_at: datetime | None = None,
    **fields: Any,
) -> Lead:
    """A lead that was said just now and not checked, unless fields say otherwise."""
    said = said_at or timezone.now()
    lead = Lead.objects.create(
        summary=summary,
        needs=list(needs),
        district=a_district(district) if district else None,
        offered_at=said,
        said_at=said,
        **{**Lead.times(needs, said, said), **fields},
    )
    for phone in phones:
        Contact.of(phone, lead=lead).save()
    return lead


def a_post(text: str, *, now: datetime | None = None, source: str = Source.WEB, **fields: Any) -> Post:
    """A due post with this text."""
    external_id = fields.pop("external_id", f"t{next(_numbers)}")
    extra = {name: fields.pop(name) for name in ("phones", "form", "client", "written_by") if name in fields}
    post, _new = accept(Source(source), external_id, text, now or timezone.now(), **extra)
    if fields:
        Post.objects.filter(pk=post.pk).update(**fields)
        post.refresh_from_db()
    return post


def an_official(district: str | None = "Jaipur", **fields: Any) -> Official:
    """A made-up office with a handle."""
    fields.setdefault("office", Official.Office.COLLECTOR)
    fields.setdefault("handle", f"sample_{next(_numbers)}")
    return Official.objects.create(district=a_district(district) if district else None, **fields)


def an_api_client(
    name: str = "partner", *districts: str, scopes: tuple[str, ...] = ("requests:write",)
) -> tuple[ApiClient, str]:
    """An API client and its key."""
    client = ApiClient(name=name, scopes=list(scopes))
    key = client.renew_key()
    client.save()
    client.districts.set(District.objects.filter(name_en__in=districts or ("Jaipur",)))
    return client, key
