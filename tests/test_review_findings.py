"""Rare orders of events and odd inputs by which a plea could be lost, joined to a stranger's, or a number read."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from districts.models import Role
from requests_app import corrections, loops, matching, reveal, triage
from requests_app.api import idempotency
from requests_app.intake import accept
from requests_app.models import Event, HelpRequest, LoopLease, NotAllowed, Post
from requests_app.states import NeedState, Outcome, RequestState, Source
from requests_app.views.thread import people_for
from tests.factories import a_post, a_request, a_volunteer, an_api_client

pytestmark = pytest.mark.django_db

PLEA = "Need oxygen cylinder urgently in Jaipur for my father, SpO2 82, call 9829012345"
DESK_WORDS = "caller needs an oxygen cylinder for a patient at home, please help"


@pytest.fixture
def unhashed_files(settings):
    """Pages without collected static files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def read(text: str, **fields) -> Post:
    return triage.read_now(a_post(text, **fields))


# --- Nobody joins a stranger's request -------------------------------------------------------------------------


def test_same_words_for_two_callers_are_two_requests():
    form = {"is_call": True, "needs": ["oxygen"]}
    first = read(DESK_WORDS, source=Source.PHONE, phones=["+919829011111"], form=form)
    second = read(DESK_WORDS, source=Source.PHONE, phones=["+919829022222"], form=form)
    assert first.request != second.request


def test_same_words_stated_for_two_districts_are_two_requests():
    codes = list(a_volunteer("", "Jaipur", "Kota").districts.values_list("pk", flat=True))
    first, second = (
        read(DESK_WORDS, source=Source.PHONE, form={"is_call": True, "district": code}) for code in codes
    )
    assert first.request != second.request


# --- A request that moved while a post was on its way to it ---------------------------------------------------


@contextmanager
def moved_meanwhile(move):
    """Make `move` happen between the decision to join a request and its lock, once."""
    moves = [move]

    def move_before_lock(execute, sql, params, many, context):
        if moves and "FOR NO KEY UPDATE" in sql and "requests_app_helprequest" in sql:
            moves.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(move_before_lock):
        yield
    assert not moves


def test_post_follows_a_request_merged_at_that_moment():
    found, desk, now = read(PLEA).request, a_volunteer(), timezone.now()
    other = a_request(phone="+919829012345", now=now - timedelta(hours=1))
    with moved_meanwhile(lambda: found.merge_into(other, desk, now)):
        late = read("Still no oxygen cylinder for papa in Jaipur, please call 9829012345")
    assert late.request == other


def test_plea_reopens_a_request_closed_at_that_moment():
    found, desk, now = read(PLEA).request, a_volunteer(), timezone.now()
    with moved_meanwhile(lambda: found.resolve(Outcome.COULD_NOT_REACH, desk, now)):
        late = read("Still no oxygen cylinder for papa in Jaipur, please call 9829012345")
    late.request.refresh_from_db()
    assert late.request.state == RequestState.QUEUED


def test_two_requests_merged_into_each_other_leave_one_open():
    one, two, desk = a_request(), a_request(), a_volunteer()
    stale_one, stale_two = HelpRequest.objects.get(pk=one.pk), HelpRequest.objects.get(pk=two.pk)
    one.merge_into(two, desk, timezone.now())
    with pytest.raises(NotAllowed):
        stale_two.merge_into(stale_one, desk, timezone.now())
    assert HelpRequest.objects.open().get() == two


def test_closed_request_merges_into_an_open_one():
    closed, opened, desk = a_request(), a_request(), a_volunteer()
    closed.resolve(Outcome.HELPED, desk, timezone.now())
    closed.merge_into(opened, desk, timezone.now())
    closed.refresh_from_db()
    assert (closed.state, closed.merged_into) == (RequestState.MERGED, opened)


# --- No need is swallowed ----------------------------------------------------------------------------------------


def test_oxygen_asked_for_in_the_thread_of_a_consultation_is_asked_for():
    advice = {"is_call": True, "needs": ["consultation"], "district": a_request().district_id}
    first = read("mother has fever", source=Source.PHONE, phones=["+919829033333"], form=advice)
    assert first.request.is_consultation
    news = {**advice, "needs": ["oxygen", "consultation"]}
    second = read("mother worse now", source=Source.PHONE, phones=["+919829033333"], form=news)
    kinds = HelpRequest.objects.filter(pk=second.request.pk).values_list("needs__kind", flat=True)
    assert "oxygen" in kinds


def test_advice_asked_for_later_reaches_the_doctor_desk():
    oxygen = {"is_call": True, "needs": ["oxygen"], "district": a_request().district_id}
    first = read("father needs it", source=Source.PHONE, phones=["+919829044444"], form=oxygen)
    both = {**oxygen, "needs": ["oxygen", "consultation"]}
    for words in ("and which medicine is right", "please a doctor too"):
        read(words, source=Source.PHONE, phones=["+919829044444"], form=both)
    assert HelpRequest.objects.filter(parent=first.request, is_consultation=True).count() == 1


