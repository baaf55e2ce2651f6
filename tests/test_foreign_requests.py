"""Of a request in another district a person learns nothing, also where it was merged, split or compared with one of theirs."""

import pytest
from django.urls import reverse
from django.utils import timezone

from districts.models import Role
from requests_app import splitting, triage
from requests_app.models import HelpRequest, Post
from requests_app.states import RequestState
from tests.factories import a_district, a_post, a_request, a_volunteer

pytestmark = pytest.mark.django_db

PLEA = "Kota Talwandi me papa 61 ko oxygen cylinder chahiye, level 84, call 9829012345"
OF_TWO_PLACES = "Bikaner me dadaji ko ICU bed chahiye turant 9829012345 ya 9414055443"


@pytest.fixture(autouse=True)
def plain_static(settings):
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def read(text: str) -> Post:
    return triage.read_now(a_post(text))


def move(request: HelpRequest, district: str) -> None:
    """As it stands after the state desk set another place."""
    HelpRequest.objects.filter(pk=request.pk).update(district=a_district(district))


def page_of(client, person, request: HelpRequest) -> str:
    client.force_login(person)
    return client.get(reverse("request", args=[request.code]), secure=True).content.decode()


def two_merged_in_kota() -> tuple[HelpRequest, HelpRequest]:
    """The one that went, and the one that it is part of, in Bikaner by now."""
    goes, stays = read(PLEA).request, read("Kota me remdesivir injection chahiye, call 9829012999").request
    splitting.merge(goes, stays, a_volunteer("desk", role=Role.STATE_DESK), timezone.now())
    move(stays, "Bikaner")
    return goes, stays


def test_history_names_no_request_of_another_district_that_was_said_to_be_different(client):
    mine, foreign = a_request("Kota"), a_request("Bikaner")
    desk = a_volunteer("desk", role=Role.STATE_DESK)
    splitting.different(mine, foreign, desk, timezone.now())
    assert foreign.code not in page_of(client, a_volunteer("asha", "Kota"), mine)
    assert foreign.code in page_of(client, desk, mine)


def test_merged_request_names_no_other_that_lies_in_another_district(client):
    goes, stays = two_merged_in_kota()
    assert stays.code not in page_of(client, a_volunteer("asha", "Kota"), goes)
    assert goes.code not in page_of(client, a_volunteer("ravi", "Bikaner"), stays)


def test_merging_into_a_request_of_another_district_is_not_mine_to_undo(client):
    goes, stays = two_merged_in_kota()
    client.force_login(a_volunteer("asha", "Kota"))
    client.post(reverse("undo_merge", args=[goes.code]), secure=True)
    goes.refresh_from_db()
    assert (goes.state, stays.posts.count()) == (RequestState.MERGED, 2)


def test_split_into_another_district_tells_no_code_of_it(client):
    mine, other = read(PLEA), read(OF_TWO_PLACES)
    Post.objects.filter(pk=other.pk).update(request=mine.request)
    asha = a_volunteer("asha", "Kota")
    client.force_login(asha)
    address = reverse("split", args=[mine.request.code])
    said = client.post(address, {"post": other.pk}, secure=True, follow=True).content.decode()
    made = HelpRequest.objects.latest("pk")
    assert made.district.name_en == "Bikaner"
    assert made.code not in said
    assert "request of its own" in said


def test_request_cannot_be_said_to_be_different_from_itself(client):
    mine = a_request("Kota")
    client.force_login(a_volunteer("asha", "Kota"))
    answer = client.post(reverse("different", args=[mine.code]), {"other": mine.code}, secure=True)
    assert answer.status_code == 302
    assert not mine.events.filter(kind="not_same").exists()
