"""The client of X: whatever X answers ends as a checked page or as one of the client's own failures."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from requests_app.x_client import BadToken, MaybeSent, Refused, XClient, XTrouble
from tests.desk import ME, Desk, account_of
from tests.xsim.control import Sim


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread() as sim:
        yield Desk(sim)


def trouble(desk: Desk, kind: str, route: str = "mentions", **options: object) -> XTrouble:
    desk.ask()
    desk.sim.fault(kind, route, **options)
    with pytest.raises(XTrouble) as caught:
        desk.client.mentions_page(since_id=0)
    return caught.value


def test_page_holds_raw_posts_and_where_to_go_on(desk):
    written = desk.ask_many(120)
    page = desk.client.mentions_page(since_id=0)
    assert [int(item["id"]) for item in page.items] == sorted(written)[:19:-1]
    assert page.server_date == desk.now()
    rest = desk.client.mentions_page(since_id=0, token=page.next_token)
    assert (len(rest.items), rest.next_token) == (20, "")
    assert {user["id"] for user in page.includes["users"]} == {item["author_id"] for item in page.items}


def test_spacing_makes_the_limit_last_until_it_is_renewed(desk):
    spacing = desk.client.mentions_page(since_id=0).spacing
    assert timedelta(seconds=2) < spacing <= timedelta(seconds=900 / 299)
    for _call in range(150):
        page = desk.client.mentions_page(since_id=0)
    assert page.spacing > 1.5 * spacing


def test_bounds_are_passed_on(desk):
    ids = desk.ask_many(5)
    page = desk.client.mentions_page(since_id=ids[0], until_id=ids[4])
    assert [int(item["id"]) for item in page.items] == [ids[3], ids[2], ids[1]]


def test_empty_page_is_no_failure(desk):
    assert desk.client.mentions_page(since_id=0).items == []


def test_calls_are_signed_as_the_user_and_bearer_alone_works_too(desk):
    desk.client.mentions_page(since_id=0)
    bearer = XClient(account_of(desk.sim, api_key="", access_token="", bearer_token=desk.sim.keys.bearer))
    bearer.mentions_page(since_id=0)
    kinds = [entry["auth"]["kind"] for entry in desk.sim.journal("mentions")]
    assert kinds == ["user", "app"]


@pytest.mark.parametrize(
    ("kind", "options", "cause"),
    [
        ("401", {}, "auth"),
        ("401_code", {"code": 135, "message": "Timestamp out of bounds"}, "auth"),
        ("402", {}, "credits"),
        ("403", {"text": "not_enrolled"}, "access"),
        ("403", {"text": "access_level"}, "access"),
        ("403", {"text": "locked"}, "access"),
        ("403", {"text": "suspended"}, "access"),
        ("403", {"text": "not_permitted"}, "resource"),
        ("404", {}, "resource"),
        ("409", {}, "trouble"),
        ("usage_cap", {}, "cap"),
        ("429", {"variant": "future"}, "rate"),
        ("429", {"variant": "non_numeric"}, "rate"),
        ("429", {"v1_body": True}, "rate"),
        ("5xx", {"status": 500}, "trouble"),
        ("5xx", {"status": 503, "html": True}, "trouble"),
        ("500_list", {}, "trouble"),
        ("errors_only", {}, "resource"),
        ("html_200", {}, "trouble"),
        ("truncated", {}, "trouble"),
        ("bad_gzip", {}, "trouble"),
        ("bad_count", {}, "trouble"),
        ("no_meta", {}, "trouble"),
        ("no_data", {}, "trouble"),
        ("reset", {}, "trouble"),
        ("redirect", {}, "trouble"),
    ],
)
def test_failure_has_its_cause(desk, kind, options, cause):
    assert trouble(desk, kind, **options).cause == cause


@pytest.mark.parametrize(
    "kind",
    ["errors_null", "partial_errors", "no_millis", "no_text", "no_includes", "unknown_fields", "bad_utf8"],
)
def test_odd_but_whole_page_is_taken(desk, kind):
    desk.ask_many(3)
    desk.sim.fault(kind, "mentions")
    assert len(desk.client.mentions_page(since_id=0).items) == 3


@pytest.mark.parametrize(
    ("variant", "seconds"),
    [
        ("future", 900),
        ("day", 40_000),
        ("past", None),
        ("missing", None),
        ("non_numeric", None),
        ("remaining", None),
    ],
)
def test_wait_is_x_own_only_where_its_headers_make_sense(desk, variant, seconds):
    wait = trouble(desk, "429", variant=variant).wait
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_token_that_x_refuses_and_token_that_leads_to_itself_are_told_apart(desk):
    desk.ask_many(250)
    page = desk.client.mentions_page(since_id=0)
    desk.sim.fault("token_loop", "mentions")
    with pytest.raises(BadToken):
        desk.client.mentions_page(since_id=0, token=page.next_token)
    with pytest.raises(BadToken):
        desk.client.mentions_page(since_id=0, token="nonsense")


def test_redirect_is_not_followed(desk):
    trouble(desk, "redirect")
    assert len(desk.sim.journal()) == 1


def test_redirect_within_x_is_not_followed_either(desk):
    """requests would follow it, and turn a POST into a GET."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(4096).split(b" ", 1)[0])
                    where = b"HTTP/1.1 301 Moved\r\nLocation: https://api.twitter.com/2/new\r\n"
                    connection.sendall(where + b"Content-Length: 0\r\nConnection: close\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        client = XClient(account_of(desk.sim, api_base=f"http://127.0.0.1:{server.getsockname()[1]}"))
        with pytest.raises(XTrouble):
            client.create_reply("RJ-4F7K2M noted", 5)
    assert asked == [b"POST"]


def test_nothing_goes_anywhere_but_to_x(desk):
    with pytest.raises(requests.exceptions.InvalidSchema):
        desk.client._tweepy.session.get("https://elsewhere.invalid/")


def test_environment_can_neither_redirect_nor_replace_our_keys(desk, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.twitter.com login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    bearer = XClient(account_of(desk.sim, api_key="", access_token="", bearer_token=desk.sim.keys.bearer))
    for client in (desk.client, bearer):
        assert client.mentions_page(since_id=0).items == []


def test_keys_are_not_in_the_account_when_it_is_printed(desk):
    assert desk.sim.keys.access_secret not in repr(desk.account)


def test_neither_keys_nor_texts_are_logged_at_debug(desk, caplog):
    caplog.set_level(logging.DEBUG)
    mention = desk.ask("@RajHelpDesk 9829012345")
    desk.client.mentions_page(since_id=0)
    desk.client.create_reply("RJ-4F7K2M noted", mention)
    for secret in ("9829012345", desk.account.access_token, desk.account.access_secret, "oauth_signature"):
        assert secret not in caplog.text


def test_server_that_hangs_up_without_a_word_is_trouble(desk):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        threading.Thread(target=lambda: mute.accept()[0].close(), daemon=True).start()
        client = XClient(account_of(desk.sim, api_base=f"http://127.0.0.1:{mute.getsockname()[1]}"))
        with pytest.raises(XTrouble):
            client.mentions_page(since_id=0)


def test_lookup_tells_what_is_gone(desk):
    here, gone = desk.ask(), desk.ask("@RajHelpDesk two")
    desk.sim.delete(gone)
    found = desk.client.lookup([here, gone])
    assert [item["id"] for item in found.items] == [str(here)]
    assert found.missing == {str(gone): "resource-not-found"}


def test_lookup_that_leaves_a_post_out_is_not_believed(desk):
    here = desk.ask()
    desk.sim.fault("no_data", "lookup")
    with pytest.raises(XTrouble):
        desk.client.lookup([here])


def test_me_is_the_help_handle(desk):
    assert desk.client.me()["id"] == ME


def test_search_finds_mentions(desk):
    ids = desk.ask_many(3)
    page = desk.client.search_recent("@RajHelpDesk -is:retweet", since_id=ids[0] - 1, until_id=ids[2])
    assert [int(item["id"]) for item in page.items] == [ids[1], ids[0]]


# --- Replies ------------------------------------------------------------------------------------


def test_reply_is_posted_and_stands_among_our_own_posts(desk):
    mention = desk.ask()
    new_id = desk.client.create_reply("RJ-4F7K2M noted", mention)
    own = desk.client.own_posts(since_id=mention)
    assert [item["id"] for item in own.items] == [new_id]
    assert own.items[0]["referenced_tweets"] == [{"type": "replied_to", "id": str(mention)}]


@pytest.mark.parametrize(
    ("kind", "options", "failure"),
    [
        ("5xx", {}, MaybeSent),
        ("5xx", {"html": True, "when": "after"}, MaybeSent),
        ("500_list", {}, MaybeSent),
        ("reset", {}, MaybeSent),
        ("reset", {"when": "after"}, MaybeSent),
        ("truncated", {}, MaybeSent),
        ("html_200", {}, MaybeSent),
        ("no_data", {}, MaybeSent),
        ("403", {"text": "duplicate"}, MaybeSent),
        ("403", {"text": "not_summoned"}, Refused),
        ("403", {"text": "only_where_mentioned"}, Refused),
        ("403", {"text": "target_gone"}, Refused),
        ("403", {"text": "not_permitted"}, Refused),
        ("403", {"text": "suspended"}, XTrouble),
        ("403", {"text": "not_enrolled"}, XTrouble),
        ("401", {}, XTrouble),
        ("402", {}, XTrouble),
        ("429", {"variant": "future"}, XTrouble),
        ("429", {"variant": "non_numeric"}, XTrouble),
        ("404", {}, XTrouble),
        ("redirect", {}, XTrouble),
    ],
)
def test_reply_failure_says_whether_it_may_be_on_x(desk, kind, options, failure):
    mention = desk.ask()
    desk.sim.fault(kind, "create", **options)
    with pytest.raises(failure):
        desk.client.create_reply("RJ-4F7K2M noted", mention)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("not_summoned", "not_summoned"), ("target_gone", "target_gone"), ("not_permitted", "forbidden")],
)
def test_refusal_has_its_reason(desk, text, reason):
    mention = desk.ask()
    desk.sim.fault("403", "create", text=text)
    with pytest.raises(Refused) as caught:
        desk.client.create_reply("RJ-4F7K2M noted", mention)
    assert caught.value.reason == reason


def test_bearer_token_cannot_reply_and_says_so(desk):
    client = XClient(account_of(desk.sim, api_key="", access_token="", bearer_token=desk.sim.keys.bearer))
    with pytest.raises(XTrouble) as caught:
        client.create_reply("RJ-4F7K2M noted", 5)
    assert caught.value.cause == "access"


def test_reply_without_a_connection_was_surely_not_sent(desk):
    client = XClient(account_of(desk.sim, api_base="http://127.0.0.1:9"))
    with pytest.raises(XTrouble):
        client.create_reply("RJ-4F7K2M noted", 5)


def test_every_call_has_a_time_out(desk):
    """Tweepy alone would wait for ever for a server that accepts and says nothing."""
    desk.sim.fault("hang", "mentions", seconds=3)
    client = XClient(desk.account, timeouts=(1, 0.2))
    with pytest.raises(XTrouble) as caught:
        client.mentions_page(since_id=0)
    assert "ReadTimeout" in caught.value.detail
