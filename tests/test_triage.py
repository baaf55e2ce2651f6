"""A post becomes what a person will see: a request, part of one, a lead, or noise. Nothing vanishes, nothing doubles."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from districts.models import Role
from requests_app import policy, triage
from requests_app.models import Event, HelpRequest, Lead, Post, Reading
from requests_app.states import Attention, Outcome, RequestState, Source
from tests.factories import a_district, a_post, a_volunteer, an_api_client

pytestmark = pytest.mark.django_db

PLEA = "जयपुर में मेरे पिताजी को ऑक्सीजन सिलेंडर की तुरंत जरूरत है, ऑक्सीजन 82 है, कृपया मदद करें 9829012345"


def read(text: str, **fields) -> Post:
    return triage.read_now(a_post(text, **fields))


def test_plea_opens_a_request_in_its_district_with_its_facts():
    request = read(PLEA).request
    assert (request.state, request.urgency, request.district.name_en) == ("queued", "critical", "Jaipur")
    assert [need.kind for need in request.needs.all()] == ["oxygen"]
    assert [contact.phone for contact in request.contacts.all()] == ["+919829012345"]
    assert "9829012345" not in request.summary
    assert Event.objects.filter(request=request, kind="opened").count() == 1


def test_reading_is_kept_once_without_the_number():
    post = read(PLEA)
    reading = Reading.objects.get(post=post)
    assert "9829012345" not in str(reading.data)
    assert reading.kind == "request"


def test_second_copy_with_other_words_joins_by_number():
    first = read(PLEA)
    second = read(
        "Amplify!! Jaipur me ek uncle ko oxygen cylinder chahiye urgent, call 98290 12345 #SOSJaipur"
    )
    assert second.outcome == "joined"
    assert second.request == first.request
    assert HelpRequest.objects.get().post_count == 2


def test_other_patient_with_the_same_number_stays_apart():
    read("Kota me 34 saal ke bhai ko oxygen cylinder chahiye urgent 9829012345")
    read("Kota me 71 saal ki dadi ko oxygen cylinder chahiye urgent 9829012345")
    assert HelpRequest.objects.count() == 2


def test_same_number_in_another_district_stays_apart():
    read("Need oxygen cylinder urgently in Kota for my father, call 9829012345")
    read("Need oxygen cylinder urgently in Bikaner for my father, call 9829012345")
    assert HelpRequest.objects.count() == 2


def test_update_in_the_thread_asks_a_person_to_confirm():
    first = read(PLEA, source=Source.X, thread_id="77", author_id="5")
    read(
        "ऑक्सीजन सिलेंडर की व्यवस्था हो गई है, अब जरूरत नहीं है",
        source=Source.X,
        thread_id="77",
        author_id="5",
        in_reply_to=first.external_id,
    )
    request = HelpRequest.objects.get()
    assert request.attention == Attention.SAID_SOLVED
    assert request.state == RequestState.QUEUED


def test_closed_request_is_reopened_when_its_number_asks_again():
    request = read(PLEA).request
    request.resolve(Outcome.COULD_NOT_REACH, a_volunteer(), timezone.now())
    read("जयपुर: अब तक ऑक्सीजन सिलेंडर नहीं मिला, पिताजी के लिए तुरंत चाहिए 9829012345")
    assert HelpRequest.objects.get().state == RequestState.QUEUED
    assert Event.objects.filter(kind="reopened").count() == 1


def test_unclear_place_goes_to_the_state_desk_with_candidates():
    request = read("Urgent! Need oxygen cylinder for my mother in Shahpura, call 9829012345").request
    assert (request.district, request.attention) == (None, Attention.PLACE_UNKNOWN)
    assert request in HelpRequest.objects.without_place()
    assert len(request.place_candidates) >= 2
    assert not HelpRequest.objects.visible_to(a_volunteer()).exists()
    assert HelpRequest.objects.visible_to(a_volunteer(role=Role.STATE_DESK)).exists()


def test_plea_from_outside_the_state_has_its_own_list():
    request = read(
        "Urgent: need ICU bed in Delhi, Safdarjung area, for my brother 45 yrs. 9829012345"
    ).request
    assert request.attention == Attention.OUTSIDE
    assert request in HelpRequest.objects.outside()


def test_offer_becomes_a_lead_and_no_request():
    post = read("Oxygen cylinders available in Udaipur, free refill, call 9829012345 anytime")
    assert post.outcome == "lead"
    assert not HelpRequest.objects.exists()
    lead = Lead.objects.get()
    assert lead.district.name_en == "Udaipur" and "9829012345" not in lead.summary


def test_our_own_answer_on_x_opens_nothing_and_adds_no_number(settings):
    settings.X_USER_ID = "77"
    ours = {"source": Source.X, "author_id": "77"}
    post = read(
        "@asha Your request for oxygen is with the Jaipur volunteers. Keep 9829012345 reachable", **ours
    )
    assert (post.outcome, post.request) == ("noise", None)


def test_our_own_answer_stands_in_the_thread_of_the_plea(settings):
    settings.X_USER_ID = "77"
    plea = read(PLEA, source=Source.X, author_id="5", thread_id="900")
    ours = {"source": Source.X, "author_id": "77", "thread_id": "900"}
    answer = read("@asha Urgent oxygen is arranged, our volunteer's number is 9414012345", **ours)
    assert answer.request == plea.request
    assert [contact.phone for contact in plea.request.contacts.all()] == ["+919829012345"]
    assert HelpRequest.objects.get().attention == Attention.NONE


def test_plea_that_the_handle_passes_on_is_a_plea(settings):
    settings.X_USER_ID = "77"
    assert read(PLEA, source=Source.X, author_id="77", copy_of="4711").outcome == "opened"


def test_praise_is_noise_and_still_there_to_be_seen():
    post = read("Great work by the whole team, thank you so much, salute 🙏")
    assert post.outcome == "noise"
    assert post in Post.objects.noise()


def test_advice_beside_other_needs_becomes_a_linked_request_of_the_doctor():
    post = read(
        "Ajmer: my father 60 needs oxygen cylinder urgently, and please can a doctor advise us on phone what medicine "
        "to give for his fever? 9829012345",
        form={"needs": ["oxygen", "consultation"], "district": a_district("Ajmer").pk, "block": None},
    )
    linked = HelpRequest.objects.get(parent=post.request)
    assert linked.is_consultation and not post.request.is_consultation


def test_what_a_person_wrote_in_the_form_wins():
    kota = a_district("Kota")
    post = read(
        "mother needs help in Jaipur",
        source=Source.PHONE,
        phones=["+919829012345"],
        form={"district": kota.pk, "block": None, "needs": ["food"], "urgency": "high"},
    )
    request = post.request
    assert (request.district, request.urgency, request.state) == (kota, "high", "queued")
    assert [need.kind for need in request.needs.all()] == ["food"]
    assert request.contacts.get().phone == "+919829012345"


def test_api_clients_pleas_meet_no_others():
    client, _key = an_api_client()
    first = read(PLEA)
    second = read(PLEA, source=Source.API, client=client)
    assert first.request != second.request
    third = read(PLEA, source=Source.API, client=client, external_id="again")
    assert third.request == second.request


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x00",
        "\ud800 oxygen \udfff",
        "\u202eoxygen chahiye\u202c Kota",
        "क" * 100_000,
        "",
        "9" * 5_000,
        "<script>alert(1)</script>",
    ],
)
def test_hostile_text_gets_a_place_too(text):
    post = read(text)
    assert post.state == "read"
    assert post.outcome in {"opened", "noise"}
    assert post.text == text


def test_late_worker_changes_nothing():
    post = a_post(PLEA)
    token, [claimed] = triage.claim(10)
    understood = triage.read(claimed.text)
    Post.objects.filter(pk=post.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert triage.read_due() == 1
    assert triage.finish([(claimed, understood)], token) == 0
    assert HelpRequest.objects.count() == 1
    assert Reading.objects.count() == 1


def test_nobody_takes_what_is_in_a_workers_hands():
    a_post(PLEA)
    _token, first = triage.claim(10)
    _token, second = triage.claim(10)
    assert (len(first), len(second)) == (1, 0)


def test_unreadable_post_is_shown_to_a_person_after_five_tries_and_holds_nobody_up():
    bad, good = a_post(PLEA, sealed_text=b"no key opens this"), a_post("Kota me bed chahiye 9829099999")
    for _attempt in range(policy.POST_ATTEMPTS + 2):
        triage.read_due()
        triage.read_due()
        Post.objects.filter(state="due").update(next_attempt_at=timezone.now())
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.attempts, bad.last_error) == ("failed", policy.POST_ATTEMPTS, "Unreadable")
    assert good.state == "read"
    assert bad in Post.objects.failed()


def test_post_that_cannot_be_written_costs_its_neighbours_nothing():
    posts = [a_post(f"Kota me bed chahiye 98290999{number:02d}") for number in range(4)]
    token, claimed = triage.claim(10)
    batch = [(post, triage.read(post.text)) for post in claimed]
    Post.objects.filter(pk=posts[1].pk).update(lease_token=uuid.uuid4())
    assert triage.finish(batch, token) == 3
    assert (
        Post.objects.filter(state="read").count()
        == HelpRequest.objects.count()
        == Reading.objects.count()
        == 3
    )


def test_suggestions_of_one_batch_are_spread():
    people = [a_volunteer(f"kota{number}", "Kota") for number in range(3)]
    for number in range(9):
        a_post(f"Kota me {number + 20} saal ke bhai ko oxygen cylinder chahiye urgent 98290999{number:02d}")
    triage.read_due()
    suggested = [HelpRequest.objects.filter(suggested=person).count() for person in people]
    assert suggested == [3, 3, 3]


def test_post_that_kills_its_worker_is_tried_alone_and_then_shown():
    post, neighbour = a_post(PLEA), a_post("Kota me bed chahiye 9829099999")
    for _attempt in range(policy.POST_ATTEMPTS + 1):
        _token, taken = triage.claim(10)
        Post.objects.filter(pk__in=[one.pk for one in taken]).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
        Post.objects.filter(pk=neighbour.pk, attempts=1).update(state="read", outcome="noise")
    triage.claim(10)
    post.refresh_from_db()
    assert post.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_two_copies_open_one_request(gazetteer):
    for _round in range(6):
        phone = f"98290{uuid.uuid4().int % 100000:05d}"
        posts = [
            a_post(f"{greeting}: Kota me oxygen cylinder chahiye urgent {phone}")
            for greeting in ("help", "sir", "plz", "sos")
        ]
        barrier = threading.Barrier(len(posts))

        def work(post: Post, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            triage.read_now(post)
            connection.close()

        threads = [threading.Thread(target=work, args=[post]) for post in posts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len({post.request_id for post in Post.objects.filter(pk__in=[one.pk for one in posts])}) == 1


def test_offer_that_may_be_a_plea_goes_to_the_review_list():
    unsure = "Kota me plasma, jo de sake wo sampark kare 9829012345"
    understood = replace(
        triage.read(unsure), kind="offer", confidences={"kind": policy.POLICY["reading"]["offer"] - 0.01}
    )
    token, [post] = (a_post(unsure), triage.claim(10))[1]
    assert triage.finish([(post, understood)], token) == 1
    post.refresh_from_db()
    assert (post.outcome, post.request.state) == ("opened", RequestState.REVIEW)
    assert not Lead.objects.exists()
