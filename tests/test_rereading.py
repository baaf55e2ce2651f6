"""Reading again fills in what the present reader sees, and never goes against a person."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from requests_app import corrections, rereading, triage
from requests_app.models import Contact, Event, HelpRequest, Need, Post, Reading
from requests_app.reading import READER_VERSION
from requests_app.reconciling import reconcile
from requests_app.states import Attention, NeedState, Outcome, PostOutcome, PostState, Source, Urgency
from tests.factories import a_district, a_lead, a_post, a_volunteer

pytestmark = pytest.mark.django_db

PLEA = "Jaipur me papa ko oxygen cylinder ki turant zarurat hai, SpO2 82, age 60, call 9829012345"


def reread(**options) -> str:
    out = io.StringIO()
    call_command("reread", stdout=out, **{"version_not": "current", **options})
    return out.getvalue()


def as_an_old_reader_left_it(text: str = PLEA, **fields) -> HelpRequest:
    """An open request of which the reader of that time saw the kind alone."""
    post = triage.read_now(a_post(text, **fields))
    Reading.objects.filter(post=post).update(version="old")
    request = post.request
    assert request is not None
    Contact.objects.filter(request=request).delete()
    Need.objects.filter(request=request).delete()
    HelpRequest.objects.filter(pk=request.pk).update(
        district=None,
        block=None,
        attention=Attention.PLACE_UNKNOWN,
        urgency=Urgency.NORMAL,
        patient={},
        suggested=None,
    )
    request.refresh_from_db()
    return request


def facts(request: HelpRequest) -> tuple:
    request.refresh_from_db()
    return (
        request.district.name_en if request.district else None,
        request.urgency,
        request.patient.get("spo2"),
        sorted(request.needs.values_list("kind", flat=True)),
        [contact.phone for contact in request.contacts.all()],
    )


def test_open_case_gets_what_the_present_reader_sees_and_the_history_says_so():
    request = as_an_old_reader_left_it()
    said = reread()
    assert facts(request) == ("Jaipur", "critical", 82, ["oxygen"], ["+919829012345"])
    assert (request.state, request.attention) == ("queued", Attention.NONE)
    assert said.count(request.code) == 5
    changes = Event.objects.filter(request=request, data__reader=READER_VERSION)
    assert sorted(changes.values_list("kind", flat=True)) == ["need_changed", "place_set", "urgency_set"]
    assert set(Reading.objects.values_list("version", flat=True)) == {"old", READER_VERSION}


def test_second_run_finds_nothing_and_a_named_case_changes_nothing_more():
    request = as_an_old_reader_left_it()
    reread()
    before, events = facts(request), Event.objects.count()
    assert "0 posts to read" in reread()
    assert "1 posts read, 0 things changed" in reread(version_not=None, codes=[request.code])
    assert (facts(request), Event.objects.count()) == (before, events)


def test_dry_run_says_it_and_changes_nothing():
    request = as_an_old_reader_left_it()
    before = facts(request)
    assert "5 things would change" in reread(dry_run=True)
    assert facts(request) == before
    assert Reading.objects.count() == 1


def test_what_a_person_said_stays_and_the_rest_is_filled_in():
    request, asha = as_an_old_reader_left_it(), a_volunteer("asha", "Kota")
    now = timezone.now()
    corrections.correct(request, "place", (a_district("Kota"), None), asha, now)
    corrections.correct(request, "urgency", "normal", asha, now)
    request.set_need("beds", NeedState.OPEN, asha, now)
    reread()
    assert facts(request) == ("Kota", "normal", 82, ["beds"], ["+919829012345"])


def test_what_the_form_of_a_call_said_stays():
    kota = a_district("Kota").pk
    form = {"is_call": True, "district": kota, "needs": ["beds"], "urgency": "normal"}
    request = as_an_old_reader_left_it(form=form, source=Source.PHONE)
    HelpRequest.objects.filter(pk=request.pk).update(district=kota, attention="")
    Need.objects.create(request=request, kind="beds")
    reread()
    assert facts(request)[0:2] == ("Kota", "normal") and facts(request)[3] == ["beds"]


def test_what_the_form_of_a_call_said_stays_when_another_post_of_the_case_says_more():
    form = {"is_call": True, "needs": ["beds"], "urgency": "normal"}
    request = as_an_old_reader_left_it("Jaipur me bed chahiye 9829012345", form=form, source=Source.PHONE)
    Need.objects.create(request=request, kind="beds")
    joined = a_post(PLEA)
    Post.objects.filter(pk=joined.pk).update(state="read", outcome="joined", request=request)
    reread()
    assert facts(request)[1] == "normal" and facts(request)[3] == ["beds"]


def test_needs_that_a_person_confirmed_as_they_were_stay():
    request = as_an_old_reader_left_it()
    corrections.correct(request, "needs", [], a_volunteer("asha", "Jaipur"), timezone.now())
    reread()
    assert facts(request)[3] == []


def test_place_is_not_moved_from_under_the_person_who_works_on_it():
    request, kiran = as_an_old_reader_left_it(), a_volunteer("kiran", "Kota")
    HelpRequest.objects.filter(pk=request.pk).update(district=a_district("Kota"), attention="")
    request.refresh_from_db()
    request.claim(kiran, timezone.now())
    reread()
    assert facts(request)[0] == "Kota" and request.state == "claimed" and request.holder == kiran


def test_wrong_place_of_a_waiting_one_is_put_right_and_somebody_there_is_suggested():
    asha, request = a_volunteer("asha", "Jaipur"), as_an_old_reader_left_it()
    HelpRequest.objects.filter(pk=request.pk).update(district=a_district("Kota"), attention="")
    reread()
    assert facts(request)[0] == "Jaipur" and request.suggested == asha


def test_urgency_is_never_lowered_and_a_need_never_taken_away():
    request = as_an_old_reader_left_it("Jaipur me khana chahiye, please help 9829012345")
    HelpRequest.objects.filter(pk=request.pk).update(urgency=Urgency.CRITICAL)
    Need.objects.create(request=request, kind="oxygen")
    reread()
    assert facts(request)[1] == "critical" and "oxygen" in facts(request)[3]


def test_closed_case_keeps_its_facts_and_gets_a_reading():
    request = as_an_old_reader_left_it()
    request.resolve(Outcome.HELPED, a_volunteer(), timezone.now())
    before = facts(request)
    reread()
    assert facts(request) == before and request.state == "closed"
    assert Reading.objects.filter(version=READER_VERSION).count() == 1


def test_place_of_a_case_that_people_merged_stays():
    first = as_an_old_reader_left_it()
    other = triage.read_now(a_post("Kota me mere bhai ko ICU bed chahiye, urgent 9829099999")).request
    first.merge_into(other, a_volunteer("asha", "Jaipur"), timezone.now())
    reread(version_not=None, codes=[other.code])
    assert facts(other)[0] == "Kota"


def missed_plea(**fields) -> Post:
    post = a_post(PLEA)
    Post.objects.filter(pk=post.pk).update(
        **{"state": "read", "outcome": "noise", "read_at": timezone.now(), **fields}
    )
    Reading.objects.create(
        post=post, version="old", kind="other", confidence=1, data={}, read_at=timezone.now()
    )
    return post


def test_plea_that_was_taken_for_noise_opens_a_case():
    post = missed_plea()
    assert "now a plea: opened" in reread()
    post.refresh_from_db()
    assert (post.state, post.outcome, post.request.state) == ("read", "opened", "queued")
    assert all(finding.count == 0 for finding in reconcile(timezone.now()))


def test_plea_that_a_person_judged_to_be_none_stays_so():
    post = missed_plea()
    corrections.not_a_plea(post, a_volunteer(), timezone.now())
    reread()
    assert not HelpRequest.objects.exists()


def test_old_noise_is_named_and_opens_nothing():
    post = missed_plea(received_at=timezone.now() - timedelta(days=15))
    assert f"look: post {post.pk}: now reads as a plea" in reread()
    assert not HelpRequest.objects.exists()


def test_plea_among_the_offers_opens_a_case_and_the_offer_stays():
    lead = a_lead("x")
    post = missed_plea(outcome=PostOutcome.LEAD, lead=lead)
    reread()
    post.refresh_from_db()
    assert (post.outcome, post.lead_id) == ("opened", lead.pk) and post.request is not None


def test_without_options_failed_and_waiting_posts_are_read():
    failed = a_post(PLEA, state=PostState.FAILED, attempts=5, last_error="ValueError", masked_text="")
    waiting = a_post("Kota me mere bhai ko ICU bed chahiye, urgent 9829099999")
    assert "2 posts read" in reread(version_not=None)
    assert failed.pk in Post.objects.filter(outcome="opened").values_list("pk", flat=True)
    assert set(Post.objects.values_list("state", flat=True)) == {"read"}
    failed.refresh_from_db()
    assert "oxygen" in failed.request.summary and "9829012345" not in failed.request.summary
    assert waiting.pk != failed.pk


def test_failed_post_without_words_or_key_stays_on_the_review_list():
    empty = a_post("", state=PostState.FAILED)
    locked = a_post(PLEA, state=PostState.FAILED, sealed_text=b"damaged")
    assert "2 cannot be read" in reread(version_not=None)
    assert {post.pk for post in Post.objects.failed()} == {empty.pk, locked.pk}


def test_erased_posts_are_not_read_again():
    request = as_an_old_reader_left_it()
    Post.objects.filter(request=request).update(erased_at=timezone.now(), sealed_text=b"")
    assert "0 posts to read" in reread()


def test_unknown_code_and_date_are_named():
    with pytest.raises(CommandError, match="RJ-000000"):
        call_command("reread", codes=["RJ-000000"])
    with pytest.raises(CommandError, match="yesterday"):
        call_command("reread", since="yesterday")


def test_since_leaves_older_posts_alone():
    as_an_old_reader_left_it()
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert "0 posts to read" in reread(since=tomorrow)
    assert rereading.not_read_by("", timezone.now() - timedelta(days=1)).count() == 1