def test_need_crossed_out_can_be_asked_for_again():
    request, desk = a_request(needs=("oxygen", "beds")), a_volunteer()
    now = timezone.now()
    corrections.correct(request, "needs", ["oxygen"], desk, now)
    assert request.needs.get(kind="beds").state == NeedState.VOID
    corrections.correct(request, "needs", ["oxygen", "beds"], desk, now)
    assert request.needs.get(kind="beds").state == NeedState.OPEN


def test_tried_post_is_not_starved_by_fresh_ones():
    now = timezone.now()
    tried = a_post(PLEA)
    Post.objects.filter(pk=tried.pk).update(attempts=1, next_attempt_at=now - timedelta(minutes=10))
    for number in range(3):
        a_post(f"{PLEA} {number}")
    _token, taken = triage.claim(2)
    assert taken == [tried]


# --- No number can be read or worked out -----------------------------------------------------------------------


def test_fingerprint_of_a_text_cannot_be_made_without_the_key(settings):
    with_one = matching.fingerprint(PLEA)
    settings.PHONE_HASH_KEY = "another key of this installation"
    assert matching.fingerprint(PLEA) != with_one


def test_hash_of_an_api_body_cannot_be_made_without_the_key(settings):
    body = {"phones": ["9829012345"], "needs": ["oxygen"]}
    with_one = idempotency.fingerprint("/api/v1/requests/", body)
    settings.PHONE_HASH_KEY = "another key of this installation"
    assert idempotency.fingerprint("/api/v1/requests/", body) != with_one


def test_number_in_a_name_is_masked():
    post, _is_new = accept(Source.PHONE, "named", PLEA, timezone.now(), author_name="Ramesh 98290 12345")
    assert "12345" not in post.author_name
    assert post.author_name.startswith("Ramesh")


def test_number_in_a_note_becomes_a_sealed_contact(client, unhashed_files):
    desk, request = a_volunteer(), a_request()
    request.claim(desk, timezone.now())
    client.force_login(desk)
    address = f"/requests/{request.code}/"
    client.post(f"{address}note/", {"note": "his brother has 98290-54321, call him"}, secure=True)
    page = client.get(address, secure=True).content.decode()
    assert "his brother has" in page
    assert "54321" not in page
    assert "54321" not in Event.objects.get(request=request, kind="noted").note
    assert "+919829054321" in [contact.phone for contact in request.contacts.all()]


def test_error_of_the_api_says_no_number_back(client):
    _partner, key = an_api_client()
    body = json.dumps({"text": "x", "needs": ["call 9829012345"]})
    headers = {"authorization": f"Api-Key {key}"}
    answer = client.post("/api/v1/requests/", body, "application/json", headers=headers, secure=True)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "needs.0")
    assert "9829012345" not in answer.content.decode()


def written_down(client, text: str, number: str = "98290 12345") -> str:
    """Send one form of the phone desk, always of the same token; return the page that follows."""
    form = {"token": "6a3ff6a1-6d2f-4f0a-8f53-3a0b7c6d0c11", "number": number, "text": text}
    return client.post("/phone/", form, secure=True, follow=True).content.decode()


def test_phone_desk_is_not_told_of_a_request_in_another_district(client, unhashed_files):
    foreign = read("Need oxygen cylinder in Kota for my father 9829012345").request
    client.force_login(a_volunteer("", "Jaipur", role=Role.PHONE_DESK))
    assert foreign.code not in written_down(client, "asks how it stands")
    assert Post.objects.filter(request=foreign).count() == 2


def test_second_call_on_an_old_form_is_kept_and_a_double_press_is_one(client, unhashed_files):
    client.force_login(a_volunteer("", role=Role.PHONE_DESK))
    for _press in range(2):
        written_down(client, "father needs oxygen in Jaipur")
    assert Post.objects.count() == 1
    written_down(client, "sister needs plasma in Jaipur", "98290 99999")
    assert Post.objects.count() == 2


# --- When something is away ------------------------------------------------------------------------------------


def test_page_says_503_while_the_database_is_away(client):
    client.force_login(a_volunteer())
    client.raise_request_exception = False

    def away(*_unused):
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        answer = client.get("/queue/", secure=True)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.django_db(transaction=True)
def test_loop_goes_on_after_an_odd_failure():
    turns, stop = [], threading.Event()

    def fails():
        turns.append(1)
        if len(turns) == 3:
            stop.set()
        raise KeyError("odd")

    loops.run("odd", fails, 0.01, stop)
    assert len(turns) == 3


def test_request_is_called_an_offer_though_its_post_cannot_be_opened():
    post = read(PLEA)
    Post.objects.filter(pk=post.pk).update(sealed_text=b"sealed with a lost key")
    corrections.correct(post.request, "kind", "offer", a_volunteer(), timezone.now())
    post.refresh_from_db()
    assert post.lead is not None
    assert post.request.outcome == Outcome.NOT_A_REQUEST


# --- Cost and concurrency -------------------------------------------------------------------------------------------


