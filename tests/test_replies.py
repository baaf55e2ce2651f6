"""Replies on X: what may be queued, and that each goes out once whatever becomes of the answer."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from requests_app.models import HelpRequest, IngestCursor, Post, Reply
from requests_app.public_text import weighted_length
from requests_app.replies import ReplyNotAllowed, deliver_due, queue_reply
from requests_app.x_client import XClient
from tests.desk import ME, Desk, account_of
from tests.factories import a_request, a_volunteer
from tests.xsim.control import Sim

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread() as sim:
        yield Desk(sim)


def a_plea(desk: Desk, text: str = "@RajHelpDesk oxygen", **traits: object) -> Post:
    """A mention that was taken in and opened a request."""
    x_id = desk.ask(text, **traits)
    desk.poll()
    request = a_request(None, now=desk.now())
    Post.objects.filter(x_id=x_id).update(state="read", outcome="opened", request=request)
    return Post.objects.select_related("request").get(x_id=x_id)


def queued(desk: Desk, text: str = "{code} is being worked on", **traits: object) -> Reply:
    post = a_plea(desk, **traits)
    assert post.request
    text = text.format(code=post.request.code)
    return queue_reply(post, post.request, text, a_volunteer(), desk.now())


def of(reply: Reply) -> Reply:
    return Reply.objects.get(pk=reply.pk)


def on_x(desk: Desk) -> list[str]:
    """The posts of our own account that X shows, by text."""
    desk.sim.config(own_delay_s=0)
    page = XClient(desk.account).own_posts(since_id=0)
    return [item["id"] for item in page.items]


def sent_posts(desk: Desk) -> int:
    return len(desk.sim.journal("create"))


# --- The gate -----------------------------------------------------------------------------------


def test_queued_reply_is_due_and_stands_in_the_history(desk):
    reply = queued(desk)
    assert (reply.state, reply.post.reply) == ("due", reply)
    event = reply.request.events.get(kind="replied")
    assert (event.by, event.data) == (reply.by, {"post": reply.post_id, "reply": reply.pk})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no code in it", "no_code"),
        ("{code}X is another code", "no_code"),
        ("{code} call 98290 12345", "phone_number"),
        ("{code} call ९८२९०१२३४५", "phone_number"),
        ("{code} pay to asha@okbank", "phone_number"),
        ("{code} see https://example.org/x", "link"),
        ("{code} see www.example.org", "link"),
        ("{code} see example.com", "link"),
        ("{code} " + "क" * 280, "too_long"),
    ],
)
def test_text_that_may_not_go_out_is_refused_with_its_reason(desk, text, reason):
    with pytest.raises(ReplyNotAllowed) as caught:
        queued(desk, text)
    assert caught.value.reason == reason
    assert not Reply.objects.exists()


def test_code_of_digits_is_no_phone_number(desk):
    post = a_plea(desk)
    HelpRequest.objects.update(code="RJ-482913")
    post.request.refresh_from_db()
    assert queue_reply(post, post.request, "RJ-482913 108 ko call karein", a_volunteer(), desk.now())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"may_reply": False}, "may_not_reply"),
        ({"x_id": None}, "may_not_reply"),
        ({"copy_of": "5"}, "may_not_reply"),
        ({"erased_at": timezone.now()}, "target_gone"),
        ({"posted_at": timezone.now() - timedelta(days=400)}, "too_old"),
        ({"request": None, "outcome": "noise"}, "other_request"),
    ],
)
def test_post_that_takes_no_reply_is_refused_with_its_reason(desk, fields, reason):
    post = a_plea(desk)
    request = post.request
    Post.objects.filter(pk=post.pk).update(**fields)
    with pytest.raises(ReplyNotAllowed) as caught:
        queue_reply(Post.objects.get(pk=post.pk), request, request.code, a_volunteer(), desk.now())
    assert caught.value.reason == reason


def test_second_reply_to_the_same_mention_is_refused(desk):
    reply = queued(desk)
    with pytest.raises(ReplyNotAllowed) as caught:
        queue_reply(reply.post, reply.request, f"{reply.request.code} again", a_volunteer(), desk.now())
    assert caught.value.reason == "already_replied"
    assert reply.request.events.filter(kind="replied").count() == 1


def test_refused_reply_may_be_pressed_again_in_other_words(desk):
    reply = queued(desk)
    Reply.objects.update(state="failed", error="forbidden")
    again = queue_reply(reply.post, reply.request, f"{reply.request.code} again", a_volunteer(), desk.now())
    assert (again.pk, again.state, again.error) == (reply.pk, "due", "")


def test_reply_that_may_be_on_x_is_not_pressed_again(desk):
    reply = queued(desk)
    Reply.objects.update(state="failed", error="not_found_on_x")
    with pytest.raises(ReplyNotAllowed):
        queue_reply(reply.post, reply.request, f"{reply.request.code} again", a_volunteer(), desk.now())


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("मदद", 3),
        ("日本", 4),
        ("😀", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇮🇳", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("cafe\u0301", 4),
        ("see https://example.org/a/very/long/path?with=query now", 4 + 23 + 4),
        ("“quoted” – dash…", 17),
    ],
)
def test_length_is_counted_as_x_counts_it(text, length):
    assert weighted_length(text) == length


# --- Sending ------------------------------------------------------------------------------------


def test_reply_is_sent_once(desk):
    reply = queued(desk)
    assert deliver_due(desk.client, desk.now) == 1
    assert deliver_due(desk.client, desk.now) == 0
    assert of(reply).state == "sent"
    assert on_x(desk) == [of(reply).x_id]


def test_senders_at_once_send_each_reply_once(desk):
    for number in range(8):
        queued(desk, author=f"person{number}")
    settled = []

    def work() -> None:
        settled.append(deliver_due(XClient(desk.account), desk.now))
        connection.close()

    threads = [threading.Thread(target=work) for _sender in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(settled) == 8 and sent_posts(desk) == 8
    assert set(Reply.objects.values_list("state", flat=True)) == {"sent"}


def test_sending_is_committed_before_x_is_called(desk):
    reply = queued(desk)
    seen = []

    class Watching(XClient):
        def create_reply(self, text: str, in_reply_to: int | str) -> str:
            seen.append(of(reply).state)
            return super().create_reply(text, in_reply_to)

    deliver_due(Watching(desk.account), desk.now)
    assert seen == ["sending"]


@pytest.mark.parametrize("fault", ["reset", "5xx", "truncated"])
def test_reply_whose_answer_got_lost_is_found_and_not_sent_again(desk, fault):
    reply = queued(desk)
    desk.sim.fault(fault, "create", when="after")
    desk.deliver()
    assert of(reply).state == "unknown"
    desk.deliver()
    desk.go(61)
    assert desk.deliver() == 1
    assert of(reply).state == "sent"
    assert on_x(desk) == [of(reply).x_id]
    assert sent_posts(desk) == 1


def test_reply_that_x_never_got_is_sent_once_more_after_two_looks(desk):
    reply = queued(desk)
    desk.sim.fault("reset", "create", when="before")
    desk.deliver()
    states = []
    for _turn in range(4):
        desk.go(130)
        desk.deliver()
        states.append(of(reply).state)
    assert states[0] == "unknown" and states[-1] == "sent"
    assert len(on_x(desk)) == 1


def test_reply_that_x_shows_too_late_is_not_doubled(desk):
    """X refuses the same text twice: the second look then finds the first."""
    reply = queued(desk)
    desk.sim.config(own_delay_s=600)
    desk.sim.fault("reset", "create", when="after")
    for _turn in range(12):
        desk.deliver()
        desk.go(130)
    assert of(reply).state == "sent"
    assert len(on_x(desk)) == 1


def test_reply_that_is_never_found_goes_to_a_person(desk):
    reply = queued(desk)
    desk.sim.fault("5xx", "create", times=None)
    for _turn in range(30):
        desk.deliver()
        desk.go(130)
    assert (of(reply).state, of(reply).error) == ("failed", "not_found_on_x")
    assert sent_posts(desk) == 2


def test_reply_whose_sender_died_is_looked_up(desk):
    reply = queued(desk)
    past = timezone.now() - timedelta(minutes=3)
    Reply.objects.update(state="sending", lease_token=uuid.uuid4(), attempted_at=past)
    x_id = desk.client.create_reply(reply.text, reply.post.x_id or 0)
    desk.deliver()
    assert (of(reply).state, of(reply).x_id) == ("sent", x_id)
    assert sent_posts(desk) == 1


def test_another_post_of_ours_in_the_same_place_is_not_taken_for_the_reply(desk):
    reply = queued(desk)
    desk.sim.add_tweet("RajHelpDesk", "written by hand", reply_to=reply.post.x_id)
    desk.sim.fault("reset", "create", when="before")
    desk.deliver()
    desk.go(61)
    desk.deliver()
    assert (of(reply).state, of(reply).lookups) == ("unknown", 1)


def test_failed_look_proves_nothing(desk):
    reply = queued(desk)
    desk.sim.fault("reset", "create", when="after")
    desk.deliver()
    desk.sim.fault("5xx", "user_tweets")
    desk.go(61)
    desk.deliver()
    assert (of(reply).state, of(reply).lookups) == ("unknown", 0)
    desk.go(61)
    desk.deliver()
    assert of(reply).state == "sent"


def test_refusal_of_one_reply_says_why_and_leaves_the_others_alone(desk):
    refused, other = queued(desk), queued(desk)
    desk.sim.fault("403", "create", text="target_gone")
    assert desk.deliver() == 2
    assert (of(refused).state, of(refused).error) == ("failed", "target_gone")
    assert of(other).state == "sent"


@pytest.mark.parametrize(
    ("kind", "options"),
    [("401", {}), ("402", {}), ("403", {"text": "suspended"}), ("429", {"variant": "future"})],
)
def test_trouble_of_the_account_keeps_replies_due(desk, kind, options):
    first, second = queued(desk), queued(desk)
    desk.sim.fault(kind, "create", **options)
    assert desk.deliver() == 0
    assert [of(first).state, of(second).state] == ["due", "due"]
    assert sent_posts(desk) == 1
    assert desk.deliver() == 0 and sent_posts(desk) == 1
    assert desk.cursor.blocked_until is None
    desk.go(1200)
    assert desk.deliver() == 2


def test_nothing_is_sent_while_x_refuses_the_account(desk):
    queued(desk)
    IngestCursor.objects.filter(account=ME).update(
        blocked_reason="auth", blocked_until=desk.now() + timedelta(minutes=5)
    )
    assert desk.deliver() == 0 and sent_posts(desk) == 0
    # The limit of reading says nothing about writing.
    IngestCursor.objects.update(blocked_reason="rate")
    assert desk.deliver() == 1


def test_without_a_network_the_reply_stays_due(desk):
    reply = queued(desk)
    deliver_due(XClient(account_of(desk.sim, api_base="http://127.0.0.1:9")), desk.now)
    assert of(reply).state == "due"
    desk.go(60)
    assert desk.deliver() == 1
