"""Every address x method x role x own, foreign and missing object, against the table of tests/access_matrix.py."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from districts.models import Invite, Role, Shift, Volunteer
from requests_app.models import ApiClient, HelpRequest, Lead, Post
from requests_app.status_links import make_link
from tests.access_matrix import (
    ACTORS,
    CLIENTS,
    GROUPS,
    OUTSIDE,
    ROLES,
    RULES,
    STATE_WIDE,
    Act,
    Call,
    Page,
    Public,
)
from tests.factories import a_district, a_lead, a_post, a_request, a_volunteer, an_api_client

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
CANARY = {"Jaipur": "9812300001", "Kota": "9812300002", "Jodhpur": "9812300003"}
WORD = {district: f"canary{district.lower()}ward" for district in CANARY}
CSRF = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+|(X-CSRFToken"?: ?"?)[\w]+')
HAS_FOREIGN = {"request", "post", "person", "shift", "invite-made"}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
IGNORED_HEADERS = {"Set-Cookie", "Content-Length"}
DISTRICT = {"volunteer_d2": "Kota", "client_b": "Kota"}
REAL_ROLE = {"volunteer_d1": Role.VOLUNTEER, "volunteer_d2": Role.VOLUNTEER}


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@dataclass
class World:
    """One logged-in browser or key per actor, and in each district a request, a consultation and a post."""

    clients: dict[str, tuple[Client, dict[str, str]]]
    requests: dict[str, HelpRequest]
    consultations: dict[str, HelpRequest]
    posts: dict[str, Post]
    api: dict[str, tuple[HelpRequest, Post]]
    status_path: dict[str, str]
    lead: Lead
    people: dict[str, Volunteer]
    shifts: dict[str, Shift]
    invites: dict[str, Invite]
    invite_path: str

    def home(self, actor: str) -> str:
        return DISTRICT.get(actor, "Jaipur")

    def ask(self, actor: str, method: str, path: str, body: Any = None) -> Any:
        client, headers = self.clients[actor]
        extra: dict[str, Any] = {"secure": True, "headers": headers}
        if isinstance(body, str):
            extra |= {"data": body, "content_type": "application/json"}
        elif body is not None and method == "POST":
            extra["data"] = body
        with rolled_back(client):
            return getattr(client, method.lower())(path, **extra)

    def own(self, actor: str) -> HelpRequest:
        return (self.consultations if actor == "doctor" else self.requests)[self.home(actor)]

    def foreign(self, actor: str) -> HelpRequest:
        away = "Jaipur" if self.home(actor) == "Kota" else "Kota"
        return (self.consultations if actor == "doctor" else self.requests)[away]


@contextmanager
def rolled_back(client: Client) -> Iterator[None]:
    """Undo what a press did, so that every cell of the table starts from the same rows and cookies."""
    point = transaction.savepoint()
    cookies = deepcopy(client.cookies)
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        client.cookies = cookies


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One for all cells: what a test writes is undone down to the rows that are made here."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _world()
        transaction.set_rollback(True)


def _world() -> World:
    requests, consultations, posts = {}, {}, {}
    for district, phone in CANARY.items():
        summary = f"oxygen {WORD[district]}"
        requests[district] = a_request(district, phone=f"+91{phone}", summary=summary)
        consultations[district] = a_request(
            district, phone=f"+91{phone}", summary=summary, is_consultation=True, needs=("consultation",)
        )
        for one in (requests[district], consultations[district]):
            posts[one.code] = a_post(f"{summary} {phone}", state="read", outcome="opened", request=one)
    clients: dict[str, tuple[Client, dict[str, str]]] = {"anonymous": (Client(), {})}
    for role in ROLES | {"disabled"}:
        real = Role.VOLUNTEER if role == "disabled" else REAL_ROLE.get(role, role)
        person = a_volunteer(role, DISTRICT.get(role, "Jaipur"), role=real)
        clients[role] = (Client(), {})
        clients[role][0].force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    Volunteer.objects.filter(username="disabled").update(is_active=False)
    api = {}
    for name in (*CLIENTS, "revoked_key"):
        client, key = an_api_client(name, DISTRICT.get(name, "Jaipur"))
        district = DISTRICT.get(name, "Jaipur")
        mine = a_request(
            district, client=client, summary=f"oxygen {WORD[district]}", phone=f"+91{CANARY[district]}"
        )
        post = a_post("oxygen", source="api", client=client, state="read", outcome="opened", request=mine)
        api[name] = (mine, post)
        clients[name] = (Client(), {"Authorization": f"Api-Key {key}"})
    ApiClient.objects.filter(name="revoked_key").update(revoked_at=timezone.now())
    people = {district: a_volunteer(f"person_{district}", district) for district in CANARY}
    invites = {name: _invite(Volunteer.objects.get(username=name)) for name in ("lead", "state_desk")}
    return World(
        clients,
        requests,
        consultations,
        posts,
        api,
        {d: make_link(r) for d, r in requests.items()},
        _lead(),
        people,
        {person.username: _shift(person) for person in Volunteer.objects.all()},
        {name: invite for name, (invite, _path) in invites.items()},
        invites["state_desk"][1],
    )


def _shift(person: Volunteer) -> Shift:
    begins = timezone.now() + timedelta(days=1)
    return Shift.objects.create(volunteer=person, starts_at=begins, ends_at=begins + timedelta(hours=6))


def _invite(by: Volunteer) -> tuple[Invite, str]:
    now = timezone.now()
    token = Invite.make(Role.VOLUNTEER, [a_district()], by, now, now + timedelta(days=7))
    return Invite.objects.get(made_by=by), f"/join/{token}/"


def _lead() -> Lead:
    return a_lead("oxygen cylinders for sale", district=None, phones=(f"+91{CANARY['Jodhpur']}",))


def addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every address that the resolver knows, spelled as in urls.py."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


ADDRESSES = sorted(set(addresses()))
GROUPED = [route for route in ADDRESSES if route.startswith(tuple(GROUPS))]
LISTED = [route for route in ADDRESSES if route in RULES]


def listed(*kinds: type) -> list[str]:
    return [route for route in LISTED if isinstance(RULES[route], kinds)]


def filled(route: str, value: Any) -> str:
    return "/" + PARAMETER.sub(str(value), route)


def same(answer: Any) -> tuple[Any, ...]:
    """All of an answer that a stranger could compare."""
    headers = {name: value for name, value in answer.items() if name not in IGNORED_HEADERS}
    return answer.status_code, CSRF.sub(b"", answer.content), headers


def numbers_in(answer: Any) -> list[str]:
    body = answer.content.decode(errors="replace") + str(dict(answer.items()))
    return [phone for phone in CANARY.values() if phone in re.sub(r"[\s-]", "", body)]


def test_every_address_is_in_the_table_and_the_table_has_no_other() -> None:
    unlisted = [route for route in ADDRESSES if route not in RULES and route not in GROUPED]
    assert unlisted == [], "add these to tests/access_matrix.py"
    assert set(RULES) - set(ADDRESSES) == set()


@pytest.mark.parametrize("route", listed(Page, Act))
def test_only_those_who_may_use_a_page(world: World, route: str) -> None:
    rule = RULES[route]
    assert isinstance(rule, (Page, Act))
    method = "POST" if isinstance(rule, Act) else "GET"
    for actor in ACTORS:
        body = _body(rule, world, actor)
        path = _path(world, route, rule, actor) + (
            f"?{rule.query}" if isinstance(rule, Page) and rule.query else ""
        )
        answer = world.ask(actor, method, path, body)
        if actor in OUTSIDE | CLIENTS:
            assert (answer.status_code, answer.get("Location", "").split("?")[0]) == (302, "/login/"), actor
        elif actor in rule.who:
            assert answer.status_code in rule.answers, (actor, answer.status_code)
        else:
            assert answer.status_code == rule.refused, (actor, answer.status_code)
        _check_privacy(world, rule, actor, answer)


@pytest.mark.parametrize("route", [route for route in listed(Page, Act) if RULES[route].on in HAS_FOREIGN])  # type: ignore[union-attr]
def test_foreign_and_missing_look_the_same(world: World, route: str) -> None:
    rule = RULES[route]
    assert isinstance(rule, (Page, Act))
    methods = ["GET"] if isinstance(rule, Page) else ["POST", "GET"] if rule.reads else ["POST"]
    for actor in sorted((rule.who & ROLES) - STATE_WIDE):
        for method in methods:
            for body in (None, _body(rule, world, actor)):
                foreign = world.ask(actor, method, filled(route, _foreign_key(world, actor, rule.on)), body)
                missing = world.ask(actor, method, filled(route, _missing(rule.on)), body)
                assert foreign.status_code == 404, actor
                assert same(foreign) == same(missing), actor
                assert numbers_in(foreign) == [], actor


@pytest.mark.parametrize("route", LISTED)
def test_other_methods_do_nothing(world: World, route: str) -> None:
    rule = RULES[route]
    used = {"POST"} if isinstance(rule, Act) or getattr(rule, "method", "") == "POST" else {"GET"}
    used |= {"GET"} if isinstance(rule, Act) and rule.reads else set()
    used |= {"GET", "POST"} if isinstance(rule, Call) or getattr(rule, "is_form", False) else set()
    for actor in ("anonymous", "volunteer_d1", "admin", "client_a"):
        path = _path(world, route, rule, actor)
        for method in METHODS:
            answer = world.ask(actor, method, path)
            _check_headers(answer, getattr(rule, "is_cacheable", False))
            if method in used or route == "login/":
                assert answer.status_code < 500, (actor, method)
            elif method in {"HEAD", "OPTIONS"}:
                assert answer.status_code in {200, 204, 302, 401, 403, 404, 405}, (
                    actor,
                    method,
                    answer.status_code,
                )
            else:
                assert answer.status_code in {302, 401, 403, 404, 405}, (actor, method, answer.status_code)


@pytest.mark.parametrize("actor", ["anonymous", "volunteer_d1", "admin"])
def test_a_post_without_its_token_is_refused(world: World, actor: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = world.clients[actor][0].cookies
    for route in ADDRESSES:
        if not route.startswith("api/v1/") and route != "api/schema/" and "(?P" not in route:
            value = world.requests["Jaipur"].code if "code:" in route else 1
            assert strict.post(filled(route, value), {"x": "1"}, secure=True).status_code == 403, route


@pytest.mark.parametrize("route", listed(Call))
def test_the_api_opens_to_live_keys_only(world: World, route: str) -> None:
    rule = RULES[route]
    assert isinstance(rule, Call)
    for actor in ACTORS:
        for method in ("GET", "POST") if rule.body else ("GET",):
            path = _path(world, route, rule, actor)
            answer = world.ask(actor, method, path, rule.body if method == "POST" else None)
            if actor in CLIENTS:
                assert answer.status_code in rule.answers, (actor, method, answer.content)
            else:
                assert answer.status_code == 401, (actor, method)
            _check_privacy(world, rule, actor, answer)


@pytest.mark.parametrize("route", [route for route in listed(Call) if RULES[route].on])  # type: ignore[union-attr]
def test_the_api_tells_nothing_of_what_is_foreign(world: World, route: str) -> None:
    rule = RULES[route]
    assert isinstance(rule, Call)
    for actor, other in (("client_a", "client_b"), ("client_b", "client_a")):
        foreign_request, foreign_post = world.api[other]
        foreign = world.ask(
            actor, "GET", filled(route, foreign_post.pk if rule.on == "client-post" else foreign_request.code)
        )
        missing = world.ask(actor, "GET", filled(route, _missing(rule.on)))
        assert foreign.status_code == 404
        assert same(foreign) == same(missing)


@pytest.mark.parametrize("route", listed(Public))
def test_public_addresses_answer_everybody_alike_and_tell_nothing_private(world: World, route: str) -> None:
    rule = RULES[route]
    assert isinstance(rule, Public)
    for actor in ACTORS:
        answer = world.ask(actor, rule.method, _path(world, route, rule, actor), rule.body or None)
        assert answer.status_code in rule.answers, actor
        assert numbers_in(answer) == []
        assert not any(word in answer.content.decode() for word in WORD.values())
        _check_headers(answer, getattr(rule, "is_cacheable", False))


@pytest.mark.parametrize("actor", ACTORS)
def test_the_admin_opens_to_administrators_only(world: World, actor: str) -> None:
    for route in GROUPED:
        if "(?P" in route or route in {"admin/login/", "admin/logout/", "admin/jsi18n/"}:
            continue
        answer = world.ask(actor, "GET", filled(route, "1"))
        _check_headers(answer)
        assert numbers_in(answer) == [], route
        if actor == "admin":
            assert answer.status_code in {200, 301, 302, 403, 404, 405}, (route, answer.status_code)
        else:
            assert answer.status_code in {302, 404}, (route, answer.status_code)
            assert "/login/" in answer.get("Location", "/login/"), route


@pytest.mark.parametrize("act", ["reveal", "merge", "hand_over"])
def test_a_foreign_id_in_the_body_changes_and_shows_nothing(world: World, act: str) -> None:
    own, foreign = world.own("volunteer_d1"), world.foreign("volunteer_d1")
    stranger = Volunteer.objects.get(username="volunteer_d2")
    HelpRequest.objects.filter(pk=own.pk).update(
        state="claimed", holder=Volunteer.objects.get(username="volunteer_d1"), lease_until=timezone.now()
    )
    body = {"contact": str(foreign.contacts.get().pk), "into": foreign.code, "to": str(stranger.pk)}
    client, _headers = world.clients["volunteer_d1"]
    answer = client.post(f"/requests/{own.code}/{act}/", body, secure=True)
    own.refresh_from_db()
    assert own.state == "claimed"
    assert own.holder is not None
    assert own.holder.username == "volunteer_d1"
    assert numbers_in(answer) == []
    assert foreign.events.count() == 0


def _key(request: HelpRequest, on: str, world: World) -> Any:
    if on == "post":
        return world.posts[request.code].pk
    if on == "table":
        return "posts"
    if on == "lead":
        return world.lead.pk
    return request.code


def _foreign_key(world: World, actor: str, on: str) -> Any:
    away = "Jaipur" if world.home(actor) == "Kota" else "Kota"
    if on == "person":
        return world.people[away].pk
    if on == "shift":
        return world.shifts[f"person_{away}"].pk
    if on == "invite-made":
        return world.invites["state_desk"].pk
    return _key(world.foreign(actor), on, world)


def _missing(on: str) -> Any:
    return "RJ-ZZZZZZ" if on in {"request", "client-request"} else 999_999_999


def _path(world: World, route: str, rule: Any, actor: str) -> str:
    if rule.on == "client-request":
        return filled(route, world.api.get(actor, world.api["client_a"])[0].code)
    if rule.on == "client-post":
        return filled(route, world.api.get(actor, world.api["client_a"])[1].pk)
    if rule.on == "invite":
        return world.invite_path
    if rule.on == "person":
        return filled(route, world.people[world.home(actor)].pk)
    if rule.on == "shift":
        return filled(route, world.shifts.get(actor, world.shifts["volunteer_d1"]).pk)
    if rule.on == "invite-made":
        return filled(route, world.invites.get(actor, world.invites["state_desk"]).pk)
    if rule.on == "status":
        return world.status_path["Jaipur"]
    return filled(route, _key(world.own(actor), rule.on, world)) if rule.on else filled(route, "")


def _body(rule: Any, world: World, actor: str) -> dict[str, str] | None:
    if not isinstance(rule, Act):
        return None
    own = world.own(actor)
    filled_in = {
        "{CONTACT}": own.contacts.get().pk,
        "{POST}": world.posts[own.code].pk,
        "{LEAD}": world.lead.pk,
        "{LEAD_CONTACT}": world.lead.contacts.get().pk,
    }
    return {name: str(filled_in.get(value, value)) for name, value in rule.body.items()}


def _check_privacy(world: World, rule: Any, actor: str, answer: Any) -> None:
    """No number of any district, but the one that was pressed for; no word of another district."""
    _check_headers(answer)
    home = world.home(actor)
    pressed_for = CANARY["Jodhpur" if rule.on == "lead" else home]
    may_show = [pressed_for] if getattr(rule, "shows_number", False) and actor in ROLES else []
    assert set(numbers_in(answer)) <= set(may_show), actor
    if actor not in STATE_WIDE:
        foreign = [word for district, word in WORD.items() if district != home]
        assert not any(word in answer.content.decode(errors="replace") for word in foreign), actor


def _check_headers(answer: Any, is_cacheable: bool = False) -> None:
    assert "Cookie" in answer.get("Vary", "")
    control = answer.get("Cache-Control", "")
    assert ("private" if is_cacheable and answer.status_code == 200 else "no-store") in control, (
        answer.status_code
    )
