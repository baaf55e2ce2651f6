"""What is read from a raw post of X, in both of X's vocabularies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from requests_app import snowflake, x_posts
from requests_app.storable import storable

US, HANDLE = "99", "RajHelpDesk"
X_ID = 2_080_765_813_578_191_303


def raw(text: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(X_ID),
        "text": text,
        "author_id": "7",
        "created_at": "2026-07-24T21:23:23.000Z",
        "conversation_id": str(X_ID),
        "edit_history_tweet_ids": [str(X_ID)],
        "reply_settings": "everyone",
        **fields,
    }


def read(post: dict[str, Any], **includes: Any) -> x_posts.XPost:
    return x_posts.read(post, X_ID, x_posts.Includes(includes), US, HANDLE)


def refers(kind: str, x_id: str = "55", **fields: Any) -> dict[str, Any]:
    return {"referenced_tweets": [{"type": kind, "id": x_id}], **fields}


def in_post_words(value: Any) -> Any:
    """The same object as X writes it in its newer vocabulary."""
    names = {"tweet": "post", "tweets": "posts"}
    if isinstance(value, list):
        return [in_post_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        "_".join(names.get(p, p) for p in key.split("_")): in_post_words(item) for key, item in value.items()
    }


LONG = raw("@RajHelpDesk begins… https://t.co/x", note_tweet={"text": "@RajHelpDesk begins &amp; ends"})
COPY = raw("RT @a: cut…", **refers("retweeted"))
QUOTE = raw("@RajHelpDesk see", **refers("quoted"))
ORIGINAL = {"id": "55", "text": "cut", "note_tweet": {"text": "the whole &lt;plea&gt;"}, "author_id": "8"}


@pytest.mark.parametrize("words", [lambda value: value, in_post_words], ids=["tweet", "post"])
def test_both_vocabularies_say_the_same(words):
    includes = words({"tweets": [ORIGINAL], "users": [{"id": "7", "username": "asha", "name": "Asha"}]})
    assert read(words(LONG)).text == "@RajHelpDesk begins & ends"
    copy = read(words(COPY), **includes)
    assert (copy.text, copy.copy_of, copy.mentions_us, copy.may_reply) == (
        "the whole <plea>",
        "55",
        False,
        False,
    )
    quote = read(words(QUOTE), **includes)
    assert (quote.text, quote.quoted, quote.quote_of) == ("@RajHelpDesk see", "the whole <plea>", "55")
    assert (quote.author_handle, quote.author_name) == ("asha", "Asha")
    edited = read(words(raw("x", edit_history_tweet_ids=["11", str(X_ID)])))
    assert edited.edit_root == "11"


def test_ids_and_time_are_read():
    post = read(raw("hi", **refers("replied_to"), conversation_id="44"))
    assert (post.in_reply_to, post.thread_id, post.author_id, post.edit_root) == ("55", "44", "7", str(X_ID))
    assert post.posted_at == datetime(2026, 7, 24, 21, 23, 23, tzinfo=UTC)


def test_copy_whose_original_is_missing_keeps_its_own_words():
    assert read(COPY).text == "RT @a: cut…"


def test_text_is_unescaped_once():
    assert read(raw("a &amp;lt; b")).text == "a &lt; b"


@pytest.mark.parametrize(
    ("post", "is_named"),
    [
        (raw("@RajHelpDesk oxygen"), True),
        (raw("oxygen @rajhelpdesk!"), True),
        (raw("मदद @RajHelpDesk।"), True),
        (raw("ask @RajHelpDesk2 or a@RajHelpDesk"), False),
        (raw("no name"), False),
        # The name stands only in the front that X wrote.
        (raw("@asha @RajHelpDesk thanks", **refers("replied_to", display_text_range=[20, 26])), False),
        (raw("@asha @RajHelpDesk oxygen", **refers("replied_to", display_text_range=[6, 25])), True),
        (raw("@RajHelpDesk thanks", **refers("replied_to")), False),
        (raw("@asha see this @RajHelpDesk", **refers("replied_to")), True),
        # A post that is no reply has no such front, whatever the range says.
        (raw("@RajHelpDesk oxygen", display_text_range=[13, 19]), True),
        # Only beyond the cut of a long post.
        (raw("long… https://t.co/x", note_tweet={"text": "long " * 80 + "@RajHelpDesk"}), True),
        # The handle was renamed; X's entity still means us.
        (raw("@OldDesk help", entities={"mentions": [{"username": "OldDesk", "id": "99"}]}), True),
        (raw("@OldDesk help", entities={"mentions": [{"username": "OldDesk", "id": "98"}]}), False),
    ],
)
def test_only_a_name_that_the_author_wrote_counts_as_a_mention(post, is_named):
    assert read(post).mentions_us is is_named


@pytest.mark.parametrize(
    ("post", "may"),
    [
        (raw("@RajHelpDesk oxygen"), True),
        (raw("@RajHelpDesk oxygen", reply_settings="following"), True),
        (raw("@RajHelpDesk oxygen", author_id="99"), False),
        (raw("@RajHelpDesk oxygen", author_id=None), False),
        (raw("no name"), False),
        (raw("so true", **refers("quoted", "56")), True),
        (raw("so true", **refers("quoted", "56", reply_settings="following")), False),
        (raw("so true", **refers("quoted", "55")), False),
        (raw("RT @a: @RajHelpDesk", **refers("retweeted")), False),
    ],
)
def test_reply_is_allowed_only_where_the_author_named_or_quoted_us(post, may):
    ours = {"id": "56", "text": "we", "author_id": US}
    assert read(post, tweets=[ORIGINAL, ours]).may_reply is may


@pytest.mark.parametrize(
    "odd",
    [
        {"created_at": "yesterday"},
        {"created_at": None},
        {"created_at": 5},
        {"text": None},
        {"entities": []},
        {"entities": {"mentions": "x"}},
        {"referenced_tweets": [None, {"id": 5}, "x"]},
        {"note_tweet": []},
        {"edit_history_tweet_ids": {}},
        {"display_text_range": ["a", None]},
        {"geo": 5, "attachments": 5},
        {"author_id": 7},
        {"reply_settings": []},
    ],
)
def test_an_odd_part_is_left_out_and_the_rest_is_read(odd):
    includes = x_posts.Includes({"users": [None, 5], "tweets": {}})
    post = raw("@RajHelpDesk oxygen") | odd
    said = x_posts.read(post, X_ID, includes, US, HANDLE)
    assert said.x_id == X_ID
    assert said.text == ("" if "text" in odd else "@RajHelpDesk oxygen")
    assert x_posts.raw_json(post, includes)


def test_time_without_milliseconds_is_read_and_an_unreadable_one_comes_from_the_id():
    assert read(raw("x", created_at="2026-07-24T21:23:23Z")).posted_at.hour == 21
    assert read(raw("x", created_at="?")).posted_at == snowflake.posted_at(X_ID)
    assert abs(snowflake.posted_at(X_ID) - datetime(2026, 7, 24, 21, 23, 23, tzinfo=UTC)).total_seconds() < 1


@pytest.mark.parametrize("x_id", ["", "12x", "-1", "१२", "9" * 19, 5, None])
def test_unusable_ids_are_told(x_id):
    assert x_posts.id_of({"id": x_id}) is None


def test_raw_json_keeps_the_post_with_what_belongs_to_it():
    post = raw("x", **refers("quoted"), geo={"place_id": "p1"}, attachments={"media_keys": ["3_1"]})
    includes = x_posts.Includes(
        {
            "tweets": [ORIGINAL, {"id": "57"}],
            "users": [{"id": "7"}, {"id": "8"}],
            "places": [{"id": "p1"}, {"id": "p2"}],
            "media": [{"media_key": "3_1"}],
        }
    )
    kept = json.loads(x_posts.raw_json(post, includes))
    assert kept["post"] == post
    assert kept["includes"] == {
        "users": [{"id": "7"}],
        "posts": [ORIGINAL],
        "places": [{"id": "p1"}],
        "media": [{"media_key": "3_1"}],
    }


def test_storable_keeps_the_length():
    assert storable("a\x00\ud800é😀") == "a\ufffd\ufffdé😀"


def test_snowflake_goes_both_ways():
    moment = datetime(2026, 9, 1, tzinfo=UTC)
    assert snowflake.posted_at(snowflake.first_id_at(moment)) == moment
    assert snowflake.first_id_at(datetime(2000, 1, 1, tzinfo=UTC)) == 0
