"""What is erased is nowhere in the database any more; what lives depend on and what counts need stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from districts.models import AccountChange, Invite, Role
from requests_app import corrections, erasure, replies, sealing, stopping, triage
from requests_app.erasure import Way
from requests_app.models import (
    Contact,
    Correction,
    Event,
    HelpRequest,
    IdempotencyRecord,
    Lead,
    Post,
    Reading,
    Reply,
)
from requests_app.reading import read
from requests_app.reconciling import reconcile
from requests_app.states import Attention, CallOutcome, Outcome, PostOutcome, PostState, Source
from requests_app.x_client import XClient
from tests.desk import ME, Desk, account_of
from tests.factories import a_post, a_request, a_volunteer, an_api_client
from tests.xsim.control import Sim

pytestmark = pytest.mark.django_db

NUMBER = "+919829077123"
WORDS = "Zubeidakhatoon"
PLEA = f"Jaipur me {WORDS} ko oxygen cylinder ki turant zarurat hai, SpO2 82, Malviya Nagar. 98290 77123"
OTHER = "Kota me mere bhai ko ICU bed ki turant zarurat hai, please help, 9829011111"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread() as sim:
        yield Desk(sim)


def quiet(line: str) -> None:
    """Progress that nobody reads."""


def way(**options) -> Way:
    return Way(timezone.now(), **options)


def everything() -> str:
    """All rows of all tables as text, sealed values opened."""
    shown = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            shown += [_shown(value) for row in cursor.fetchall() for value in row]
    return "\n".join(shown)


def _shown(value: object) -> str:
    if not isinstance(value, memoryview | bytes):
        return str(value)
    try:
        opened = sealing.unseal(value)
    except sealing.Unreadable:
        return bytes(value).decode("latin-1")
    return json.dumps(json.loads(opened), ensure_ascii=False) if opened.startswith("{") else opened


def assert_nowhere(*canaries: str) -> None:
    rows = everything()
    assert [canary for canary in canaries if canary in rows] == []


def a_case(text: str = PLEA, **fields) -> HelpRequest:
    """A read plea of X with all that people and programs write beside it."""
    fields = {
        "author_id": "777000777",
        "author_handle": "zubi_canary",
        "author_name": f"{WORDS} 9829077123",
        "may_reply": True,
        **fields,
    }
    post = triage.read_now(a_post(text, source=Source.X, **fields))
    assert post.request is not None
    return post.request


def a_worked_case() -> HelpRequest:
    """As above, taken, called, noted, corrected, replied to."""
    request, now = a_case(external_id="1799000000000000001", x_id=1799000000000000001), timezone.now()
    asha = a_volunteer("asha", "Jaipur")
    corrections.correct(request, "urgency", "high", asha, now)
    request.refresh_from_db()
    request.claim(asha, now)
    request.record_call(CallOutcome.TALKED, asha, now, note=f"spoke to {WORDS}'s brother, 09829077123")
    replies.queue_reply(request.posts.get(), request, f"{request.code} {WORDS}: we call you now", asha, now)
    return request


def close(request: HelpRequest, *, days_ago: int = 0, at: datetime | None = None) -> None:
    request.refresh_from_db()
    person = request.holder or a_volunteer()
    at = at or timezone.now() - timedelta(days=days_ago)
    request.resolve(Outcome.HELPED, person, at, note=f"{WORDS} is well")


CANARIES = ("9829077123", "98290 77123", WORDS, "zubi_canary", "777000777")


def test_canaries_are_found_before_anything_is_erased():
    a_worked_case()
    rows = everything()
    assert all(canary in rows for canary in CANARIES)
    assert sealing.keyed_hash(NUMBER) in rows


def test_erasure_by_code_leaves_no_trace_of_the_person_and_keeps_what_counts():
    request = a_worked_case()
    close(request)
    events = Event.objects.filter(request=request).count()
    done = erasure.by_code(request.code.lower(), way())
    assert (done.posts, done.requests, done.contacts) == (1, 1, 1)
    assert_nowhere(*CANARIES, sealing.keyed_hash(NUMBER))
    post = Post.objects.get()
    assert (post.external_id, post.state, post.outcome) == (
        "1799000000000000001",
        PostState.READ,
        PostOutcome.OPENED,
    )
    assert post.erased_at is not None and post.request_id == request.pk
    request.refresh_from_db()
    assert (request.outcome, request.district.name_en) == (Outcome.HELPED, "Jaipur")
    assert [need.kind for need in request.needs.all()] == ["oxygen"]
    assert Event.objects.filter(request=request).count() == events
    assert (Reading.objects.get().kind, Reading.objects.get().data) == ("request", {})
    assert Correction.objects.count() == 1
    assert all(finding.count == 0 for finding in reconcile(timezone.now()))


def test_second_erasure_finds_nothing_to_do():
    request = a_worked_case()
    close(request)
    erasure.by_code(request.code, way())
    erased_at = Post.objects.get().erased_at
    assert erasure.by_code(request.code, way()) == erasure.Erased()
    assert Post.objects.get().erased_at == erased_at


def test_dry_run_counts_the_same_and_changes_nothing():
    request = a_worked_case()
    close(request)
    before = everything()
    counted = erasure.by_code(request.code, way(dry_run=True))
    assert everything() == before
    assert erasure.by_code(request.code, way()) == counted


def test_open_case_is_named_and_left_unless_asked_for(capsys):
    request = a_case()
    with pytest.raises(CommandError, match=request.code):
        call_command("erase", code=request.code)
    assert request.contacts.count() == 1
    call_command("erase", code=request.code, even_open=True)
    assert_nowhere(*CANARIES)
    request.refresh_from_db()
    assert (request.state, request.attention) == ("queued", Attention.SOURCE_DELETED)


def test_reply_that_was_not_sent_is_never_sent_after_erasure():
    request = a_worked_case()
    close(request)
    erasure.by_code(request.code, way())
    reply = Reply.objects.get()
    assert (reply.text, reply.state, reply.error) == ("", "failed", "target_gone")


def test_reply_that_may_be_on_x_is_looked_for_and_never_sent_again(desk):
    request, person = taken_in(desk).request, a_volunteer()
    replies.queue_reply(request.posts.get(), request, f"{request.code}: we call you", person, desk.now())
    Reply.objects.update(state="unknown", lookups=1, next_attempt_at=desk.now())
    close(request, at=desk.now())
    erasure.by_code(request.code, Way(desk.now()))
    for _hour in range(6):
        desk.go(3600)
        desk.deliver()
    assert (Reply.objects.get().state, Reply.objects.get().error) == ("failed", replies.NOT_FOUND)
    assert desk.sim.journal("create") == []


def test_case_that_was_merged_goes_with_the_one_that_it_became_part_of():
    first, second, asha = a_case(), a_case(OTHER, author_id="5"), a_volunteer("asha", "Jaipur")
    first.merge_into(second, asha, timezone.now())
    close(second)
    assert erasure.by_code(first.code, way()).requests == 2
    assert_nowhere(*CANARIES, "9829011111")


def test_number_is_found_in_cases_offers_noise_notes_and_ids(capsys):
    triage.read_now(
        a_post(f"Oxygen cylinders available in Jaipur, free refill, contact {WORDS} 9829077123 anytime")
    )
    noise = f"good morning {WORDS} ९८२९०७७१२३"
    a_post(noise, external_id="9829077123", source=Source.IMPORT, state="read", outcome="noise")
    close(a_worked_case())
    other = a_request("Kota", phone="+919829000009")
    kiran = a_volunteer("kiran", "Kota")
    other.resolve(Outcome.HELPED, kiran, timezone.now(), note="same family as +91-98290-77123")
    call_command("erase", phone="098290 77123")
    assert_nowhere(*CANARIES, sealing.keyed_hash(NUMBER), "९८२९०७७१२३", "98290-77123")
    assert Contact.objects.filter(request=other).count() == 1, "a note is no reason to erase the other case"


def test_number_of_somebody_else_keeps_everything():
    a_worked_case()
    before = everything()
    assert erasure.by_phone("+919829077124", way(), quiet) == erasure.Erased()
    assert everything() == before


def test_note_with_the_number_on_an_open_case_is_named_and_left():
    other = a_request("Kota", phone="+919829000009")
    other.note("neighbour 9829077123", a_volunteer("kiran", "Kota"), timezone.now())
    assert erasure.by_phone(NUMBER, way(), quiet).still_open == (other.code,)
    assert Event.objects.filter(note__contains="9829077123").exists()


def test_offer_goes_with_its_number_and_is_withdrawn():
    post = triage.read_now(
        a_post(f"Oxygen cylinders available in Jaipur, free refill, contact {WORDS} 9829077123 anytime")
    )
    assert post.outcome == PostOutcome.LEAD
    erasure.by_phone(NUMBER, way(), quiet)
    assert_nowhere("9829077123", WORDS)
    assert Lead.objects.get().is_withdrawn


def test_author_goes_and_what_others_wrote_in_the_same_case_stays():
    request = a_case(f"{PLEA} cc @RajHelpDesk", thread_id="55")
    copy = triage.read_now(
        a_post("Jaipur oxygen cylinder still needed, call 9829088888", source=Source.X, thread_id="55",
               in_reply_to="55", author_id="888", author_handle="helper")
    )  # fmt: skip
    Post.objects.filter(pk=copy.pk).update(request=request, outcome=PostOutcome.JOINED)
    Contact.of("+919829088888", request=request).save()
    close(request)
    erasure.by_author("@ZUBI_canary", way(), quiet)
    rows = everything()
    assert "zubi_canary" not in rows and "98290 77123" not in rows
    assert "9829088888" in rows and "helper" in rows
    request.refresh_from_db()
    assert request.summary == Post.objects.get(pk=copy.pk).masked_text
    assert request.patient == {}


def test_posts_that_no_key_opens_are_counted_and_the_rest_is_erased():
    request = a_worked_case()
    close(request)
    a_post("Kota bed chahiye", sealed_text=b"damaged")
    done = erasure.by_phone(NUMBER, way(), quiet)
    assert (done.posts, done.unreadable) == (1, 1)
    with pytest.raises(CommandError, match="1 posts could not be read"):
        call_command("erase", phone=NUMBER)


def test_unknown_author_code_post_and_number_are_named():
    for option, value in (("code", "RJ-000000"), ("phone", "12"), ("post", "x:12")):
        with pytest.raises(CommandError, match=value.rpartition(":")[2]):
            call_command("erase", **{option: value})


# --- Age ------------------------------------------------------------------------------------------------------------


def test_age_erases_old_closed_cases_and_nothing_young_or_open(capsys):
    old, young, still_open = a_case(), a_case(OTHER, author_id="5"), a_request()
    close(old, days_ago=181)
    close(young, days_ago=170)
    call_command("erase", age=True)
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.summary, old.contacts.count()) == ("", 0)
    assert (bool(young.summary), young.contacts.count(), still_open.contacts.count()) == (True, 1, 1)


def test_age_waits_for_every_part_of_a_case():
    request = a_case(f"{PLEA} doctor se salah bhi chahiye")
    part = a_request("Jaipur", needs=("consultation",), is_consultation=True, parent=request)
    close(request, days_ago=181)
    assert erasure.by_age(way(), quiet).requests == 0
    close(part, days_ago=10)
    assert erasure.by_age(way(), quiet).requests == 0
    HelpRequest.objects.filter(pk=part.pk).update(closed_at=timezone.now() - timedelta(days=181))
    assert erasure.by_age(way(), quiet).requests == 2


def test_age_erases_noise_that_was_read_and_keeps_what_nobody_has_seen():
    long_ago = timezone.now() - timedelta(days=91)
    noise = triage.read_now(a_post("good morning everybody"))
    failed = a_post(PLEA, state=PostState.FAILED)
    Post.objects.filter(pk__in=[noise.pk, failed.pk]).update(received_at=long_ago)
    assert noise.outcome == PostOutcome.NOISE
    assert erasure.by_age(way(), quiet).posts == 1
    assert [post.pk for post in Post.objects.filter(erased_at=None)] == [failed.pk]
    assert not Post.objects.noise().exists()


def test_age_drops_the_json_of_x_and_keeps_the_text():
    post = a_case().posts.get()
    Post.objects.filter(pk=post.pk).update(
        sealed_raw=sealing.seal("{}"), received_at=timezone.now() - timedelta(days=31)
    )
    erasure.by_age(way(), quiet)
    post.refresh_from_db()
    assert bytes(post.sealed_raw) == b"" and post.text == PLEA


def test_answers_to_api_clients_go_by_age_and_with_their_post():
    client, _key = an_api_client()
    post = triage.read_now(a_post(PLEA, source=Source.API, client=client))
    IdempotencyRecord.objects.create(
        client=client, key=NUMBER, request_hash="x", status=201, body={"id": post.pk}
    )
    old = IdempotencyRecord.objects.create(
        client=client, key="old", request_hash="x", status=201, body={"id": 0}
    )
    IdempotencyRecord.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    erasure.by_age(way(), quiet)
    assert IdempotencyRecord.objects.count() == 1
    close(post.request)
    erasure.by_phone(NUMBER, way(), quiet)
    assert_nowhere("9829077123", WORDS)


# --- Deleted on X ---------------------------------------------------------------------------------------------------


def taken_in(desk: Desk, text: str = PLEA, author: str = "zubi_canary", **traits) -> Post:
    x_id = desk.ask(f"@RajHelpDesk {text}", author=author, **traits)
    desk.poll()
    return triage.read_now(Post.objects.get(x_id=x_id))


def looked_up(desk: Desk, **options):
    settings_now = Way(desk.now(), dry_run=options.pop("dry_run", False))
    return erasure.gone_from_x(desk.client, settings_now, quiet, **options)


def test_open_case_whose_post_was_deleted_keeps_its_number_under_a_mark(desk):
    post = taken_in(desk)
    desk.sim.delete(post.x_id)
    assert looked_up(desk).posts == 1
    assert_nowhere(WORDS, "zubi_canary")
    request = HelpRequest.objects.get()
    assert (request.state, request.attention, request.summary) == ("queued", Attention.SOURCE_DELETED, "")
    assert [contact.phone for contact in request.contacts.all()] == [NUMBER]


def test_pages_show_an_open_case_whose_post_is_gone(desk, client, settings):
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    post = taken_in(desk)
    desk.sim.delete(post.x_id)
    looked_up(desk)
    client.force_login(a_volunteer("asha", "Jaipur", language="en"))
    code = HelpRequest.objects.get().code
    page = client.get(f"/requests/{code}/", secure=True)
    assert page.status_code == 200 and "This post was erased." in page.content.decode()
    assert code in client.get("/queue/", secure=True).content.decode()
    client.force_login(a_volunteer("farah", role=Role.STATE_DESK, language="en"))
    assert [
        client.get(f"/{name}/", secure=True).status_code for name in ("review", "places", "leads", "monitor")
    ] == [200] * 4


def test_number_goes_when_that_case_is_closed(desk):
    post = taken_in(desk)
    desk.sim.delete(post.x_id)
    looked_up(desk)
    close(HelpRequest.objects.get(), at=desk.now())
    desk.go(60)
    looked_up(desk)
    assert_nowhere("9829077123", sealing.keyed_hash(NUMBER), WORDS)


def test_closed_case_whose_post_was_deleted_goes_whole(desk):
    post = taken_in(desk)
    close(post.request)
    desk.sim.delete(post.x_id)
    assert looked_up(desk).requests == 1
    assert_nowhere("9829077123", WORDS, "zubi_canary")


def test_protected_author_counts_as_gone(desk):
    post = taken_in(desk)
    desk.sim.add_user("zubi_canary", protected=True)
    assert looked_up(desk).posts == 1
    post.refresh_from_db()
    assert post.erased_at is not None


def test_post_that_is_still_there_stays(desk):
    taken_in(desk)
    before = everything()
    assert looked_up(desk).posts == 0
    assert everything() == before


def test_dry_run_asks_x_and_changes_nothing(desk):
    post = taken_in(desk)
    desk.sim.delete(post.x_id)
    before = everything()
    assert looked_up(desk, dry_run=True).posts == 1
    assert everything() == before


def test_case_with_a_living_copy_shows_the_copy_and_is_marked(desk):
    post = taken_in(desk)
    copy = taken_in(desk, author="helper")
    assert copy.request_id == post.request_id
    desk.sim.delete(post.x_id)
    looked_up(desk)
    request = HelpRequest.objects.get()
    assert (request.summary, request.attention) == (copy.masked_text, Attention.SOURCE_DELETED)
    assert request.contacts.count() == 1


def test_outside_the_state_stays_the_mark_of_such_a_request(desk):
    post = taken_in(desk)
    HelpRequest.objects.update(attention=Attention.OUTSIDE, district=None, block=None)
    desk.sim.delete(post.x_id)
    looked_up(desk)
    assert HelpRequest.objects.get().attention == Attention.OUTSIDE


def test_quoted_post_that_is_gone_leaves_the_quote_without_its_words(desk):
    quoted = desk.sim.add_tweet("zubi_canary", f"{WORDS} needs oxygen in Jaipur 9829077123")
    quote = taken_in(desk, "please help, oxygen Jaipur", author="helper", quote_of=quoted)
    assert WORDS in quote.quoted_text
    desk.sim.delete(quoted)
    looked_up(desk)
    quote.refresh_from_db()
    assert (quote.quoted_text, quote.erased_at, bool(quote.text)) == ("", None, True)
    assert_nowhere(WORDS)


def test_deleted_post_that_nobody_has_seen_is_read_first(desk):
    x_id = desk.ask(f"@RajHelpDesk {PLEA}", author="zubi_canary")
    desk.poll()
    desk.sim.delete(x_id)
    looked_up(desk)
    request = HelpRequest.objects.get()
    assert (request.attention, request.contacts.count()) == (Attention.SOURCE_DELETED, 1)


def test_deleted_post_that_waits_on_the_review_list_is_left(desk):
    post = taken_in(desk)
    Post.objects.filter(pk=post.pk).update(state=PostState.FAILED, outcome="", request=None)
    desk.sim.delete(post.x_id)
    assert looked_up(desk).unread == 1
    post.refresh_from_db()
    assert post.text


@pytest.mark.parametrize("fault", ["5xx", "429", "401", "truncated", "partial_errors"])
def test_trouble_of_x_erases_nothing(desk, settings, fault, capsys):
    post = taken_in(desk)
    desk.sim.delete(post.x_id)
    desk.sim.fault(fault, "lookup")
    account = desk.account
    settings.HAS_X_KEYS, settings.X_USER_ID, settings.X_API_BASE = True, ME, account.api_base
    settings.X_API_KEY, settings.X_API_SECRET = account.api_key, account.api_secret
    settings.X_ACCESS_TOKEN, settings.X_ACCESS_SECRET = account.access_token, account.access_secret
    before = everything()
    with pytest.raises(CommandError, match="Nothing was erased on doubt"):
        call_command("erase", deleted_on_x=True)
    assert everything() == before


class OddAnswer(BaseHTTPRequestHandler):
    """X says of every post that it is neither there nor gone."""

    def do_GET(self) -> None:
        ids = parse_qs(urlsplit(self.path).query)["ids"][0].split(",")
        kind = "https://api.twitter.com/2/problems/disallowed-resource"
        errors = [{"parameter": "ids", "value": x_id, "resource_id": x_id, "type": kind} for x_id in ids]
        body = json.dumps({"errors": errors}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


def test_post_of_which_x_says_something_else_stays(desk):
    taken_in(desk)
    before, told = everything(), []
    with HTTPServer(("127.0.0.1", 0), OddAnswer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        client = XClient(account_of(desk.sim, api_base=f"http://127.0.0.1:{server.server_port}"))
        done = erasure.gone_from_x(client, Way(desk.now()), told.append)
        server.shutdown()
    assert (done.posts, everything()) == (0, before)
    assert "1 posts that X neither shows nor calls gone were left as they are" in told


def test_most_posts_gone_at_once_is_doubted_until_a_person_believes_it(desk):
    ids = desk.ask_many(30)
    desk.poll()
    for x_id in ids:
        desk.sim.delete(x_id)
    while triage.read_due():
        pass
    before = everything()
    with pytest.raises(erasure.Doubtful):
        looked_up(desk)
    assert everything() == before
    assert looked_up(desk, believe=True).posts == 30


def test_command_says_that_keys_are_missing(settings):
    settings.HAS_X_KEYS = False
    with pytest.raises(CommandError, match="X_API_KEY"):
        call_command("erase", deleted_on_x=True)


def test_worker_that_read_a_post_before_its_erasure_writes_nothing_after():
    a_post(PLEA, source=Source.X, author_handle="zubi_canary")
    token, [post] = triage.claim(10)
    understood = read(post.text)
    erasure.by_author("zubi_canary", way(), quiet)
    assert triage.finish([(post, understood)], token) == 0
    assert not HelpRequest.objects.exists()
    assert_nowhere("9829077123", WORDS, "zubi_canary")


def test_wish_not_to_be_written_to_outlives_the_erasure_of_who_wished_it():
    says_stop = {"author_id": "777000777", "author_handle": "zubi_canary", "mentions_us": True}
    triage.read_now(a_post("@RajHelpDesk stop", source=Source.X, **says_stop))
    assert stopping.has_stopped("777000777")
    erasure.by_author("@zubi_canary", way(even_open=True), quiet)
    assert_nowhere("777000777", "zubi_canary")
    assert stopping.has_stopped("777000777")


ERASED = """Post.sealed_text Post.sealed_quoted Post.sealed_raw Post.masked_text Post.author_id Post.author_handle
Post.author_name Post.fingerprint Post.form Post.last_error Reading.data Correction.was Correction.now HelpRequest.summary
HelpRequest.patient HelpRequest.status_token_hash Contact.sealed_phone Contact.phone_hash Contact.tail Lead.summary
LeadCheck.note ScamNumber.phone_hash ScamNumber.tail ScamMark.note Event.note Reply.text IdempotencyRecord.key IdempotencyRecord.request_hash IdempotencyRecord.body"""
KEPT = """Post.source Post.external_id Post.thread_id Post.in_reply_to Post.copy_of Post.quote_of Post.edit_root Post.state
Post.outcome Reading.version Reading.kind Correction.field HelpRequest.code HelpRequest.state HelpRequest.urgency
HelpRequest.attention HelpRequest.language HelpRequest.call_language HelpRequest.place_candidates HelpRequest.escalated_to HelpRequest.outcome
Need.kind Need.state Lead.needs Lead.quantities Lead.supply LeadCheck.outcome LeadUse.outcome
ScamNumber.state ScamNumber.reason ScamMark.act Event.kind Event.data
Reply.wording StoppedAuthor.author_hash Appeal.way Appeal.answer Reply.state Reply.x_id Reply.error PossibleMatch.reasons
PossibleMatch.state"""
OF_NO_PERSON_IN_NEED = {"ApiClient", "IngestCursor", "Gap", "LoopLease", "Mailed", "Tally"}


ACCOUNT_COLUMNS = """Invite.token_hash Invite.role Invite.meant_for AccountChange.kind AccountChange.data"""


def test_names_of_invited_people_go_after_their_time():
    kavita, now = a_volunteer("kavita", role=Role.LEAD), timezone.now()
    Invite.make(Role.VOLUNTEER, [], kavita, now, now - timedelta(days=31), "Zubi Canary")
    Invite.make(Role.VOLUNTEER, [], kavita, now, now - timedelta(days=29), "Still Known")
    erasure.by_age(way(dry_run=True), quiet)
    assert Invite.objects.filter(meant_for="Zubi Canary").exists()
    erasure.by_age(way(), quiet)
    assert set(Invite.objects.values_list("meant_for", flat=True)) == {"", "Still Known"}


def test_every_column_of_invites_and_account_history_is_known():
    can_hold_words = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    columns = {
        f"{model.__name__}.{field.name}"
        for model in (Invite, AccountChange)
        for field in model._meta.concrete_fields
        if isinstance(field, can_hold_words)
    }
    assert columns == set(ACCOUNT_COLUMNS.split())


def test_every_column_that_can_hold_words_is_erased_or_kept_on_purpose():
    can_hold_words = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    columns = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("requests_app").get_models()
        if model.__name__ not in OF_NO_PERSON_IN_NEED
        for field in model._meta.concrete_fields
        if isinstance(field, can_hold_words)
    }
    assert columns == set(ERASED.split()) | set(KEPT.split())
