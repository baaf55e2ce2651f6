"""The API: who may call it, what it takes, what it answers, and what it never tells."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from requests_app import sealing
from requests_app.api.throttling import CALLS_PER_MINUTE
from requests_app.models import ApiClient, HelpRequest, IdempotencyRecord, Post, Tally
from requests_app.states import PostState
from tests.factories import a_district, a_request, an_api_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


HTTPS: dict[str, Any] = {"secure": True}
URL = "/api/v1/requests/"
PLEA = {"text": "Oxygen cylinder needed urgently in Chomu, SpO2 82, call 9812345670", "external_id": "17"}
BOTH = ("requests:write", "requests:read")


def sent(key: str | None, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
    named = {**({"Authorization": f"Api-Key {key}"} if key else {}), **headers}
    return Client().post(URL, raw, content_type="application/json", headers=named, **HTTPS)


def got(key: str | None, path: str = URL, **query: Any) -> Any:
    headers = {"Authorization": f"Api-Key {key}"} if key else {}
    return Client().get(path, query, headers=headers, **HTTPS)


# --- Keys ---------------------------------------------------------------------------------------------------


def test_unknown_revoked_expired_and_malformed_keys_look_the_same() -> None:
    revoked, revoked_key = an_api_client("revoked")
    expired, expired_key = an_api_client("expired")
    _live, live_key = an_api_client("live")
    ApiClient.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    ApiClient.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    keys = [
        revoked_key,
        expired_key,
        "0" * 12 + ".x" + "a" * 40,
        live_key[:-1] + "!",
        "x\x00y",
        "",
        "a b c",
        None,
    ]
    answers = [got(key) for key in keys]
    assert got(live_key).status_code == 200
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["WWW-Authenticate"].startswith("Api-Key")
    assert answers[0]["Content-Type"] == "application/problem+json"


def test_a_session_cookie_does_not_open_the_api(admin_client: Client) -> None:
    assert admin_client.get(URL, **HTTPS).status_code == 401


def test_last_use_is_noted_at_most_once_a_minute() -> None:
    client, key = an_api_client()
    got(key)
    first = ApiClient.objects.get(pk=client.pk).last_used_at
    got(key)
    assert first is not None
    assert ApiClient.objects.get(pk=client.pk).last_used_at == first


def test_a_key_that_may_only_read_cannot_post_and_one_without_scopes_can_nothing() -> None:
    _reader, reader_key = an_api_client("reader", scopes=("requests:read",))
    _none, none_key = an_api_client("none", scopes=())
    assert sent(reader_key, PLEA).status_code == 403
    assert got(none_key).status_code == 403
    assert Post.objects.count() == 0


def test_command_prints_a_key_that_works_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_client", "ambulances", "--scope", "requests:read")
    key = capsys.readouterr().out.strip()
    assert got(key).status_code == 200
    assert key.split(".")[1] not in ApiClient.objects.get().key_hash


# --- Posting ------------------------------------------------------------------------------------------------


def test_a_plea_is_stored_read_and_answered_with_its_code() -> None:
    client, key = an_api_client()
    answer = sent(key, PLEA)
    body = answer.json()
    request = HelpRequest.objects.get()
    assert answer.status_code == 201
    assert body["request"]["code"] == request.code
    assert {"kind": "oxygen", "state": "open"} in body["request"]["needs"]
    assert request.client == client
    assert "9812345670" not in answer.content.decode()


def test_what_is_stated_wins_over_what_is_read() -> None:
    _client, key = an_api_client()
    body = {"text": "help", "phones": ["9812345670"], "district": 86, "needs": ["food"], "urgency": "high"}
    request = sent(key, body).json()["request"]
    assert (request["district"], request["urgency"]) == (86, "high")
    assert request["needs"] == [{"kind": "food", "state": "open"}]
    assert HelpRequest.objects.get().contacts.get().phone == "+919812345670"


def test_the_same_external_id_is_the_same_plea_and_other_words_are_a_conflict() -> None:
    _client, key = an_api_client()
    first = sent(key, PLEA)
    again = sent(key, PLEA)
    other = sent(key, {**PLEA, "text": "Food needed in Jodhpur for ten families"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert other.status_code == 409
    assert Post.objects.count() == 1


def test_two_clients_may_use_the_same_external_id_and_never_share_a_request() -> None:
    _one, key_one = an_api_client("one")
    _two, key_two = an_api_client("two")
    codes = {sent(key, PLEA).json()["request"]["code"] for key in (key_one, key_two)}
    assert len(codes) == 2


def test_a_plea_that_is_in_other_hands_is_answered_202_and_can_be_followed() -> None:
    client, key = an_api_client()
    Post.objects.create(
        source="api",
        external_id=f"{client.pk}:17",
        sealed_text=b"",
        masked_text="",
        client=client,
        posted_at=timezone.now(),
        received_at=timezone.now(),
        next_attempt_at=timezone.now(),
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    answer = sent(key, {"phones": ["9812345670"], "needs": ["food"], "external_id": "17"})
    assert answer.status_code == 409
    phones = sealing.seal(json.dumps({"phones": ["+919812345670"]}))
    Post.objects.update(form={"needs": ["food"]}, sealed_raw=phones)
    answer = sent(key, {"phones": ["9812345670"], "needs": ["food"], "external_id": "17"})
    assert (answer.status_code, answer.json()["state"]) == (202, PostState.DUE)
    followed = got(key, f"/api/v1/posts/{answer.json()['id']}/")
    assert followed.json() == answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"text": ""}, "text"),
        ({"text": "x", "district": 1}, "district"),
        ({"text": "x", "block": 570}, "block"),
        ({"text": "x", "district": 86, "block": 1}, "block"),
        ({"text": "x", "district": 10**1000}, "district"),
        ({"text": "x", "needs": ["gold"]}, "needs.0"),
        ({"text": "x", "urgency": "\ud800"}, "urgency"),
        ({"text": "x", "phones": ["12"]}, "phones.0"),
        ({"text": "x", "phones": "9812345670"}, "phones"),
        ({"text": "x\x00y"}, "text"),
        ({"text": "x\ud800y"}, "text"),
        ({"text": "x", "external_id": "a b"}, "external_id"),
        ({"text": "x", "state": "closed"}, "state"),
        ({"text": "x", "client": 1}, "client"),
        ({"text": "x", "\ud800": 1}, "\ufffd"),
        ([], ""),
        (None, ""),
    ],
    ids=ascii,
)
def test_a_body_that_is_wrong_is_told_which_field(body: Any, field: str) -> None:
    _client, key = an_api_client()
    answer = sent(key, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert Post.objects.count() == 0


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"text": NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"district": ' + b"9" * 5000 + b"}", 400),
        (b'{"text": "' + b"x" * 1_000_001 + b'"}', 413),
        (b'{"text": "' + b"x" * 10_001 + b'"}', 400),
    ],
    ids=["empty", "cut", "charset", "nan", "open", "deep", "digits", "big", "long"],
)
def test_a_hostile_body_is_refused_clearly(raw: bytes, status: int) -> None:
    _client, key = an_api_client()
    assert sent(key, raw).status_code == status
    assert Post.objects.count() == 0


def test_a_form_is_not_json() -> None:
    _client, key = an_api_client()
    answer = Client().post(URL, {"text": "x"}, headers={"Authorization": f"Api-Key {key}"}, **HTTPS)
    assert answer.status_code == 415


# --- Idempotency --------------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_first_answer() -> None:
    _client, key = an_api_client()
    body = {"text": PLEA["text"]}
    first = sent(key, body, **{"Idempotency-Key": "k1"})
    again = sent(key, body, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    assert Post.objects.count() == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    _client, key = an_api_client()
    sent(key, {"text": PLEA["text"]}, **{"Idempotency-Key": "k1"})
    assert sent(key, {"text": "Food needed in Kota"}, **{"Idempotency-Key": "k1"}).status_code == 422
    assert Post.objects.count() == 1


def test_a_key_in_flight_is_told_to_come_again_and_an_abandoned_one_is_done() -> None:
    client, key = an_api_client()
    body = {"text": PLEA["text"]}
    sent(key, body, **{"Idempotency-Key": "k1"})
    IdempotencyRecord.objects.update(status=0)
    busy = sent(key, body, **{"Idempotency-Key": "k1"})
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    done = sent(key, body, **{"Idempotency-Key": "k1"})
    assert (busy.status_code, busy["Retry-After"]) == (409, "1")
    assert done.status_code == 200
    assert Post.objects.filter(client=client).count() == 1


def test_keys_of_two_clients_do_not_meet() -> None:
    _one, key_one = an_api_client("one")
    _two, key_two = an_api_client("two")
    answers = [
        sent(key, {"text": PLEA["text"]}, **{"Idempotency-Key": "k1"}).json() for key in (key_one, key_two)
    ]
    assert answers[0]["id"] != answers[1]["id"]


@pytest.mark.parametrize("header", ["", "x" * 201, "a b", "é"])
def test_an_odd_idempotency_key_is_refused(header: str) -> None:
    _client, key = an_api_client()
    assert sent(key, PLEA, **{"Idempotency-Key": header}).status_code == 400


def test_what_is_kept_for_a_key_has_no_text_and_no_number() -> None:
    _client, key = an_api_client()
    sent(key, PLEA, **{"Idempotency-Key": "k1"})
    kept = json.dumps(IdempotencyRecord.objects.get().body)
    assert "9812345670" not in kept
    assert "cylinder" not in kept


@pytest.mark.django_db(transaction=True)
def test_the_same_post_thirty_times_at_once_makes_one_request(gazetteer: None) -> None:
    _client, key = an_api_client()

    def press(_number: int) -> tuple[int, int | None]:
        try:
            answer = sent(key, {"text": PLEA["text"]}, **{"Idempotency-Key": "k1"})
            return answer.status_code, answer.json().get("id")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(press, range(30)))
    assert {status for status, _id in answers} <= {201, 409}
    assert len({key for status, key in answers if status == 201}) == 1
    assert (Post.objects.count(), HelpRequest.objects.count()) == (1, 1)


# --- Reading ------------------------------------------------------------------------------------------------


def test_a_client_sees_its_own_and_with_the_scope_its_districts() -> None:
    writer, writer_key = an_api_client("writer", "Jaipur")
    _reader, reader_key = an_api_client("reader", "Jaipur", scopes=BOTH)
    own, near, far = a_request("Kota", client=writer), a_request("Jaipur"), a_request("Jodhpur")
    assert [row["code"] for row in got(writer_key).json()["results"]] == [own.code]
    assert [row["code"] for row in got(reader_key).json()["results"]] == [near.code]
    assert got(reader_key, f"{URL}{far.code}/").status_code == 404


def test_a_foreign_and_a_missing_request_look_the_same() -> None:
    _client, key = an_api_client()
    foreign = got(key, f"{URL}{a_request('Kota').code}/")
    for path in (f"{URL}RJ-ZZZZZZ/", f"{URL}%00/", "/api/v1/posts/999999999999999999/"):
        missing = got(key, path)
        assert (missing.status_code, missing.content) == (404, foreign.content)


def test_no_number_and_no_patient_comes_out() -> None:
    client, key = an_api_client()
    a_request("Jaipur", client=client, phone="+919812345670", patient={"age": 61, "spo2": 82})
    row = got(key).json()["results"][0]
    assert set(row) == {
        "code", "state", "outcome", "urgency", "needs", "district", "block", "text", "is_own",
        "has_scam_number", "opened_at", "first_contact_at", "closed_at", "changed_at",
    }  # fmt: skip
    assert "9812345670" not in json.dumps(row)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "queued"}, 3),
        ({"state": ["closed", "review"]}, 0),
        ({"need": "food"}, 1),
        ({"need": ["food", "oxygen"]}, 3),
        ({"urgency": "critical"}, 1),
        ({"district": "Jaipur"}, 3),
        ({"district": "Kota"}, 0),
        ({"opened_after": "2021-04-02T00:00:00Z"}, 2),
        ({"opened_before": "2021-04-02T00:00:00Z"}, 1),
    ],
    ids=ascii,
)
def test_filters_narrow_the_list(query: dict[str, Any], count: int) -> None:
    client, key = an_api_client()
    day = timezone.datetime(2021, 4, 1, tzinfo=timezone.get_fixed_timezone(0))
    a_request(client=client, now=day, needs=("food", "oxygen"))
    a_request(client=client, now=day + timedelta(days=2), urgency="critical")
    a_request(client=client, now=day + timedelta(days=3))
    coded = {name: a_district(value).pk if name == "district" else value for name, value in query.items()}
    assert len(got(key, **coded).json()["results"]) == count


@pytest.mark.parametrize(
    "name",
    [
        "phone",
        "ordering",
        "contacts__phone_hash",
        "summary",
        "holder",
        "search",
        "client",
        "page_size",
        "\x00",
    ],
)
def test_an_unknown_filter_is_refused_by_name(name: str) -> None:
    _client, key = an_api_client()
    answer = got(key, **{name: "1"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == name.replace("\x00", "\ufffd")


@pytest.mark.parametrize(
    "query",
    [
        {"district": "abc"},
        {"district": "9" * 40},
        {"district": "\x00"},
        {"opened_after": "zzz"},
        {"opened_after": "\x00"},
        {"opened_after": "99999-01-01"},
        {"opened_after": "0001-01-01"},
        {"state": "\x00"},
        {"need": "x"},
        {"cursor": "zzz"},
        {"cursor": "é"},
        {"cursor": base64.urlsafe_b64encode(b"2021-01-01T00:00:00+00:00|x").decode()},
        {"cursor": base64.urlsafe_b64encode(b"2021-01-01|1").decode()},
        {"cursor": base64.urlsafe_b64encode(b"0001-01-01T00:00:00+00:00|" + b"9" * 30).decode()},
    ],
    ids=ascii,
)
def test_a_filter_that_cannot_be_read_is_refused(query: dict[str, str]) -> None:
    _client, key = an_api_client()
    assert got(key, **query).status_code == 400


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+05:30",
        "9999-12-31T23:59:59-05:30",
        "0001-01-01T00:00:00Z",
        "2026-01-01T00:00:00+23:59",
    ],
)
def test_the_ends_of_the_calendar_do_no_harm(moment: str) -> None:
    _client, key = an_api_client()
    assert got(key, opened_after=moment).status_code in {200, 400}
    assert got(key, cursor=base64.urlsafe_b64encode(f"{moment}|1".encode()).decode()).status_code in {
        200,
        400,
    }


def test_pages_lead_through_all_newest_first_each_once() -> None:
    client, key = an_api_client()
    day = timezone.now()
    codes = [a_request(client=client, now=day, phone=None, needs=()).code for _number in range(120)]
    seen: list[str] = []
    answer = got(key)
    while True:
        seen += [row["code"] for row in answer.json()["results"]]
        if not answer.json()["next"]:
            break
        answer = Client().get(answer.json()["next"], headers={"Authorization": f"Api-Key {key}"}, **HTTPS)
    assert seen == codes[::-1]


def test_a_page_costs_the_same_queries_for_one_row_and_for_many(django_assert_num_queries: Any) -> None:
    client, key = an_api_client()
    a_request(client=client)
    got(key)
    with django_assert_num_queries(6):
        got(key)
    for _number in range(10):
        a_request(client=client)
    with django_assert_num_queries(6):
        got(key)


def test_districts_have_codes_and_both_names() -> None:
    _client, key = an_api_client()
    rows = got(key, "/api/v1/districts/").json()
    assert len(rows) == 41
    assert next(row for row in rows if row["lgd_code"] == 86)["name_hi"]
    assert all(row["blocks"] for row in rows)
    assert got(key, "/api/v1/districts/", x="1").status_code == 400


# --- Limits and the schema ----------------------------------------------------------------------------------


def test_one_client_is_slowed_down_and_others_are_not() -> None:
    busy, busy_key = an_api_client("busy")
    _calm, calm_key = an_api_client("calm")
    minute = int(timezone.now().timestamp()) // 60 * 60
    for since in (minute, minute + 60):
        Tally.objects.update_or_create(
            key=f"api:{busy.pk}", defaults={"since": since, "count": CALLS_PER_MINUTE}
        )
        answer = got(busy_key)
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert got(calm_key).status_code == 200


def test_a_new_minute_begins_at_one() -> None:
    now, minute = timezone.now(), timedelta(minutes=1)
    assert [Tally.add("k", now, minute)[0] for _number in range(3)] == [1, 2, 3]
    assert Tally.add("k", now + minute, minute)[0] == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_counts_are_all_different() -> None:
    now = timezone.now()

    def count(_number: int) -> int:
        try:
            return Tally.add("k", now, timedelta(hours=1))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(count, range(60))) == list(range(1, 61))


def test_the_schema_names_every_call_and_needs_no_key() -> None:
    answer = got(None, "/api/schema/", format="json")
    paths = answer.json()["paths"]
    assert answer.status_code == 200
    assert set(paths) == {
        "/api/v1/requests/", "/api/v1/requests/{code}/", "/api/v1/posts/{id}/", "/api/v1/districts/",
    }  # fmt: skip
    assert {"401", "400", "409", "413", "415", "422", "429"} <= set(paths[URL]["post"]["responses"])


def test_the_docs_page_tells_every_call_without_script_or_style() -> None:
    page = got(None, "/api/docs/").content.decode()
    assert all(
        words in page
        for words in ("POST /api/v1/requests/", "external_id", "Idempotency-Key", "opened_after")
    )
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page
