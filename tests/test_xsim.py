"""The X simulator, met through real Tweepy: what it accepts, refuses, hides, cuts, charges and breaks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from tests.xsim.auth import Keys
from tests.xsim.control import ROOT, Sim
from tests.xsim.text import weighted_length
from tests.xsim.world import snowflake

ME = 1_380_000_000_000_000_001
LONG = "@RajHelpDesk " + "घर में ऑक्सीजन नहीं है " * 20 + "@volunteer_ajm"


class ToSimulator(HTTPAdapter):
    """Sends what is meant for api.twitter.com to the simulator; the signature stays that of the real host."""

    def __init__(self, url: str, timeout_s: float) -> None:
        super().__init__(max_retries=0)
        self.to, self.timeout_s = url, timeout_s

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = f"{self.to}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        request.headers["Host"] = "api.twitter.com"
        return super().send(request, **{**options, "timeout": self.timeout_s, "proxies": {}})


def client_of(sim: Sim, *, return_type: Any = dict, timeout_s: float = 5, **changed: Any) -> tweepy.Client:
    keys = {
        "bearer_token": sim.keys.bearer,
        "consumer_key": sim.keys.consumer_key,
        "consumer_secret": sim.keys.consumer_secret,
        "access_token": sim.keys.access_token,
        "access_token_secret": sim.keys.access_secret,
    }
    client = tweepy.Client(**{**keys, **changed}, return_type=return_type)
    client.session.trust_env = False
    client.session.mount("https://api.twitter.com/", ToSimulator(sim.url, timeout_s))
    return client


def mentions(sim: Sim, **params: Any) -> Any:
    return client_of(sim).get_users_mentions(ME, user_auth=True, **params)


def ids_of(page: Any) -> list[int]:
    return [int(item["id"]) for item in page.get("data", [])]


def all_ids(sim: Sim, **params: Any) -> list[int]:
    found: list[int] = []
    page = mentions(sim, **params)
    found += ids_of(page)
    while "next_token" in page["meta"]:
        page = mentions(sim, pagination_token=page["meta"]["next_token"], **params)
        found += ids_of(page)
    return found


def plea(sim: Sim, text: str = "@RajHelpDesk oxygen", author: str = "asha", **traits: Any) -> int:
    return sim.add_tweet(author, text, **traits)


def reply(sim: Sim, target: int, text: str = "Noted, case RJ-1") -> Any:
    return client_of(sim).create_tweet(text=text, in_reply_to_tweet_id=target)


@pytest.fixture(scope="module")
def running() -> Iterator[Sim]:
    with Sim.in_thread() as sim:
        yield sim


@pytest.fixture
def sim(running: Sim) -> Sim:
    running.reset()
    return running


# who may call


def test_a_right_signature_is_let_in_and_knows_who_it_is(sim: Sim) -> None:
    assert client_of(sim).get_me()["data"] == {
        "id": str(ME),
        "name": "RajHelpDesk",
        "username": "RajHelpDesk",
    }
    assert sim.journal("me")[0]["auth"] == {"kind": "user", "user_id": ME}


def test_signed_query_parameters_with_odd_characters_are_let_in(sim: Sim) -> None:
    plea(sim)
    query = "@RajHelpDesk -is:retweet"
    assert client_of(sim).search_recent_tweets(query, user_auth=True)["meta"]["result_count"] == 1


@pytest.mark.parametrize("wrong", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
def test_a_wrong_key_or_secret_is_refused(sim: Sim, wrong: str) -> None:
    changed: dict[str, Any] = {wrong: "wrong"}
    with pytest.raises(tweepy.Unauthorized) as refused:
        client_of(sim, **changed).get_me()
    assert "x-rate-limit-remaining" not in refused.value.response.headers


def test_a_signature_for_the_loopback_address_is_refused(sim: Sim) -> None:
    signed = tweepy.OAuth1UserHandler(
        sim.keys.consumer_key, sim.keys.consumer_secret, sim.keys.access_token, sim.keys.access_secret
    ).apply_auth()
    assert requests.get(f"{sim.url}/2/users/me", auth=signed, timeout=5).status_code == 401


def test_a_signed_request_sent_twice_is_refused(sim: Sim) -> None:
    first = client_of(sim, return_type=requests.Response).get_me()
    again = requests.get(
        f"{sim.url}/2/users/me", headers={"Authorization": first.request.headers["Authorization"]}, timeout=5
    )
    assert (first.status_code, again.status_code) == (200, 401)


@pytest.mark.parametrize("skew_s", [-400, 400])
def test_a_clock_that_is_off_by_minutes_gets_code_135(sim: Sim, skew_s: int) -> None:
    sim.config(oauth_skew_s=skew_s)
    with pytest.raises(tweepy.Unauthorized) as refused:
        client_of(sim).get_me()
    assert refused.value.api_codes == [135]


def test_a_bearer_may_read_mentions_but_not_post(sim: Sim) -> None:
    plea(sim)
    assert client_of(sim).get_users_mentions(ME)["meta"]["result_count"] == 1
    with pytest.raises(tweepy.Forbidden, match="Application-Only is forbidden"):
        client_of(sim).create_tweet(text="hello", user_auth=False)


def test_a_wrong_bearer_is_refused(sim: Sim) -> None:
    with pytest.raises(tweepy.Unauthorized):
        client_of(sim, bearer_token="wrong").get_users_mentions(ME)


# strict input


@pytest.mark.parametrize(
    "params",
    [
        {"tweetfields": "text"},
        {"tweet_fields": ["note_tweets"]},
        {"expansions": ["author"]},
        {"user_fields": ["nme"]},
        {"max_results": 4},
        {"max_results": 101},
        {"since_id": "12a"},
        {"since_id": "1" * 20},
        {"pagination_token": "nonsense"},
        {"start_time": "yesterday"},
    ],
)
def test_an_unknown_parameter_or_value_is_400(sim: Sim, params: dict[str, Any]) -> None:
    with pytest.raises(tweepy.BadRequest) as refused:
        mentions(sim, **params)
    assert refused.value.response.json()["type"].endswith("/invalid-request")


def test_an_unknown_route_is_404_with_no_bytes_and_the_control_plane_is_one(sim: Sim) -> None:
    for path in ("/2/users/99/followers", "/_sim/state"):
        answer = requests.get(sim.url + path, timeout=5)
        assert (answer.status_code, answer.content) == (404, b"")


def test_an_unknown_key_in_a_post_is_400(sim: Sim) -> None:
    with pytest.raises(tweepy.BadRequest, match="txt"):
        client_of(sim)._make_request("POST", "/2/tweets", json={"text": "a", "txt": "b"}, user_auth=True)


# fields


def test_only_asked_fields_and_expansions_come(sim: Sim) -> None:
    plea(sim, LONG, place="Ajmer, India")
    bare = mentions(sim)
    assert set(bare["data"][0]) == {"id", "text", "edit_history_tweet_ids"}
    assert "includes" not in bare
    asked = mentions(sim, tweet_fields=["created_at", "geo"], expansions=["author_id", "geo.place_id"])
    assert set(asked["data"][0]) == {"id", "text", "edit_history_tweet_ids", "created_at", "geo"}
    assert asked["includes"]["users"][0]["username"] == "asha"
    assert asked["includes"]["places"][0]["full_name"] == "Ajmer, India"


def test_an_empty_page_has_no_data_key(sim: Sim) -> None:
    assert mentions(sim) == {"meta": {"result_count": 0}}


def test_an_unknown_user_is_200_with_errors_only(sim: Sim) -> None:
    page = client_of(sim).get_users_mentions(99, user_auth=True)
    assert set(page) == {"errors"} and page["errors"][0]["type"].endswith("/resource-not-found")


def test_a_long_post_is_cut_and_whole_only_in_its_note(sim: Sim) -> None:
    plea(sim, LONG)
    item = mentions(sim, tweet_fields=["note_tweet", "entities"])["data"][0]
    assert weighted_length(item["text"]) <= 280 and "… https://t.co/" in item["text"]
    assert item["note_tweet"]["text"] == LONG
    assert [m["username"] for m in item["entities"]["mentions"]] == ["RajHelpDesk"]
    assert [m["username"] for m in item["note_tweet"]["entities"]["mentions"]] == [
        "RajHelpDesk",
        "volunteer_ajm",
    ]


def test_a_mention_beyond_the_cut_still_is_a_mention(sim: Sim) -> None:
    plea(sim, "oxygen " * 60 + "@RajHelpDesk")
    assert "@RajHelpDesk" not in mentions(sim)["data"][0]["text"]


def test_a_retweet_is_cut_at_140_and_its_original_is_included_whole(sim: Sim) -> None:
    text = "@RajHelpDesk " + "x" * 200
    original = plea(sim, text)
    sim.add_tweet("bina", retweet_of=original)
    page = mentions(sim, tweet_fields=["referenced_tweets"], expansions=["referenced_tweets.id"])
    retweet = page["data"][0]
    assert retweet["text"].startswith("RT @asha: @RajHelpDesk xx") and retweet["text"].endswith("…")
    assert len(retweet["text"]) == 140
    assert retweet["referenced_tweets"] == [{"type": "retweeted", "id": str(original)}]
    assert page["includes"]["tweets"][0]["text"] == text


def test_text_is_escaped_and_entities_fit_the_escaped_text(sim: Sim) -> None:
    plea(sim, "🙏 O2 <90 & falling @RajHelpDesk #जयपुर https://example.com/a?b=1")
    item = mentions(sim, tweet_fields=["entities"])["data"][0]
    assert "&lt;90 &amp; falling" in item["text"]
    cut = {kind: item["text"][e[0]["start"] : e[0]["end"]] for kind, e in item["entities"].items()}
    assert cut["mentions"] == "@RajHelpDesk" and cut["hashtags"] == "#जयपुर"
    assert cut["urls"] == item["entities"]["urls"][0]["url"]
    assert item["entities"]["urls"][0]["expanded_url"] == "https://example.com/a?b=1"


def test_a_reply_in_a_thread_names_the_handle_without_typing_it(sim: Sim) -> None:
    first = plea(sim)
    sim.add_tweet("bina", "same here", reply_to=first)
    item = mentions(
        sim,
        tweet_fields=["display_text_range", "conversation_id", "in_reply_to_user_id", "referenced_tweets"],
    )["data"][0]
    assert item["text"] == "@asha @RajHelpDesk same here"
    assert item["text"][item["display_text_range"][0] :] == "same here"
    assert item["conversation_id"] == str(first)
    assert item["referenced_tweets"] == [{"type": "replied_to", "id": str(first)}]


def test_a_quote_says_what_it_quotes(sim: Sim) -> None:
    first = plea(sim, "no oxygen at home")
    plea(sim, "@RajHelpDesk please see", author="bina", quote_of=first)
    item = mentions(sim, tweet_fields=["referenced_tweets"])["data"][0]
    assert item["referenced_tweets"] == [{"type": "quoted", "id": str(first)}]
    assert " https://t.co/" in item["text"]


def test_the_new_vocabulary_is_answered_when_asked_or_forced(sim: Sim) -> None:
    plea(sim, LONG)
    asked = mentions(sim, **{"post.fields": "note_post"})["data"][0]
    assert {"edit_history_post_ids", "note_post"} <= set(asked)
    sim.config(vocabulary="post")
    assert "note_post" in mentions(sim, tweet_fields=["note_tweet"])["data"][0]
    sim.config(vocabulary="tweet")
    with pytest.raises(tweepy.BadRequest):
        mentions(sim, **{"post.fields": "note_post"})


# the timeline


def test_since_and_until_are_exclusive_and_newest_comes_first(sim: Sim) -> None:
    a, b, c, d = (plea(sim, f"@RajHelpDesk {n}") for n in range(4))
    assert ids_of(mentions(sim)) == [d, c, b, a]
    assert ids_of(mentions(sim, since_id=a, until_id=d)) == [c, b]


def test_pages_follow_each_other_and_can_go_back(sim: Sim) -> None:
    made = [plea(sim, f"@RajHelpDesk {n}") for n in range(12)]
    first = mentions(sim, max_results=5)
    second = mentions(sim, max_results=5, pagination_token=first["meta"]["next_token"])
    back = mentions(sim, max_results=5, pagination_token=second["meta"]["previous_token"])
    assert all_ids(sim, max_results=5) == made[::-1]
    assert ids_of(back) == ids_of(first) and "previous_token" not in first["meta"]
    assert first["meta"]["newest_id"] == str(made[-1]) and first["meta"]["oldest_id"] == str(made[-5])


def test_a_page_token_belongs_to_its_query_and_may_grow_old(sim: Sim) -> None:
    made = [plea(sim, f"@RajHelpDesk {n}") for n in range(8)]
    token = mentions(sim, max_results=5)["meta"]["next_token"]
    with pytest.raises(tweepy.BadRequest):
        mentions(sim, max_results=5, pagination_token=token, since_id=made[0])
    sim.config(page_token_ttl_s=60)
    sim.clock(advance_s=61)
    with pytest.raises(tweepy.BadRequest):
        mentions(sim, max_results=5, pagination_token=token)


def test_only_the_newest_800_can_be_reached_and_nothing_says_so(sim: Sim) -> None:
    made = sim.add_tweets([{"author": "asha", "text": f"@RajHelpDesk {n}"} for n in range(830)])
    assert all_ids(sim, since_id=made[0], max_results=100) == made[:29:-1]


def test_a_late_indexed_post_comes_later_with_its_old_id(sim: Sim) -> None:
    late = plea(sim, index_delay_s=120)
    newer = plea(sim, "@RajHelpDesk beds")
    assert ids_of(mentions(sim)) == [newer]
    sim.clock(advance_s=121)
    assert ids_of(mentions(sim)) == [newer, late]
    assert ids_of(mentions(sim, since_id=newer)) == []


def test_deleted_and_hidden_posts_leave_short_pages(sim: Sim) -> None:
    made = [plea(sim, f"@RajHelpDesk {n}", author=f"person{n}") for n in range(10)]
    for tweet_id in made[5:]:
        sim.delete(tweet_id)
    sim.add_user("person0", protected=True)
    page = mentions(sim, max_results=5)
    assert page["meta"]["result_count"] == 0 and "data" not in page
    rest = mentions(sim, max_results=5, pagination_token=page["meta"]["next_token"])
    assert ids_of(rest) == made[4:0:-1]


def test_lookup_says_why_a_post_is_not_there(sim: Sim) -> None:
    here, gone, hidden = plea(sim), plea(sim, author="bina"), plea(sim, author="chand")
    sim.delete(gone)
    sim.add_user("chand", protected=True)
    found = client_of(sim).get_tweets([here, gone, hidden])
    assert ids_of(found) == [here]
    kinds = {e["resource_id"]: e["type"].rpartition("/")[2] for e in found["errors"]}
    assert kinds == {str(gone): "resource-not-found", str(hidden): "not-authorized-for-resource"}


def test_an_edit_has_a_new_id_and_the_chain_of_old_ones(sim: Sim) -> None:
    old = plea(sim)
    new = sim.edit(old, "@RajHelpDesk oxygen and bed")
    assert ids_of(mentions(sim)) == [new]
    assert mentions(sim)["data"][0]["edit_history_tweet_ids"] == [str(old), str(new)]


def test_search_finds_what_left_the_window_and_no_retweets(sim: Sim) -> None:
    sim.config(window=1)
    old = plea(sim)
    sim.add_tweet("bina", retweet_of=old)
    new = plea(sim, "@RajHelpDesk beds")
    found = client_of(sim).search_recent_tweets("@RajHelpDesk -is:retweet", max_results=10)
    assert ids_of(found) == [new, old]


def test_search_refuses_a_since_id_older_than_a_week(sim: Sim) -> None:
    stale = snowflake(sim.state()["now_ms"] - 8 * 86_400_000)
    with pytest.raises(tweepy.BadRequest, match="must be a tweet id created after"):
        client_of(sim).search_recent_tweets("@RajHelpDesk", since_id=stale)


# posting


def test_a_reply_to_a_mention_stands_in_our_posts_after_the_delay(sim: Sim) -> None:
    sim.config(own_delay_s=30)
    target = plea(sim)
    made = int(reply(sim, target)["data"]["id"])
    own = {"tweet_fields": ["referenced_tweets"], "user_auth": True, "since_id": target}
    assert ids_of(client_of(sim).get_users_tweets(ME, **own)) == []
    sim.clock(advance_s=31)
    item = client_of(sim).get_users_tweets(ME, **own)["data"][0]
    assert item["id"] == str(made) and item["text"] == "@asha Noted, case RJ-1"
    assert item["referenced_tweets"] == [{"type": "replied_to", "id": str(target)}]


def test_a_reply_where_nobody_asked_us_is_refused(sim: Sim) -> None:
    target = plea(sim, "oxygen, anybody?")
    with pytest.raises(tweepy.Forbidden, match="you have not been mentioned or otherwise engaged"):
        reply(sim, target)


def test_an_implicit_mention_is_no_summons(sim: Sim) -> None:
    thread = sim.add_tweet("bina", "same here", reply_to=plea(sim))
    with pytest.raises(tweepy.Forbidden, match="you have not been mentioned or otherwise engaged"):
        reply(sim, thread)


def test_a_quote_of_our_post_is_a_summons(sim: Sim) -> None:
    ours = sim.add_tweet("RajHelpDesk", "Call 181")
    assert reply(sim, sim.add_tweet("bina", "is this right?", quote_of=ours))["data"]["id"]


def test_a_restricted_target_and_a_quote_get_the_other_words(sim: Sim) -> None:
    target = plea(sim, "for friends", reply_settings="mentionedUsers")
    with pytest.raises(tweepy.Forbidden, match="You can only reply to or quote posts"):
        reply(sim, target)
    with pytest.raises(tweepy.Forbidden, match="You can only reply to or quote posts"):
        client_of(sim).create_tweet(text="look", quote_tweet_id=target)


def test_a_deleted_target_is_refused(sim: Sim) -> None:
    target = plea(sim)
    sim.delete(target)
    with pytest.raises(tweepy.Forbidden, match="deleted or not visible to you"):
        reply(sim, target)


def test_the_same_text_within_a_day_is_refused(sim: Sim) -> None:
    first, second = plea(sim), plea(sim, author="bina")
    reply(sim, first)
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        reply(sim, second)
    sim.clock(advance_s=86_401)
    assert reply(sim, second)["data"]["id"]


def test_length_is_weighted_and_names_in_front_of_a_reply_are_free(sim: Sim) -> None:
    target = plea(sim)
    assert reply(sim, target, "@asha " + "न" * 280)["data"]["id"]
    with pytest.raises(tweepy.Forbidden, match="too long"):
        reply(sim, target, "न" * 281)
    with pytest.raises(tweepy.Forbidden, match="too long"):
        reply(sim, target, "🙏" * 141)


@pytest.mark.parametrize(
    ("text", "weight"),
    [("abc", 3), ("न", 1), ("漢", 2), ("🙏", 2), ("👨‍👩‍👧", 2), ("https://example.com/" + "x" * 90, 23)],
)
def test_weight_of(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


# windows and money


def test_a_used_up_window_is_429_until_its_reset(sim: Sim) -> None:
    sim.config(limits={"mentions": 2})
    raw = client_of(sim, return_type=requests.Response)
    left = [raw.get_users_mentions(ME, user_auth=True).headers["x-rate-limit-remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    with pytest.raises(tweepy.TooManyRequests) as refused:
        raw.get_users_mentions(ME, user_auth=True)
    assert refused.value.reset_time == pytest.approx(sim.state()["now_ms"] / 1000 + 900, abs=5)
    sim.clock(advance_s=901)
    assert raw.get_users_mentions(ME, user_auth=True).status_code == 200


def test_the_day_of_posting_has_its_own_window(sim: Sim) -> None:
    sim.config(posts_per_day=1)
    client_of(sim).create_tweet(text="one")
    with pytest.raises(tweepy.TooManyRequests) as refused:
        client_of(sim).create_tweet(text="two")
    headers = refused.value.response.headers
    assert headers["x-user-limit-24hour-remaining"] == "0" and headers["x-rate-limit-remaining"] == "99"


def test_the_ledger_charges_each_resource_once_a_day(sim: Sim) -> None:
    targets = [plea(sim, f"@RajHelpDesk {n}", author=f"person{n % 2}") for n in range(10)]
    mentions(sim, expansions=["author_id"])
    assert sim.ledger()["counts"] == {"owned_read": 10, "user_read": 2}
    assert sim.ledger()["spent_usd"] == pytest.approx(0.030)
    mentions(sim, expansions=["author_id"])
    assert sim.ledger()["spent_usd"] == pytest.approx(0.030) and sim.ledger()["repeats_free"] == 12
    reply(sim, targets[0])
    assert sim.ledger()["spent_usd"] == pytest.approx(0.040)
    reply(sim, targets[1], "see https://example.com/")
    assert sim.ledger()["spent_usd"] == pytest.approx(0.240)
    sim.clock(advance_s=86_400)
    client_of(sim).get_users_mentions(ME)
    assert sim.ledger()["counts"]["post_read"] == 10


def test_no_credit_is_402_and_the_cap_is_429_with_calls_left(sim: Sim) -> None:
    plea(sim)
    sim.config(credit_usd=0)
    with pytest.raises(tweepy.HTTPException) as broke:
        mentions(sim)
    assert broke.value.response.status_code == 402
    sim.config(credit_usd=1, cap=0)
    with pytest.raises(tweepy.TooManyRequests) as capped:
        mentions(sim)
    assert capped.value.response.json()["title"] == "UsageCapExceeded"
    assert int(capped.value.response.headers["x-rate-limit-remaining"]) > 0


# faults


@pytest.mark.parametrize(
    ("kind", "options", "status"),
    [
        ("400_token", {}, 400),
        ("401", {}, 401),
        ("401_code", {"code": 89}, 401),
        ("402", {}, 402),
        ("403", {"text": "duplicate"}, 403),
        ("403", {"text": "not_enrolled"}, 403),
        ("403", {"text": "suspended"}, 403),
        ("404", {}, 404),
        ("409", {}, 409),
        ("usage_cap", {}, 429),
        ("5xx", {"status": 502, "html": True}, 502),
        ("5xx", {"status": 503}, 503),
    ],
)
def test_an_error_fault_is_answered_once(sim: Sim, kind: str, options: dict[str, Any], status: int) -> None:
    sim.fault(kind, "mentions", **options)
    with pytest.raises(tweepy.HTTPException) as refused:
        mentions(sim)
    assert refused.value.response.status_code == status
    assert mentions(sim)["meta"]["result_count"] == 0
    assert sim.journal()[0]["fault"]["kind"] == kind and "fault" not in sim.journal()[1]


def test_a_500_whose_body_is_a_list_is_sent(sim: Sim) -> None:
    sim.fault("500_list", "mentions")
    with pytest.raises(AttributeError):
        mentions(sim)


@pytest.mark.parametrize(
    ("variant", "reset_in"),
    [("future", 900), ("past", -600), ("remaining", 900), ("day", 900), ("missing", None)],
)
def test_429_comes_with_each_kind_of_reset(sim: Sim, variant: str, reset_in: int | None) -> None:
    sim.fault("429", "mentions", variant=variant)
    with pytest.raises(tweepy.TooManyRequests) as refused:
        mentions(sim)
    reset = refused.value.response.headers.get("x-rate-limit-reset")
    now = sim.state()["now_ms"] / 1000
    assert (None if reset is None else pytest.approx(int(reset) - now, abs=5)) == reset_in


def test_429_with_words_for_a_reset_time(sim: Sim) -> None:
    sim.fault("429", "mentions", variant="non_numeric")
    with pytest.raises(ValueError, match="soon"):
        mentions(sim)


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("html_200", {}, requests.JSONDecodeError),
        ("truncated", {"right_length": True}, requests.JSONDecodeError),
        ("truncated", {}, requests.exceptions.ChunkedEncodingError),
        ("bad_gzip", {}, requests.exceptions.ContentDecodingError),
        ("reset", {}, requests.ConnectionError),
        ("hang", {"seconds": 1.0}, requests.ReadTimeout),
        ("slow_header", {"seconds": 1.0}, requests.ReadTimeout),
    ],
)
def test_a_broken_answer_breaks_the_read(
    sim: Sim, kind: str, options: dict[str, Any], error: type[Exception]
) -> None:
    plea(sim)
    sim.fault(kind, "mentions", **options)
    client = client_of(sim, timeout_s=0.2 if error is requests.ReadTimeout else 5)
    with pytest.raises(error):
        client.get_users_mentions(ME, user_auth=True)
    assert ids_of(mentions(sim))


def test_bytes_that_are_no_utf8_are_sent(sim: Sim) -> None:
    plea(sim)
    sim.fault("bad_utf8", "mentions")
    page = client_of(sim, return_type=requests.Response).get_users_mentions(ME, user_auth=True)
    with pytest.raises(UnicodeDecodeError):
        page.content.decode("utf-8")


def test_a_reset_is_an_rst_and_no_clean_end(sim: Sim) -> None:
    sim.fault("reset", "mentions")
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        mentions(sim)


def test_a_dripping_answer_comes_in_pieces(sim: Sim) -> None:
    plea(sim)
    sim.fault("drip", "mentions", seconds=3)
    keys = {"Authorization": f"Bearer {sim.keys.bearer}"}
    with requests.get(f"{sim.url}/2/users/{ME}/mentions", headers=keys, stream=True, timeout=5) as answer:
        assert len(answer.raw.read1(65_536)) < int(answer.headers["content-length"])


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["reset", "5xx"])
def test_a_lost_post_was_made_or_not(sim: Sim, kind: str, when: str, made: int) -> None:
    target = plea(sim)
    sim.fault(kind, "create", when=when)
    with pytest.raises((requests.ConnectionError, tweepy.TwitterServerError)):
        reply(sim, target)
    own = client_of(sim).get_users_tweets(ME, user_auth=True)
    assert own["meta"]["result_count"] == made


def test_a_redirect_points_to_the_other_host(sim: Sim) -> None:
    sim.fault("redirect", "mentions")
    answer = requests.get(
        f"{sim.url}/2/users/{ME}/mentions",
        headers={"Authorization": f"Bearer {sim.keys.bearer}"},
        allow_redirects=False,
        timeout=5,
    )
    assert answer.status_code == 301 and answer.headers["location"].startswith("https://api.x.com/2/users/")


def test_mutations_of_a_page_are_seen(sim: Sim) -> None:
    made = [plea(sim, f"@RajHelpDesk {n}") for n in range(3)]

    def hit(kind: str, **options: Any) -> Any:
        sim.fault(kind, "mentions", **options)
        return mentions(sim, tweet_fields=["created_at"], expansions=["author_id"])

    assert hit("errors_null")["errors"] is None
    assert set(hit("errors_only")) == {"errors"}
    assert len(hit("partial_errors")["errors"]) == 1
    assert hit("bad_count")["meta"]["result_count"] == 4
    assert ids_of(hit("disorder")) == made
    assert "meta" not in hit("no_meta")
    assert "data" not in hit("no_data")
    assert "." not in hit("no_millis")["data"][0]["created_at"]
    assert "text" not in hit("no_text")["data"][0]
    assert "includes" not in hit("no_includes")
    assert hit("missing_include")["includes"]["users"] == []
    assert "brand_new_field" in hit("unknown_fields")["data"][0]


def test_faults_of_paging_hit_the_second_page(sim: Sim) -> None:
    made = [plea(sim, f"@RajHelpDesk {n}") for n in range(15)]
    token = mentions(sim, max_results=5)["meta"]["next_token"]

    def second(kind: str, **options: Any) -> Any:
        sim.fault(kind, "mentions", page=2, **options)
        mentions(sim, max_results=5)
        return mentions(sim, max_results=5, pagination_token=token)

    assert second("token_loop")["meta"]["next_token"] == token
    assert ids_of(second("duplicates")) == made[10:4:-1]
    assert ids_of(second("delete_tweets", ids=[made[9]])) == made[8:4:-1]
    assert ids_of(second("new_tweets", count=2)) == made[8:4:-1]
    assert len(all_ids(sim, max_results=5)) == 16


def test_new_posts_move_the_window_while_it_is_read(sim: Sim) -> None:
    sim.config(window=8)
    made = [plea(sim, f"@RajHelpDesk {n}") for n in range(8)]
    sim.fault("new_tweets", "mentions", page=2, count=2)
    assert all_ids(sim, max_results=5) == made[:1:-1]


def test_faults_choose_their_call_and_their_number(sim: Sim) -> None:
    sim.fault("5xx", "mentions", nth=2, times=2)
    raw = client_of(sim, return_type=requests.Response)
    seen = []
    for _ in range(4):
        try:
            seen.append(raw.get_users_mentions(ME, user_auth=True).status_code)
        except tweepy.TwitterServerError as error:
            seen.append(error.response.status_code)
    assert seen == [200, 503, 503, 200]


def test_an_unknown_fault_or_switch_is_refused(sim: Sim) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        sim.fault("gremlin")
    with pytest.raises(ValueError, match="unknown switch"):
        sim.config(windwo=3)


def test_the_date_follows_the_virtual_clock_or_is_skewed(sim: Sim) -> None:
    sim.clock(now=1_800_000_000)
    raw = client_of(sim, return_type=requests.Response)
    assert raw.get_me().headers["date"] == "Fri, 15 Jan 2027 08:00:00 GMT"
    sim.fault("date_skew", "me", seconds=600)
    assert raw.get_me().headers["date"] == "Fri, 15 Jan 2027 08:10:00 GMT"


# alone, playing an archive

ROWS: list[dict[str, Any]] = [
    {"id": "a1", "at": 0, "author": "asha", "name": "Asha", "text": "@RajHelpDesk oxygen", "lang": "en"},
    {"id": "a2", "at": 1, "author": "bina", "name": "Bina", "text": "lost", "in_reply_to": "a0"},
    {"id": "a3", "at": 1, "author": "bina", "name": "Bina", "text": "", "retweet_of": "a1"},
    {
        "id": "a4",
        "at": 2,
        "author": "RajHelpDesk",
        "name": "Desk",
        "text": "Which town?",
        "in_reply_to": "a1",
    },
    {"id": "a5", "at": 3, "author": "asha", "name": "Asha", "text": "Ajmer", "in_reply_to": "a4"},
]


def write_archive(path: Path) -> Path:
    lines = [json.dumps(row) for row in ROWS]
    path.write_text("\n".join([*lines[:1], "{broken", *lines[1:]]) + "\n", encoding="utf-8")
    return path


def wait_for(sim: Sim, count: int) -> list[int]:
    for _ in range(100):
        found = all_ids(sim, max_results=100)
        if len(found) >= count:
            break
        time.sleep(0.05)
    return found


def test_an_archive_plays_once_over_two_starts_and_replies_survive(tmp_path: Path) -> None:
    archive, state = write_archive(tmp_path / "a.jsonl"), str(tmp_path / "state")
    start = ["--archive", str(archive), "--pace", "once", "--state", state]
    with Sim.as_process(*start, "--parent-death") as sim:
        first = wait_for(sim, 3)
        ours = int(reply(sim, first[-1])["data"]["id"])
        assert sim.process is not None
        sim.process.kill()
        sim.process.wait(5)
    with Sim.as_process(*start) as sim:
        sim.add_tweet("chand", "@RajHelpDesk after the restart")
        again = all_ids(sim, max_results=100)
        own = ids_of(client_of(sim).get_users_tweets(ME, user_auth=True))
    assert again[1:] == first and again[0] > ours
    assert own[0] == ours and len(own) == 2


def test_bad_rows_are_reported_with_line_and_reason_and_the_rest_plays(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.jsonl")
    command = [sys.executable, "-m", "tests.xsim", "--archive", str(archive), "--speed", "100"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        with Sim(process.stdout.readline().split()[1], Keys(), process.terminate) as sim:
            assert len(wait_for(sim, 3)) == 3
        words = process.stderr.read()
    assert ":2: skipped: not JSON" in words
    assert ":3: skipped: in_reply_to 'a0' is unknown here" in words


def test_a_burst_comes_at_once_and_the_rest_waits(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    rows = [{"id": str(n), "at": n * 1000, "author": "asha", "text": f"@RajHelpDesk {n}"} for n in range(5)]
    archive.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with Sim.as_process("--archive", str(archive), "--burst", "3") as sim:
        assert len(wait_for(sim, 3)) == 3
