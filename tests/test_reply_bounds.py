"""How much we write on X: limits per author and hour, authors who asked us to stop, and what X refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from districts.models import Role
from requests_app import reply_limits, stopping, triage
from requests_app.models import HelpRequest, Post, Reply, StoppedAuthor
from requests_app.replies import ReplyNotAllowed, queue_reply
from requests_app.reply_limits import PER_AUTHOR, PER_HOUR
from requests_app.reply_texts import REPLY_TEXTS, WORDINGS
from tests.desk import Desk
from tests.factories import a_post, a_request, a_volunteer
from tests.xsim.control import Sim

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gazetteer")]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread() as sim:
        desk = Desk(sim)
        desk.time = timezone.now() - timedelta(hours=2)
        desk.go(0)
        yield desk


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def a_plea(desk: Desk, author: str = "ramesh", **traits: object) -> Post:
    """A mention that was taken in and has a request."""
    x_id = desk.ask("@RajHelpDesk oxygen chahiye", author, **traits)
    desk.poll()
    request = a_request(now=desk.now())
    Post.objects.filter(x_id=x_id).update(state="read", outcome="opened", request=request)
    return Post.objects.select_related("request").get(x_id=x_id)


def press(desk: Desk, post: Post) -> Reply:
    assert post.request
    return queue_reply(post, post.request, f"{post.request.code} is looked at", a_volunteer(), desk.now())


def says(desk: Desk, text: str, author: str = "ramesh", **traits: object) -> Post:
    """Another post of that author, taken in and read."""
    x_id = desk.ask(text, author, **traits)
    desk.poll()
    return triage.read_now(Post.objects.get(x_id=x_id))


def refused(desk: Desk, post: Post) -> ReplyNotAllowed:
    with pytest.raises(ReplyNotAllowed) as caught:
        press(desk, post)
    return caught.value


def press_button(person, request: HelpRequest, name: str, **data) -> str:
    client = Client()
    client.force_login(person)
    return client.post(f"/requests/{request.code}/{name}/", data, follow=True).content.decode()


# --- Limits -------------------------------------------------------------------------------------


def test_an_author_gets_so_many_replies_a_day_and_more_a_day_later(desk):
    for _number in range(PER_AUTHOR):
        press(desk, a_plea(desk))
    desk.deliver()
    first = Reply.objects.order_by("pk").first()
    trouble = refused(desk, a_plea(desk))
    assert (trouble.reason, trouble.until) == ("author_limit", first.ended_at + timedelta(days=1))
    press(desk, a_plea(desk, "sita"))
    desk.go(24 * 3600 + 1)
    press(desk, a_plea(desk))


def test_what_waits_to_be_sent_counts_as_well(desk):
    for _number in range(PER_AUTHOR):
        press(desk, a_plea(desk))
    assert refused(desk, a_plea(desk)).reason == "author_limit"


def test_what_x_refused_does_not_count(desk):
    for _number in range(PER_AUTHOR):
        press(desk, a_plea(desk))
    Reply.objects.update(state="failed", error="forbidden", ended_at=desk.now())
    press(desk, a_plea(desk))
    Reply.objects.update(state="failed", error="not_found_on_x", ended_at=desk.now())
    assert refused(desk, a_plea(desk)).reason == "author_limit"


def fill_the_hour(desk: Desk, count: int) -> None:
    posts = [a_post("plea", author_id=f"{900000 + number}", x_id=5_000 + number) for number in range(count)]
    request, person = a_request(), a_volunteer()
    Reply.objects.bulk_create(
        Reply(
            post=post,
            request=request,
            by=person,
            text="",
            state="sent",
            x_id=f"{7_000 + number}",
            created_at=desk.now(),
            next_attempt_at=desk.now(),
            ended_at=desk.now(),
        )
        for number, post in enumerate(posts)
    )


def test_the_handle_writes_so_many_replies_an_hour(desk):
    fill_the_hour(desk, PER_HOUR)
    desk.go(60)
    trouble = refused(desk, a_plea(desk))
    assert trouble.reason == "hour_limit"
    assert trouble.until == desk.now() + timedelta(minutes=59)
    desk.go(3600)
    press(desk, a_plea(desk))


def test_a_reply_that_waited_is_put_off_when_the_limit_is_reached_at_sending(desk):
    reply = press(desk, a_plea(desk))
    fill_the_hour(desk, PER_HOUR)
    assert desk.deliver() == 0
    reply.refresh_from_db()
    assert (reply.state, reply.error) == ("due", "waits: hour_limit")
    assert reply.next_attempt_at == desk.now() + timedelta(hours=1)
    desk.go(3601)
    assert desk.deliver() == 1


def test_two_presses_at_once_do_not_both_take_the_last_place(desk):
    for _number in range(PER_AUTHOR - 1):
        press(desk, a_plea(desk))
    posts, person = [a_plea(desk), a_plea(desk)], a_volunteer()
    together, answers = threading.Barrier(2), []

    def work(post: Post) -> None:
        together.wait(10)
        try:
            queue_reply(post, post.request, f"{post.request.code} is looked at", person, desk.now())
            answers.append("queued")
        except ReplyNotAllowed as trouble:
            answers.append(trouble.reason)
        connection.close()

    threads = [threading.Thread(target=work, args=(post,)) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["author_limit", "queued"]
    assert Reply.objects.count() == PER_AUTHOR


def test_the_limit_is_told_in_words_with_the_time(desk):
    for _number in range(PER_AUTHOR):
        press(desk, a_plea(desk))
    post = a_plea(desk)
    page = press_button(a_volunteer(), post.request, "reply", post=post.pk, text=f"{post.request.code} hello")
    assert "as many replies today as we allow ourselves" in page
    assert "It is possible again at" in page


# --- Stop ---------------------------------------------------------------------------------------


def answered(desk: Desk) -> Post:
    """A plea that we replied to."""
    post = a_plea(desk)
    press(desk, post)
    desk.deliver()
    return post


def test_an_author_who_answers_stop_gets_no_more_replies(desk):
    post = answered(desk)
    stop = says(desk, "stop", reply_to=int(Reply.objects.get().x_id))
    row = StoppedAuthor.objects.get()
    assert (row.post, row.since, row.lifted_at) == (stop, stop.posted_at, None)
    assert post.author_id not in row.author_hash
    assert refused(desk, a_plea(desk)).reason == "stopped"
    press(desk, a_plea(desk, "sita"))


def test_stop_below_the_own_plea_counts_and_to_somebody_else_does_not(desk):
    post = answered(desk)
    other = desk.sim.add_tweet("mohan", "@RajHelpDesk why do you ask them?")
    says(desk, "band karo", reply_to=other)
    assert not StoppedAuthor.objects.exists()
    says(desk, "band karo", reply_to=post.x_id)
    assert StoppedAuthor.objects.exists()


@pytest.mark.parametrize("text", ["@RajHelpDesk oxygen stop ho gaya", "@RajHelpDesk bleeding does not stop"])
def test_a_plea_with_the_word_stop_is_a_plea(desk, text):
    answered(desk)
    says(desk, text)
    assert not StoppedAuthor.objects.exists()


def test_reply_that_waits_is_not_sent_to_who_wrote_stop_meanwhile(desk):
    reply = press(desk, a_plea(desk))
    says(desk, "@RajHelpDesk stop")
    assert desk.deliver() == 1
    reply.refresh_from_db()
    assert (reply.state, reply.error) == ("failed", "stopped")
    assert desk.sim.journal("create") == []
    assert reply.request.events.get(kind="reply_refused").data["reason"] == "stopped"


def test_start_lets_us_write_again_and_an_older_stop_that_comes_late_changes_nothing(desk):
    answered(desk)
    stop = says(desk, "@RajHelpDesk stop")
    desk.go(60)
    says(desk, "@RajHelpDesk start")
    press(desk, a_plea(desk))
    stopping.hear(stop)
    assert not stopping.has_stopped(stop.author_id)
    desk.go(60)
    says(desk, "@RajHelpDesk stop please")
    assert stopping.has_stopped(stop.author_id)


def test_reply_box_says_that_they_asked_us_not_to_write_and_the_state_desk_lifts_it(desk):
    answered(desk)
    says(desk, "@RajHelpDesk stop")
    post = a_plea(desk)
    volunteer, state_desk = a_volunteer(), a_volunteer(role=Role.STATE_DESK)
    page = press_button(volunteer, post.request, "note", note="hello")
    assert "They asked us not to write; call instead." in page
    assert 'id="reply-text"' not in page
    assert "They told us that we may write again" not in page
    press_button(volunteer, post.request, "write_again", post=post.pk)
    assert stopping.has_stopped(post.author_id)
    page = press_button(state_desk, post.request, "write_again", post=post.pk)
    assert 'id="reply-text"' in page
    row = StoppedAuthor.objects.get()
    assert (row.lifted_by, stopping.has_stopped(post.author_id)) == (state_desk, False)


# --- What X refuses -----------------------------------------------------------------------------


def test_refusal_of_x_is_shown_with_call_instead_and_stands_in_the_history(desk):
    post = a_plea(desk, reply_settings="following")
    reply = press(desk, post)
    desk.sim.fault("403", "create", text="not_summoned")
    desk.deliver()
    reply.refresh_from_db()
    assert (reply.state, reply.error) == ("failed", "not_summoned")
    assert post.request.events.get(kind="reply_refused").data == {
        "post": post.pk,
        "reply": reply.pk,
        "reason": "not_summoned",
    }
    page = press_button(a_volunteer(), post.request, "note", note="hello")
    assert page.count("X does not let us reply there; call instead.") == 3
    assert 'id="reply-text"' not in page


def test_author_who_took_the_mention_away_is_refused_by_x_itself(desk):
    """No fault is set: the simulator's own rule answers, as the target does not name us."""
    x_id = desk.sim.add_tweet("ramesh", "oxygen chahiye", reply_settings="mentionedUsers")
    post = a_post("oxygen", source="x", external_id=str(x_id), x_id=x_id, may_reply=True)
    request = a_request()
    Post.objects.filter(pk=post.pk).update(
        state="read", outcome="opened", request=request, posted_at=desk.now()
    )
    reply = press(desk, Post.objects.select_related("request").get(pk=post.pk))
    desk.deliver()
    reply.refresh_from_db()
    assert (reply.state, reply.error) == ("failed", "not_summoned")


