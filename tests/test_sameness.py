"""What was put together can be taken apart, what may be one is shown to whoever may see both, and a person's word holds."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from districts.models import Role
from requests_app import corrections, splitting, triage
from requests_app.intake import keep_numbers
from requests_app.models import Event, HelpRequest, NotAllowed, PossibleMatch, Post
from requests_app.states import Attention, NeedState, Outcome, RequestState, Source
from tests.factories import a_post, a_request, a_volunteer, an_api_client

pytestmark = pytest.mark.django_db

PLEA = "Kota Talwandi me papa 61 ko oxygen cylinder chahiye, level 84, call 9829012345"
WRONG = "Kota: dadaji ko ICU bed aur oxygen cylinder chahiye turant 9829012345 ya 9414055443"
OTHER_NEED = "Kota me remdesivir injection chahiye, call 9829012345"


@pytest.fixture(autouse=True)
def plain_static(settings):
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def read(text: str, **fields) -> Post:
    return triage.read_now(a_post(text, **fields))


def on_x(text: str, author: str = "5", thread: str = "77", **fields) -> Post:
    return read(text, source=Source.X, author_id=author, thread_id=thread, **fields)


def now():
    return timezone.now()


def numbers(request: HelpRequest) -> set[str]:
    return {contact.phone for contact in request.contacts.all()}


def joined() -> tuple[Post, Post]:
    first, second = read(PLEA), read(WRONG)
    assert second.request == first.request
    return first, second


# --- Split ---------------------------------------------------------------------------------------------------------


def test_split_post_becomes_a_request_of_its_own_with_what_it_says():
    first, second = joined()
    made = splitting.split(first.request, second, a_volunteer("asha", "Kota"), now())
    assert made.pk != first.request_id and made.district.name_en == "Kota"
    assert numbers(made) == {"+919829012345", "+919414055443"}
    assert {need.kind for need in made.needs.all()} == {"beds", "oxygen"}
    assert (made.post_count, HelpRequest.objects.get(pk=first.request_id).post_count) == (1, 1)


def test_split_post_takes_along_what_only_it_brought_and_no_more():
    first, second = joined()
    old = first.request
    assert numbers(old) == {"+919829012345", "+919414055443"}
    splitting.split(old, second, a_volunteer("asha", "Kota"), now())
    assert numbers(old) == {"+919829012345"}
    assert {need.kind for need in old.needs.all()} == {"oxygen"}
    assert HelpRequest.objects.get(pk=old.pk).patient["age"] == 61


def test_need_that_was_met_or_set_by_a_person_stays_after_a_split():
    first, second = joined()
    asha, old = a_volunteer("asha", "Kota"), first.request
    old.refresh_from_db()
    old.set_need("beds", NeedState.MET, asha, now())
    splitting.split(old, second, asha, now())
    assert {need.kind for need in old.needs.all()} == {"oxygen", "beds"}


def test_history_of_both_names_the_split():
    first, second = joined()
    asha = a_volunteer("asha", "Kota")
    made = splitting.split(first.request, second, asha, now())
    told = Event.objects.filter(kind="split", by=asha)
    assert told.get(request=first.request).data["to"] == made.code
    assert told.get(request=made).data["from"] == first.request.code


def test_copies_go_with_the_post_that_is_split_off_and_later_ones_follow():
    first, second = joined()
    copy = read(f"Please share: {WRONG}")
    assert copy.request == first.request
    before = read(f"@help {WRONG} #SOS")
    made = splitting.split(first.request, second, a_volunteer("asha", "Kota"), now())
    before.refresh_from_db()
    assert before.request == made
    assert read(f"{WRONG} !!").request == made
    assert read(f"@all {PLEA}").request == first.request
    made.refresh_from_db()
    assert made.post_count == Post.objects.filter(request=made).count()


def test_retweets_go_with_their_original():
    first = on_x(PLEA, external_id="100")
    second = on_x(WRONG, author="6", thread="200", external_id="200")
    tweeted_on = on_x(WRONG, author="7", thread="201", external_id="201", copy_of="200")
    made = splitting.split(first.request, second, a_volunteer("asha", "Kota"), now())
    tweeted_on.refresh_from_db()
    assert tweeted_on.request == made
    assert on_x(WRONG, author="8", thread="202", external_id="202", copy_of="200").request == made


def test_patient_who_was_taken_for_another_has_waited_since_the_post():
    first, second = joined()
    since = now() - timedelta(hours=3)
    Post.objects.filter(pk=second.pk).update(received_at=since)
    made = splitting.split(first.request, second, a_volunteer("asha", "Kota"), now())
    assert made.opened_at == since and made.is_overdue(now())


def test_nothing_is_split_that_would_leave_nothing():
    post = read(PLEA)
    with pytest.raises(NotAllowed):
        splitting.split(post.request, post, a_volunteer("asha", "Kota"), now())
    assert HelpRequest.objects.count() == 1


def test_news_that_came_with_the_post_leave_with_it():
    first = on_x(PLEA, author="5")
    news = on_x(
        "Oxygen cylinder mil gaya, ab zarurat nahi. dhanyawad", author="5", in_reply_to=first.external_id
    )
    assert news.request == first.request
    first.request.refresh_from_db()
    assert first.request.attention == Attention.SAID_SOLVED
    splitting.split(first.request, news, a_volunteer("asha", "Kota"), now())
    first.request.refresh_from_db()
    assert first.request.attention == Attention.NONE


def test_split_is_one_press_on_the_page(client):
    first, second = joined()
    client.force_login(a_volunteer("asha", "Kota"))
    page = client.get(reverse("request", args=[first.request.code]), secure=True).content.decode()
    assert page.count("Split: not the same patient") == 1
    client.post(reverse("split", args=[first.request.code]), {"post": second.pk}, secure=True)
    second.refresh_from_db()
    assert second.request != first.request


def test_post_of_another_request_cannot_be_split_through_mine(client):
    mine, foreign = read(PLEA), read("Bikaner me bed chahiye papa 70 ke liye 9829099999")
    client.force_login(a_volunteer("asha", "Kota"))
    client.post(reverse("split", args=[mine.request.code]), {"post": foreign.pk}, secure=True)
    foreign.refresh_from_db()
    assert HelpRequest.objects.count() == 2
    assert foreign.request.post_count == 1


# --- Merging and its undoing ---------------------------------------------------------------------------------------


def test_merging_can_be_undone_and_both_are_as_before():
    one, other = read(PLEA).request, read("Kota me bed chahiye bhai 30 saal 9829055555").request
    asha = a_volunteer("asha", "Kota")
    splitting.merge(other, one, asha, now())
    assert numbers(one) == {"+919829012345", "+919829055555"}
    other.refresh_from_db()
    splitting.undo_merge(other, asha, now())
    one.refresh_from_db()
    other.refresh_from_db()
    assert (other.state, other.merged_into, other.post_count, one.post_count) == ("queued", None, 1, 1)
    assert numbers(one) == {"+919829012345"}
    assert {need.kind for need in one.needs.all()} == {"oxygen"}
    assert numbers(other) == {"+919829055555"}
    assert PossibleMatch.objects.get().state == PossibleMatch.State.DIFFERENT


def test_number_of_a_note_goes_back_with_its_patient_when_a_merging_is_undone():
    one, other = read(PLEA).request, read("Kota me bed chahiye bhai 30 saal 9829055555").request
    asha = a_volunteer("asha", "Kota")
    keep_numbers(one, "ward 9829066666")
    keep_numbers(other, "brother 9829077777")
    splitting.merge(other, one, asha, now())
    keep_numbers(one, "sister 9829088888")
    other.refresh_from_db()
    splitting.undo_merge(other, asha, now())
    assert numbers(one) == {"+919829012345", "+919829066666", "+919829088888"}
    assert numbers(other) == {"+919829055555", "+919829077777"}


def test_merging_into_one_that_was_closed_since_is_not_undone():
    one, other = read(PLEA).request, read("Kota me bed chahiye bhai 30 saal 9829055555").request
    asha = a_volunteer("asha", "Kota")
    splitting.merge(other, one, asha, now())
    one.refresh_from_db()
    one.resolve(Outcome.HELPED, asha, now())
    other.refresh_from_db()
    with pytest.raises(NotAllowed):
        splitting.undo_merge(other, asha, now())


# --- Perhaps the same ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (PLEA, OTHER_NEED, "number"),
        (
            "Kota me remdesivir chahiye papa 61, Maitri hospital 9829012345",
            "Maitri hospital kota, remdesivir for 61 yr uncle 9829012845",
            "near_number",
        ),
        (
            "Kota Dadabari me ghar par akele hain dono bimar, khana bana kar koi de sakta hai kya please",
            "Kota Dadabari me ghar par akele hain dono bimar, khana bana kar koi de sakta hai? 98290 77777 par call karo",
            "words",
        ),
    ],
)
def test_unsure_ones_are_written_down_with_the_reason(first, second, reason):
    one, other = read(first).request, read(second).request
    assert one != other
    assert reason in PossibleMatch.objects.get(one=one, other=other).reasons


def test_same_few_words_with_numbers_that_follow_each_other_are_two_patients_and_a_person_is_asked():
    first = read("Kota me 3 oxygen cylinder chahiye urgent please help, call 9829012341").request
    second = read("Kota me 3 oxygen cylinder chahiye urgent please help, call 9829012342").request
    assert first != second
    assert "near_number" in PossibleMatch.objects.get(one=first, other=second).reasons


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (PLEA, "Kota me dadi 80 ko oxygen cylinder chahiye 9829012345"),
        (
            "Urgent need of oxygen cylinder in Kota. Patient age 45. Please help. Contact 9829012345",
            "Urgent need of oxygen cylinder in Kota. Patient age 67. Please help. Contact 9414066778",
        ),
        (PLEA, "Bikaner PBM me plasma B+ chahiye 9414000112"),
    ],
)
def test_surely_different_ones_are_neither_joined_nor_asked_about(first, second):
    assert read(first).request != read(second).request
    assert not PossibleMatch.objects.exists()


def test_possible_match_stands_on_both_pages_and_cards(client):
    one, other = read(PLEA).request, read(OTHER_NEED).request
    client.force_login(a_volunteer("asha", "Kota"))
    for mine, theirs in ((one, other), (other, one)):
        page = client.get(reverse("request", args=[mine.code]), secure=True).content.decode()
        assert theirs.code in page and "the same number" in page
    listed = client.get(reverse("queue"), secure=True).content.decode()
    assert f"Perhaps the same as {one.code}: the same number" in listed
    assert f"Perhaps the same as {other.code}: the same number" in listed


def test_possible_match_in_another_district_is_shown_to_state_wide_roles_alone(client):
    one = read(PLEA).request
    other = read("Bikaner me oxygen cylinder chahiye, call 9829012345").request
    assert PossibleMatch.objects.count() == 1
    client.force_login(a_volunteer("asha", "Kota"))
    page = client.get(reverse("request", args=[one.code]), secure=True).content.decode()
    assert (
        other.code not in page
        and other.code not in client.get(reverse("queue"), secure=True).content.decode()
    )
    client.force_login(a_volunteer("desk", role=Role.STATE_DESK))
    assert other.code in client.get(reverse("request", args=[one.code]), secure=True).content.decode()


def test_api_clients_possible_matches_are_their_own():
    client, _key = an_api_client()
    read(PLEA)
    read(OTHER_NEED, source=Source.API, client=client)
    assert not PossibleMatch.objects.exists()


def test_same_merges_into_the_one_that_somebody_works_on(client):
    one, other = read(PLEA).request, read(OTHER_NEED).request
    asha = a_volunteer("asha", "Kota")
    other.claim(asha, now())
    client.force_login(asha)
    client.post(reverse("same", args=[one.code]), {"other": other.code}, secure=True)
    one.refresh_from_db()
    assert (one.state, one.merged_into) == (RequestState.MERGED, other)
    assert not PossibleMatch.objects.to_judge().exists()


def test_different_is_remembered_and_hides_it(client):
    one, other = read(PLEA).request, read(OTHER_NEED).request
    client.force_login(a_volunteer("asha", "Kota"))
    client.post(reverse("different", args=[one.code]), {"other": other.code}, secure=True)
    assert (
        other.code
        not in client.get(reverse("request", args=[one.code]), secure=True)
        .content.decode()
        .split("History")[0]
    )
    assert PossibleMatch.objects.get().state == PossibleMatch.State.DIFFERENT
    assert Event.objects.filter(kind="not_same").count() == 2


def test_what_was_asked_of_a_merged_one_is_asked_of_the_one_that_stays():
    one, other = read(PLEA).request, read(OTHER_NEED).request
    third, asha = a_request("Kota"), a_volunteer("asha", "Kota")
    splitting.merge(other, third, asha, now())
    assert PossibleMatch.objects.to_judge().get().one == one
    assert PossibleMatch.objects.to_judge().get().other == third


def test_plea_with_a_number_of_two_different_patients_joins_neither_and_asks():
    one = read("Kota me papa 61 ko oxygen cylinder chahiye 9829012345").request
    other = read("Kota me mummy 50 ko oxygen cylinder chahiye 9829012345").request
    third = read("Kota: oxygen cylinder bahut zaruri hai 9829012345").request
    assert len({one, other, third}) == 3
    assert PossibleMatch.objects.of([third.pk]).count() == 2


def test_number_of_many_different_patients_joins_nothing_by_itself_but_their_words_do():
    desk = "9829012345"
    pleas = [
        f"Kota: Patient name: Ramesh age 61, oxygen cylinder, coordinate {desk}",
        f"Kota: Patient name: Imran age 34, oxygen cylinder, coordinate {desk}",
        f"Kota: Patient name: Kamla age 75, oxygen cylinder, coordinate {desk}",
    ]
    requests = {read(text).request for text in pleas}
    assert len(requests) == 3
    assert read(f"Kota: oxygen cylinder chahiye bahut urgent {desk}").request not in requests
    assert read(f"RT: {pleas[1]}").request in requests


def test_many_pleas_of_one_family_do_not_make_its_number_a_desks():
    one = read(PLEA).request
    for text in (
        "Kota Talwandi papa 61 oxygen cylinder, beta 9829012345",
        "papa ke liye oxygen kota 9829012345",
        "9829012345 kota me oxygen cylinder ki sakht zarurat",
        "koi oxygen cylinder dila do kota talwandi 9829012345",
    ):
        assert read(text).request == one


def test_post_made_a_request_by_hand_is_looked_at_for_others_too():
    one = read(PLEA).request
    noise = a_post("kota papa 61 9829012345")
    Post.objects.filter(pk=noise.pk).update(state="read", outcome="noise")
    made = corrections.make_request(noise, a_volunteer("desk", role=Role.STATE_DESK), now(), ["oxygen"])
    assert PossibleMatch.objects.get(one=one, other=made).reasons == ["number"]


# --- Asked again ---------------------------------------------------------------------------------------------------


def closed(outcome: str = Outcome.HELPED, **fields) -> HelpRequest:
    request = on_x(PLEA, author="5", external_id="100").request
    request.resolve(outcome, a_volunteer("asha", "Kota"), now())
    return request


def test_its_own_author_with_the_same_words_reopens_it():
    request = closed()
    assert on_x(PLEA, author="5", thread="78", external_id="101").request == request
    request.refresh_from_db()
    assert request.state == RequestState.QUEUED


def test_still_needed_by_its_author_reopens_it():
    request = closed()
    on_x("abhi tak kuch nahi mila, still needed", author="5", in_reply_to="100", external_id="101")
    request.refresh_from_db()
    assert request.state == RequestState.QUEUED


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (PLEA, {"copy_of": "100"}),
        (f"Amplify {PLEA}", {}),
        ("Thank you so much, mil gaya", {"in_reply_to": "100"}),
    ],
)
def test_strangers_copies_and_thanks_join_it_as_it_is(text, more):
    request = closed()
    post = on_x(text, author="9", thread="77" if "in_reply_to" in more else "300", external_id="300", **more)
    request.refresh_from_db()
    assert (post.request, request.state) == (request, RequestState.CLOSED)


def test_number_that_asks_again_after_a_death_opens_a_new_one_that_is_linked_on_both_pages(client):
    request = closed(Outcome.DIED)
    new = on_x(
        "Kota Talwandi me oxygen cylinder chahiye 9829012345", author="9", thread="300", external_id="300"
    ).request
    assert new != request
    assert "closed" in PossibleMatch.objects.get().reasons
    client.force_login(a_volunteer("ravi", "Kota"))
    for mine, theirs in ((request, new), (new, request)):
        page = client.get(reverse("request", args=[mine.code]), secure=True).content.decode()
        assert theirs.code in page and "asked before, and closed" in page


# --- News ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "text", "attention"),
    [
        ("5", "Oxygen cylinder mil gaya, ab zarurat nahi. dhanyawad", Attention.SAID_SOLVED),
        ("9", "Oxygen cylinder mil gaya, ab zarurat nahi. dhanyawad", Attention.NONE),
        ("9", "Oxygen cylinder mil gaya, ab zarurat nahi, 9829012345", Attention.SAID_SOLVED),
        ("5", "Papa is no more. Om shanti", Attention.SAID_DIED),
        ("9", "Papa is no more. Om shanti", Attention.NONE),
    ],
)
def test_only_the_author_or_the_number_is_believed_that_it_is_over(author, text, attention):
    request = on_x(PLEA, author="5", external_id="100").request
    told = on_x(text, author=author, in_reply_to="100", external_id="101")
    request.refresh_from_db()
    assert (told.request, request.attention, request.state) == (request, attention, RequestState.QUEUED)
    assert Event.objects.filter(request=request, kind="attention").exists() == bool(attention)


def test_what_a_stranger_tells_stands_in_the_thread(client):
    request = on_x(PLEA, author="5", external_id="100").request
    on_x("Oxygen cylinder mil gaya, ab zarurat nahi", author="9", in_reply_to="100", external_id="101")
    client.force_login(a_volunteer("asha", "Kota"))
    assert (
        "says that help has come"
        in client.get(reverse("request", args=[request.code]), secure=True).content.decode()
    )


def test_still_needed_takes_back_that_it_was_solved():
    request = on_x(PLEA, author="5", external_id="100").request
    on_x("Oxygen cylinder mil gaya, dhanyawad", author="5", in_reply_to="100", external_id="101")
    on_x("abhi tak kuch nahi mila, still needed", author="5", in_reply_to="100", external_id="102")
    request.refresh_from_db()
    assert request.attention == Attention.NONE


def test_retweet_of_the_plea_takes_nothing_back():
    request = on_x(PLEA, author="5", external_id="100").request
    on_x("Oxygen cylinder mil gaya, dhanyawad", author="5", in_reply_to="100", external_id="101")
    on_x(PLEA, author="9", thread="9", copy_of="100", external_id="103")
    request.refresh_from_db()
    assert request.attention == Attention.SAID_SOLVED


@pytest.mark.parametrize(
    ("attention", "outcome"),
    [(Attention.SAID_SOLVED, Outcome.HELPED_BY_OTHERS), (Attention.SAID_DIED, Outcome.DIED)],
)
def test_one_press_confirms_what_was_said(client, attention, outcome):
    request = a_request("Kota", attention=attention)
    client.force_login(a_volunteer("asha", "Kota"))
    page = client.get(reverse("request", args=[request.code]), secure=True).content.decode()
    assert f'name="outcome" value="{outcome}">' in page and "It is not so" in page
    client.post(reverse("resolve", args=[request.code]), {"outcome": outcome}, secure=True)
    request.refresh_from_db()
    assert (request.state, request.outcome) == (RequestState.CLOSED, outcome)


def test_a_number_with_very_many_requests_costs_no_more_queries(django_assert_max_num_queries):
    for _number in range(60):
        a_request("Kota", phone="+919829012345", patient={"age": 20 + _number})
    post = a_post(PLEA)
    token, [claimed] = triage.claim(5)
    understood = triage.read(claimed.text)
    with django_assert_max_num_queries(75):
        assert triage.finish([(claimed, understood)], token) == 1
    post.refresh_from_db()
    assert PossibleMatch.objects.of([post.request_id]).count() <= 5


@pytest.mark.parametrize("is_first_merged", [True, False])
def test_copies_of_what_a_person_merged_join_the_one_that_stayed(is_first_merged):
    asha = a_volunteer("asha", "Kota")
    father = triage.read_now(a_post("Kota me papa 61 ko oxygen cylinder chahiye 9829012345")).request
    mother = triage.read_now(a_post("Kota me mummy 52 ko ICU bed chahiye 9414055443")).request
    goes, stays = (father, mother) if is_first_merged else (mother, father)
    splitting.merge(goes, stays, asha, timezone.now())
    for text in (
        "Kota me papa 61 ko oxygen cylinder chahiye, jaldi!! 9829012345",
        "Kota me mummy 52 ko ICU bed chahiye, jaldi!! 9414055443",
    ):
        assert triage.read_now(a_post(text)).request == stays


def test_another_patient_with_the_number_of_what_was_merged_is_no_copy_of_it():
    asha = a_volunteer("asha", "Kota")
    father = triage.read_now(a_post("Kota me papa 61 ko oxygen cylinder chahiye 9829012345")).request
    mother = triage.read_now(a_post("Kota me mummy 52 ko ICU bed chahiye 9414055443")).request
    splitting.merge(father, mother, asha, timezone.now())
    child = triage.read_now(a_post("Kota me 7 saal ki beti ko AB+ platelets chahiye 9829012345"))
    assert child.request not in (father, mother)


def test_copy_joins_the_end_of_a_row_of_mergings():
    asha = a_volunteer("asha", "Kota")
    texts = (
        "Kota me papa 61 ko oxygen cylinder chahiye 9829012345",
        "Kota me mummy 52 ko ICU bed chahiye 9414055443",
        "Kota me bhai 30 ko B+ plasma chahiye 9928176540",
    )
    first, second, third = (triage.read_now(a_post(text)).request for text in texts)
    splitting.merge(first, second, asha, timezone.now())
    splitting.merge(HelpRequest.objects.get(pk=second.pk), third, asha, timezone.now())
    assert triage.read_now(a_post(texts[0].replace("chahiye", "chahiye urgent"))).request == third
