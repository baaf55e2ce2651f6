"""The administrators' pages: people, keys shown once, and nothing there that changes a request."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from districts.models import Role, Volunteer
from requests_app.models import ApiClient, HelpRequest
from tests.factories import a_district, a_post, a_request, a_volunteer, an_api_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(
        a_volunteer("boss", role=Role.ADMIN), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


SHIFTS = {"shifts-TOTAL_FORMS": "0", "shifts-INITIAL_FORMS": "0"}


def test_a_volunteer_is_made_with_a_password_and_a_role(boss: Client) -> None:
    body = {
        "username": "asha",
        "usable_password": "true",
        "password1": "long-Enough-77",
        "password2": "long-Enough-77",
    }
    answer = boss.post("/admin/districts/volunteer/add/", body | {"role": "lead"} | SHIFTS, secure=True)
    asha = Volunteer.objects.get(username="asha")
    assert answer.status_code == 302
    assert (asha.role, asha.is_staff, asha.check_password("long-Enough-77")) == ("lead", False, True)


@pytest.mark.parametrize(("role", "is_staff"), [("admin", True), ("volunteer", False)])
def test_only_the_role_of_administrator_opens_these_pages(boss: Client, role: str, is_staff: bool) -> None:
    asha = a_volunteer("asha")
    body = {
        "username": "asha",
        "role": role,
        "capacity": "5",
        "language": "hi",
        "is_active": "on",
        "is_superuser": "on",
    }
    body |= {"districts": str(a_district().pk), "needs": "oxygen"}
    answer = boss.post(f"/admin/districts/volunteer/{asha.pk}/change/", body | SHIFTS, secure=True)
    asha.refresh_from_db()
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert (asha.is_staff, asha.is_superuser, asha.needs) == (is_staff, is_staff, ["oxygen"])


def test_a_block_outside_the_persons_districts_is_refused(boss: Client) -> None:
    asha = a_volunteer("asha")
    body = {"username": "asha", "role": "volunteer", "capacity": "5", "language": "hi"}
    body |= {"districts": str(a_district().pk), "blocks": str(a_district("Kota").blocks.all()[0].pk)}
    answer = boss.post(f"/admin/districts/volunteer/{asha.pk}/change/", body | SHIFTS, secure=True)
    assert answer.status_code == 200
    assert "blocks" in answer.context["adminform"].form.errors


def test_a_new_clients_key_is_shown_once_and_works(boss: Client) -> None:
    body = {"name": "ambulances", "scopes": "requests:read", "expires_at_0": "", "expires_at_1": ""}
    page = boss.post("/admin/requests_app/apiclient/add/", body, secure=True, follow=True)
    (message,) = [str(one) for one in page.context["messages"] if "shown this once" in str(one)]
    key = message.rsplit(" ", 1)[1]
    answer = Client().get("/api/v1/requests/", headers={"Authorization": f"Api-Key {key}"}, secure=True)
    again = boss.get(f"/admin/requests_app/apiclient/{ApiClient.objects.get().pk}/change/", secure=True)
    assert answer.status_code == 200
    assert key.split(".")[1] not in again.content.decode()


@pytest.mark.parametrize(("action", "works"), [("revoke", False), ("renew", False)])
def test_a_key_that_was_revoked_or_renewed_is_refused_at_once(boss: Client, action: str, works: bool) -> None:
    client, key = an_api_client()
    body = {"action": action, "_selected_action": str(client.pk)}
    boss.post("/admin/requests_app/apiclient/", body, secure=True)
    answer = Client().get("/api/v1/requests/", headers={"Authorization": f"Api-Key {key}"}, secure=True)
    assert (answer.status_code == 200) is works


def test_no_requests_state_no_post_and_no_history_is_changed_here(boss: Client) -> None:
    request = a_request()
    post = a_post("help 9812345670", state="read", outcome="opened", request=request)
    pages = {"helprequest": request.pk, "post": post.pk}
    for model, key in pages.items():
        path = reverse(f"admin:requests_app_{model}_change", args=[key])
        page = boss.get(path, secure=True)
        assert page.status_code == 200
        assert "9812345670" not in page.content.decode()
        assert boss.post(path, {"state": "closed"}, secure=True).status_code == 403
    assert HelpRequest.objects.get().state == "queued"


def test_no_page_has_a_sealed_field() -> None:
    for model, page in admin.site._registry.items():
        shown = set(page.list_display) | set(page.fields or ())
        assert not any(str(name).startswith(("sealed", "key_hash", "phone_hash")) for name in shown), model


def test_every_list_and_form_opens(boss: Client) -> None:
    a_post("help", state="read", outcome="opened", request=a_request())
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert boss.get(reverse(f"{name}_changelist"), secure=True).status_code == 200, name
        wanted = 200 if page.has_add_permission(boss_request(boss)) else 403
        assert boss.get(reverse(f"{name}_add"), secure=True).status_code == wanted, name


def boss_request(boss: Client) -> Any:
    return boss.get("/admin/", secure=True).wsgi_request


def test_who_is_moved_by_an_administrator_gives_back_what_they_held(boss: Client) -> None:
    asha, request = a_volunteer("asha"), a_request()
    request.claim(asha, timezone.now())
    body = {"username": "asha", "role": "volunteer", "capacity": "5", "language": "en", "is_active": "on"}
    body |= {"districts": str(a_district("Kota").pk), "is_on_duty": "on"}
    path = f"/admin/districts/volunteer/{asha.pk}/change/"
    answer = boss.post(path, body | SHIFTS, secure=True, follow=True)
    assert "1 request that asha held went back to the queue" in answer.content.decode()
    request.refresh_from_db()
    assert (request.state, request.holder) == ("queued", None)


def test_lists_and_forms_speak_hindi(boss: Client) -> None:
    person = a_volunteer("asha")
    a_post("Oxygen chahiye")
    pages = ("", "requests_app/post/", "districts/volunteer/", f"districts/volunteer/{person.pk}/change/")
    words = "".join(
        boss.get(f"/admin/{page}", secure=True, headers={"accept-language": "hi"}).content.decode()
        for page in pages
    )
    assert "लॉग इन की कोशिशें" in words and "कब मिला" in words and "सेव करें, यहीं रहें" in words
    assert not any(
        english in words for english in ("Axes", "Select ", "View site", "Received at", "Start typing")
    )