# --- Wordings in the box ------------------------------------------------------------------------


def test_other_wording_is_one_press_and_works_without_scripts(desk):
    post, person = a_plea(desk), a_volunteer()
    first = press_button(person, post.request, "reply_preview", template="received-en-1")
    assert WORDINGS["received-en-1"].filled(post.request.code) in first
    assert 'name="template" value="received-en-2"' in first
    second = press_button(person, post.request, "reply_preview", template="received-en-2")
    assert WORDINGS["received-en-2"].filled(post.request.code) in second


def test_wording_that_was_sent_is_not_offered_next(desk):
    person, post = a_volunteer(), a_plea(desk)
    text = next(text for text in REPLY_TEXTS if text.key == "received-en")
    for expected in (1, 2, 3):
        offered = text.for_request(post.request.code, reply_limits.used_lately(desk.now()))
        other = a_plea(desk, f"person{expected}")
        queue_reply(
            other, other.request, offered.filled(other.request.code), person, desk.now(), wording=offered.key
        )
    assert set(reply_limits.used_lately(desk.now())) == {wording.key for wording in text.wordings}


def test_wording_of_the_press_is_kept_with_the_reply(desk):
    post = a_plea(desk)
    text = WORDINGS["calling-hi-2"].filled(post.request.code)
    press_button(a_volunteer(), post.request, "reply", post=post.pk, text=text, wording="calling-hi-2")
    assert Reply.objects.get().wording == "calling-hi-2"


def test_preview_shows_length_and_cost(desk):
    post = a_plea(desk)
    page = press_button(a_volunteer(), post.request, "reply_preview", text="मदद " * 71, post=post.pk)
    assert "284 of 280" in page
    assert "1.5 US cents" in page
