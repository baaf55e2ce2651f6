"""A correction is taken back by one press, by who made it, for a short while; and the words by which a family knows us."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from districts.models import Role, Volunteer
from requests_app import corrections, undoing
from requests_app.code_phrase import WORDS, code_phrase
from requests_app.models import Contact, Correction, HelpRequest, Lead, NotAllowed, Post
from requests_app.states import Attention, Kind, NeedState, RequestState, Urgency
from requests_app.triage import read_now
from tests.factories import a_district, a_post, a_request, a_volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def a_plea(text: str = "Jaipur me oxygen cylinder chahiye, 9829012345") -> HelpRequest:
    post = read_now(a_post(text))
    assert post.request is not None
    return post.request


def fresh(request: HelpRequest) -> HelpRequest:
    return HelpRequest.objects.get(pk=request.pk)


def corrected(field: str, value, by=None, **fields):
    """A request that was corrected just now, by whom."""
    by, request = by or a_volunteer("asha"), a_plea()
    HelpRequest.objects.filter(pk=request.pk).update(**fields)
    request = fresh(request)
    corrections.correct(request, field, value, by, timezone.now())
    return fresh(request), by


def test_urgency_is_put_back():
    request, asha = corrected("urgency", Urgency.NORMAL, urgency=Urgency.CRITICAL)
    undoing.undo(request, asha, timezone.now())
    assert fresh(request).urgency == Urgency.CRITICAL


def test_needs_are_put_back():
    request, asha = corrected("needs", ["beds"])
    undoing.undo(request, asha, timezone.now())
    states = dict(request.needs.values_list("kind", "state"))
    assert states == {"oxygen": NeedState.OPEN, "beds": NeedState.VOID}


def test_place_is_put_back():
    request, asha = corrected("place", (a_district("Kota"), None))
    undoing.undo(request, asha, timezone.now())
    assert fresh(request).district == a_district("Jaipur")


def test_place_that_was_not_known_is_asked_for_again_with_its_candidates():
    candidates = [{"district": a_district("Kota").pk}]
    nowhere = {"district": None, "block": None, "attention": Attention.PLACE_UNKNOWN}
    request, asha = corrected("place", (a_district("Kota"), None), place_candidates=candidates, **nowhere)
    undoing.undo(request, asha, timezone.now())
    request = fresh(request)
    assert (request.district, request.attention) == (None, Attention.PLACE_UNKNOWN)
    assert request.place_candidates == candidates


def test_what_was_closed_as_no_plea_is_in_the_queue_again():
    request, asha = corrected("kind", Kind.OTHER)
    undoing.undo(request, asha, timezone.now())
    assert fresh(request).state == RequestState.QUEUED


def test_lead_that_a_correction_made_is_taken_off():
    request, asha = corrected("kind", Kind.OFFER)
    undoing.undo(request, asha, timezone.now())
    assert Lead.objects.get().is_withdrawn
    assert Post.objects.get().lead is None


def test_words_and_number_of_the_plea_do_not_stay_among_the_leads():
    request, asha = corrected("kind", Kind.OFFER)
    assert Contact.objects.filter(lead__isnull=False).exists()
    undoing.undo(request, asha, timezone.now())
    assert Lead.objects.get().summary == ""
    assert not Contact.objects.filter(lead__isnull=False).exists()
    assert request.contacts.count() == 1


def test_lead_that_was_there_before_has_its_own_words_and_numbers_again():
    read_now(a_post("20 oxygen cylinders available in Jaipur, free refill, contact 98290 12345 anytime"))
    lead, asha = Lead.objects.get(), a_volunteer("asha")
    said = lead.summary
    request = a_plea("Jaipur me mere papa ko oxygen cylinder chahiye turant 9829012345 ya 9414055443")
    corrections.correct(request, "kind", Kind.OFFER, asha, timezone.now())
    lead.refresh_from_db()
    assert (lead.summary != said, lead.contacts.count()) == (True, 2)
    undoing.undo(fresh(request), asha, timezone.now())
    lead.refresh_from_db()
    assert (lead.summary, lead.is_withdrawn, lead.contacts.get().tail) == (said, False, "45")


def test_confirmed_plea_goes_back_to_the_review_list():
    request, asha = corrected("kind", Kind.REQUEST, state=RequestState.REVIEW)
    undoing.undo(request, asha, timezone.now())
    assert fresh(request).state == RequestState.REVIEW


def test_what_was_taken_back_is_no_example():
    request, asha = corrected("urgency", Urgency.CRITICAL)
    undoing.undo(request, asha, timezone.now())
    assert not Correction.objects.exists()


def test_somebody_else_takes_nothing_back():
    request, _asha = corrected("urgency", Urgency.CRITICAL)
    with pytest.raises(NotAllowed):
        undoing.undo(request, a_volunteer("ravi"), timezone.now())


def test_after_a_while_nothing_is_taken_back():
    request, asha = corrected("urgency", Urgency.CRITICAL)
    with pytest.raises(NotAllowed):
        undoing.undo(request, asha, timezone.now() + undoing.MAY_UNDO + timedelta(seconds=1))


def test_after_another_corrected_it_nothing_is_taken_back():
    request, asha = corrected("urgency", Urgency.CRITICAL)
    corrections.correct(request, "urgency", Urgency.HIGH, a_volunteer("ravi"), timezone.now())
    with pytest.raises(NotAllowed):
        undoing.undo(request, asha, timezone.now())


def test_only_the_last_press_is_taken_back():
    request, asha = corrected("urgency", Urgency.HIGH, urgency=Urgency.NORMAL)
    corrections.correct(request, "needs", ["beds"], asha, timezone.now() + timedelta(seconds=2))
    undoing.undo(fresh(request), asha, timezone.now() + timedelta(seconds=3))
    assert dict(request.needs.values_list("kind", "state"))["oxygen"] == NeedState.OPEN
    assert fresh(request).urgency == Urgency.HIGH


def test_plea_that_somebody_took_out_of_the_closed_ones_again_is_left_alone():
    request, asha = corrected("kind", Kind.OTHER)
    request.reopen(a_volunteer("ravi"), timezone.now())
    with pytest.raises(NotAllowed):
        undoing.undo(fresh(request), asha, timezone.now())


def test_request_that_a_correction_put_out_of_sight_comes_back_by_the_button():
    request, asha = corrected("place", (a_district("Kota"), None))
    client = Client()
    client.force_login(asha)
    client.post(f"/requests/{request.code}/undo/")
    assert fresh(request).district == a_district("Jaipur")


def test_who_only_watches_now_takes_nothing_back():
    request, asha = corrected("urgency", Urgency.CRITICAL)
    Volunteer.objects.filter(pk=asha.pk).update(role=Role.MONITOR)
    client = Client()
    client.force_login(asha)
    client.post(f"/requests/{request.code}/undo/")
    assert fresh(request).urgency == Urgency.CRITICAL


def test_foreign_request_that_one_did_not_correct_looks_as_if_it_were_missing():
    client = Client()
    client.force_login(a_volunteer("asha"))
    assert client.post(f"/requests/{a_request('Kota').code}/undo/").status_code == 404


def test_not_a_plea_is_two_presses_from_undone():
    request, client = a_plea(), Client()
    client.force_login(a_volunteer("asha"))
    page = client.post(f"/requests/{request.code}/not_a_plea/", {"next": "/queue/"}, follow=True)
    assert f'action="/requests/{request.code}/undo/"' in page.content.decode()
    client.post(f"/requests/{request.code}/undo/", {"next": "/queue/"})
    assert fresh(request).state == RequestState.QUEUED


def test_one_press_on_the_page_of_corrections_changes_one_need():
    request, client = a_plea(), Client()
    client.force_login(a_volunteer("asha"))
    client.post(f"/requests/{request.code}/correct/", {"toggle": "beds"})
    client.post(f"/requests/{request.code}/correct/", {"toggle": "oxygen"})
    states = dict(request.needs.values_list("kind", "state"))
    assert states == {"oxygen": NeedState.VOID, "beds": NeedState.OPEN}


def test_last_need_is_not_taken_away():
    request, client = a_plea(), Client()
    client.force_login(a_volunteer("asha"))
    said = client.post(
        f"/requests/{request.code}/correct/", {"toggle": "oxygen"}, follow=True
    ).content.decode()
    assert "A plea has one need at least" in said
    assert request.needs.get().state == NeedState.OPEN


def test_words_by_which_the_family_knows_us_stand_beside_the_numbers():
    request, client = a_request(), Client()
    client.force_login(a_volunteer("asha"))
    assert code_phrase(request.code) in client.get(f"/requests/{request.code}/").content.decode()


def test_phrase_is_two_different_words_and_hangs_on_the_key(settings):
    phrase = code_phrase("RJ-4T7K2M")
    first, second = phrase.split(" (")[0].split()
    assert first != second
    assert {first, second} <= {latin for latin, _hindi in WORDS}
    settings.PHONE_HASH_KEY = "another key of sixteen characters or more"
    assert code_phrase("RJ-4T7K2M") != phrase