def test_cost_of_a_copy_does_not_grow_with_the_copies():
    first = read(PLEA)
    columns = ("sealed_text", "masked_text", "fingerprint", "posted_at", "received_at", "next_attempt_at")
    same = {name: getattr(first, name) for name in columns}
    same |= {
        "source": Source.X,
        "copy_of": "77",
        "state": "read",
        "outcome": "joined",
        "request": first.request,
    }
    Post.objects.bulk_create(Post(external_id=f"copy{n}", author_id=str(n), **same) for n in range(300))
    counts = []

    def count_rows(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        counts.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(count_rows):
        assert read(PLEA).request == first.request
    assert 0 < max(counts) < 50


def test_api_plea_with_another_number_under_a_known_name_is_refused(client):
    _partner, key = an_api_client()
    headers = {"authorization": f"Api-Key {key}"}
    said = {"needs": ["oxygen"], "external_id": "p-1"}
    codes = []
    for number in ("9829012345", "9829012345", "9829099999"):
        body = json.dumps({**said, "phones": [number]})
        answer = client.post(
            "/api/v1/requests/", body, content_type="application/json", headers=headers, secure=True
        )
        codes.append(answer.status_code)
    assert codes == [201, 200, 409]


def at_once(*targets) -> list[Exception]:
    """Run each in a thread with its own connection; return what went wrong."""
    troubles: list[Exception] = []

    def run(target):
        try:
            target()
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[target]) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    return troubles


@pytest.mark.django_db(transaction=True)
def test_looking_at_a_number_and_joining_a_post_do_not_lock_each_other_out(gazetteer):
    """A batch holds the request and suggests another to the person, who holds their own row and looks at the request."""
    desk, request, elsewhere = a_volunteer(), read(PLEA).request, a_request()
    contact, both_hold = request.contacts.get(), threading.Barrier(2, timeout=10)
    copy = a_post(PLEA)

    def joins():
        with transaction.atomic():
            triage.read_now(copy)
            both_hold.wait()
            HelpRequest.objects.filter(pk=elsewhere.pk).update(suggested=desk)

    def looks():
        def meet(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            if "UPDATE" in sql and "districts_volunteer" in sql:
                both_hold.wait()
            return result

        with connection.execute_wrapper(meet):
            reveal.reveal(contact, desk, timezone.now())

    assert at_once(joins, looks) == []
    assert Post.objects.get(pk=copy.pk).request == request


@pytest.mark.django_db(transaction=True)
def test_stuck_worker_does_not_hold_up_a_web_request_for_ever(gazetteer):
    """A frozen process holds the matcher's lock: the call is kept and read later, and the page answers meanwhile."""
    LoopLease.objects.create(name="matching")
    holds, answered, states = threading.Event(), threading.Event(), []

    def frozen():
        with transaction.atomic():
            LoopLease.objects.select_for_update().get(name="matching")
            holds.set()
            answered.wait(25)

    def page():
        holds.wait(10)
        states.append(read(PLEA).state)
        answered.set()

    assert at_once(frozen, page) == []
    assert states == ["due"]


def test_passing_a_post_shows_the_next_of_the_same_moment(client, unhashed_files):
    desk = a_volunteer(role=Role.STATE_DESK)
    now = timezone.now()
    posts = [a_post(f"good morning all {n}", now=now, state="read", outcome="noise") for n in range(3)]
    client.force_login(desk)
    page = client.get(f"/review/?tab=noise&after={posts[2].pk}", secure=True).content.decode()
    assert "good morning all 1" in page


@pytest.mark.parametrize("path", ["/review/?after=%00", "/places/?after=%00", "/review/?tab=noise&after=%00"])
def test_nul_in_an_address_is_no_error(client, unhashed_files, path):
    client.force_login(a_volunteer(role=Role.STATE_DESK))
    assert client.get(path, secure=True).status_code == 200


def test_request_of_no_district_is_handed_to_the_state_desk_alone():
    nowhere = a_volunteer("nowhere")
    nowhere.districts.clear()
    desk = a_volunteer("farah", role=Role.STATE_DESK)
    assert list(people_for(a_request(None), a_volunteer("asker", role=Role.STATE_DESK))) == [desk]


def test_long_history_shows_its_newest_lines(client, unhashed_files):
    person, request, now = a_volunteer(role=Role.STATE_DESK), a_request(), timezone.now()
    lines = [
        Event(request=request, kind="noted", at=now + timedelta(seconds=n), note=f"line-{n}.")
        for n in range(230)
    ]
    Event.objects.bulk_create(lines)
    client.force_login(person)
    page = client.get(f"/requests/{request.code}/", secure=True).content.decode()
    assert "line-229." in page and "line-0." not in page


def test_erased_post_is_not_made_a_request_again():
    post = a_post("", state="read", outcome="noise", erased_at=timezone.now())
    with pytest.raises(NotAllowed):
        corrections.make_request(post, a_volunteer(role=Role.STATE_DESK), timezone.now())
    assert not HelpRequest.objects.exists()
