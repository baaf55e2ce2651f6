"""What an open page is told: changed cards, clocks, new requests, notices; by Django's client."""

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from districts.models import Role
from requests_app import lately, mailing, notices
from requests_app.models import Event, HelpRequest, Mailed
from requests_app.states import EventKind, RequestState, Urgency
from requests_app.views.live import PASS_SALT, PASS_SECONDS, minute_of
from tests.factories import a_request, a_request_that_comes_in, a_volunteer

pytestmark = pytest.mark.django_db
TWO_LOOKS = timedelta(seconds=2 * lately.READ_EVERY + 2)


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def look(person, *shown: HelpRequest, **more: str):
    """What a page of this person that shows these requests, as they are in our hands, is answered."""
    client = Client()
    client.force_login(person)
    wait_for_a_minute_that_lasts(person)
    return client.get("/live/", {"shown": as_shown(*shown), **more})


def wait_for_a_minute_that_lasts(person) -> None:
    """A new minute is news to every page, and a test that looks twice takes longer than the end of one."""
    while minute_of(person.pk, timezone.now()) != minute_of(person.pk, timezone.now() + TWO_LOOKS):
        time.sleep(0.1)


def as_shown(*requests: HelpRequest) -> str:
    return ",".join(f"{request.code}@{request.version}" for request in requests)


def kept_from(answer) -> dict[str, str]:
    """What a page keeps of an answer, to send along with its next look."""
    (found,) = re.findall(r'data-seen="(.*?)" data-minute="(.*?)" data-pass="(.*?)"', answer.content.decode())
    return dict(zip(("seen", "minute", "pass"), found, strict=True))


def next_look(kept: dict[str, str], *shown: HelpRequest, **more: str):
    """The next look of a page after the history was read anew; nobody is logged in, so that only its pass can answer."""
    time.sleep(lately.READ_EVERY)
    return Client().get("/live/", {"shown": as_shown(*shown), **kept, **more})


def test_card_that_somebody_took_comes_back_greyed_with_the_name():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    HelpRequest.objects.get(pk=request.pk).claim(asha, timezone.now())
    told = look(ravi, request).content.decode()
    assert f'id="card-{request.code}" hx-swap-oob="true"' in told
    assert "is-taken" in told
    assert "Asha" in told


def test_card_that_did_not_change_is_not_sent_again():
    request = a_request()
    told = look(a_volunteer(), request, minute="9999").content.decode()
    assert f'id="card-{request.code}"' not in told


def test_clocks_come_when_the_minute_has_passed():
    request = a_request()
    told = look(a_volunteer(), request, minute="9999").content.decode()
    assert f'id="clock-{request.code}" hx-swap-oob="true"' in told
    assert f'id="card-{request.code}"' not in told


def test_look_that_finds_nothing_is_answered_without_a_question_to_the_database(django_assert_num_queries):
    request = a_request()
    kept = kept_from(look(a_volunteer(), request))
    next_look(kept, request)
    with django_assert_num_queries(0):
        answer = Client().get("/live/", {"shown": as_shown(request), **kept})
    assert (answer.status_code, answer.content) == (204, b"")


def test_clocks_are_due_once_a_minute_and_not_on_all_screens_at_once():
    now = datetime(2021, 5, 4, 12, 0, 30, tzinfo=UTC)
    people = range(1, 61)
    begun = [
        second
        for person in people
        for second in range(60)
        if minute_of(person, now + timedelta(seconds=second))
        != minute_of(person, now + timedelta(seconds=second - 1))
    ]
    assert len(begun) == len(people)
    assert max(Counter(begun).values()) <= 6


def test_act_on_a_request_that_is_shown_is_news():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    kept = kept_from(look(ravi, request))
    HelpRequest.objects.get(pk=request.pk).claim(asha, timezone.now())
    assert next_look(kept, request).status_code == 302


def test_act_on_a_request_that_is_not_shown_is_no_news():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    shown, other = a_request(), a_request()
    kept = kept_from(look(ravi, shown))
    other.claim(asha, timezone.now())
    assert next_look(kept, shown).status_code == 204


def test_act_on_a_request_that_the_page_told_of_is_news():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    told_of = a_request(urgency=Urgency.CRITICAL, suggested=ravi)
    kept = kept_from(look(ravi))
    told_of.claim(asha, timezone.now())
    assert next_look(kept, told=told_of.code).status_code == 302


@pytest.mark.parametrize(("district", "status"), [("Jaipur", 302), ("Kota", 204)])
def test_request_that_comes_in_is_news_in_its_district_alone(district, status):
    kept = kept_from(look(a_volunteer("asha", "Jaipur")))
    a_request_that_comes_in(district=district)
    assert next_look(kept).status_code == status


def test_request_that_was_put_elsewhere_is_news_to_everybody_it_may_have_left():
    kept = kept_from(look(a_volunteer("asha", "Jaipur")))
    Event.objects.create(request=a_request("Kota"), kind=EventKind.PLACE_SET, at=timezone.now())
    assert next_look(kept).status_code == 302


def test_what_a_page_was_told_of_is_no_news_a_second_time():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    kept = kept_from(look(ravi, request))
    request.claim(asha, timezone.now())
    time.sleep(lately.READ_EVERY)
    kept = kept_from(look(ravi, request, **kept))
    assert next_look(kept, request).status_code == 204


@pytest.mark.parametrize("forged", ["", "nonsense", "WzEsbnVsbF0:1tK5Lz:AAAA", "%00"])
def test_pass_that_we_did_not_sign_opens_nothing(forged):
    kept = kept_from(look(a_volunteer()))
    assert next_look({**kept, "pass": forged}).status_code == 302


def test_pass_of_long_ago_opens_nothing():
    kept = kept_from(look(a_volunteer()))
    long_ago = time.time() - PASS_SECONDS - 5
    body, _stamp, _signature = kept["pass"].split(":")
    signer = signing.TimestampSigner(salt=PASS_SALT)
    old = signer.sign(body).split(":")
    stamp = signing.b62_encode(int(long_ago))
    aged = f"{body}:{stamp}:{signing.Signer(salt=PASS_SALT).signature(f'{body}:{stamp}')}"
    assert len(old) == len(aged.split(":"))
    assert next_look({**kept, "pass": aged}).status_code == 302


def test_line_that_is_committed_after_a_later_one_is_still_news():
    now = timezone.now()
    early, late = (Event(request=a_request(), kind=EventKind.OPENED, at=now) for _number in range(2))
    early.pk, late.pk = 1_000_001, 1_000_002
    late.save(force_insert=True)
    first = lately.read_history(now)
    mark = first.mark(None)
    early.save(force_insert=True)
    assert not first.is_news(mark, None, ())
    assert lately.read_history(now, first).is_news(mark, None, ())


def test_line_becomes_complete_when_it_is_old_enough():
    now = timezone.now()
    line = Event.objects.create(request=a_request(), kind=EventKind.OPENED, at=now)
    first = lately.read_history(now)
    later = lately.read_history(now + lately.SETTLED + timedelta(seconds=1), first)
    assert first.settled < line.pk == later.settled


def test_mark_that_is_older_than_what_is_remembered_makes_the_page_look_through_its_rows():
    now = timezone.now()
    Event.objects.create(request=a_request(), kind=EventKind.OPENED, at=now - 2 * lately.KEPT)
    history = lately.read_history(now)
    assert history.is_news(lately.Mark(0, frozenset()), None, ())
    assert not history.is_news(history.mark(None), None, ())


def test_mark_comes_back_from_the_page_as_it_went():
    mark = lately.Mark(17, frozenset({19, 23}))
    assert lately.mark_from(str(mark)) == mark
    assert lately.mark_from(str(lately.Mark(17, frozenset()))) == lately.Mark(17, frozenset())


@pytest.mark.parametrize("text", ["", "17", "17:a", ":1", "9" * 30 + ":", "1:" + "1," * 2000])
def test_mark_of_nonsense_is_none(text):
    assert lately.mark_from(text) is None


def test_request_that_left_the_district_is_said_to_be_gone_and_not_where():
    request = a_request("Jodhpur")
    told = look(a_volunteer("asha", "Jaipur"), request).content.decode()
    assert f'class="gone" id="card-{request.code}"' in told
    assert "Jodhpur" not in told


def test_foreign_request_is_not_shown_to_who_asks_for_it_by_code():
    request = a_request("Jodhpur", summary="words of another district")
    told = look(a_volunteer("asha", "Jaipur"), request).content.decode()
    assert "another district" not in told.replace("went to another district", "")


def test_new_requests_of_the_list_and_of_my_districts_are_counted():
    since = (timezone.now() - timedelta(minutes=1)).isoformat()
    person = a_volunteer()
    a_request()
    a_request(needs=("food",))
    a_request("Kota", needs=("food",))
    told = look(person, list=f"need=food&since={since.replace('+', '%2B')}").content.decode()
    assert 'data-count="1"' in told


def test_open_request_page_is_only_told_that_something_changed():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    HelpRequest.objects.get(pk=request.pk).claim(asha, timezone.now())
    told = look(ravi, request, case=request.code).content.decode()
    assert "data-case-news" in told
    assert f'id="card-{request.code}"' not in told


@pytest.mark.parametrize(
    "shown", ["RJ-1", "x" * 9000, "RJ-ZZZZZZ@1.000000,", "%00", "RJ-ZZZZZZ@" + "9" * 400]
)
def test_nonsense_in_the_address_does_no_harm(shown):
    client = Client()
    client.force_login(a_volunteer())
    answer = client.get("/live/", {"shown": shown, "seen": shown, "minute": shown, "list": shown})
    assert answer.status_code == 200


def test_look_costs_the_same_few_queries_however_many_cards_are_shown(django_assert_max_num_queries):
    person = a_volunteer()
    requests = [a_request() for _number in range(20)]
    client = Client()
    client.force_login(person)
    cards = ",".join(f"{request.code}@{request.version}" for request in requests)
    with django_assert_max_num_queries(12):
        client.get("/live/", {"shown": cards, "minute": "9999"})


# --- Notices ----------------------------------------------------------------------------------------------------


def test_critical_request_that_is_suggested_is_a_notice_and_another_is_none():
    asha = a_volunteer("asha")
    critical = a_request(urgency=Urgency.CRITICAL, suggested=asha)
    a_request(urgency=Urgency.NORMAL, suggested=asha)
    a_request(urgency=Urgency.CRITICAL)
    assert [(notice.request, notice.kind) for notice in notices.awaiting(asha)] == [(critical, "critical")]


def test_what_was_handed_over_is_a_notice_until_it_is_touched():
    asha, ravi = a_volunteer("asha"), a_volunteer("ravi")
    request = a_request()
    now = timezone.now()
    request.claim(asha, now)
    request.hand_over(ravi, asha, now + timedelta(minutes=1))
    assert [notice.kind for notice in notices.awaiting(ravi)] == ["handed_over"]
    request.note("called them", ravi, now + timedelta(minutes=2))
    assert notices.awaiting(ravi) == []


def test_nobody_off_duty_is_told_of_anything():
    asha = a_volunteer("asha", on_duty=False)
    a_request(urgency=Urgency.CRITICAL, suggested=asha)
    assert notices.awaiting(asha) == []


def test_notice_says_code_need_and_place_and_nothing_of_the_plea():
    asha = a_volunteer("asha")
    request = a_request(urgency=Urgency.CRITICAL, suggested=asha, summary="bed 7, ward of Ram Niwas")
    told = look(asha).content.decode()
    assert request.code in told
    assert "Ram Niwas" not in told


def a_late_notice(**fields):
    asha = a_volunteer("asha", email="asha@example.org", wants_mail=True, **fields)
    opened = timezone.now() - timedelta(minutes=5)
    return asha, a_request(urgency=Urgency.CRITICAL, suggested=asha, opened_at=opened)


def test_notice_that_nobody_acted_on_is_mailed_once_without_a_word_of_the_plea():
    _asha, request = a_late_notice()
    now = timezone.now()
    assert [mailing.mail_due(now), mailing.mail_due(now)] == [1, 0]
    (letter,) = mail.outbox
    assert request.code in letter.subject
    assert request.summary not in letter.body


def test_notice_is_not_mailed_at_once():
    asha = a_volunteer("asha", email="asha@example.org", wants_mail=True)
    a_request(urgency=Urgency.CRITICAL, suggested=asha)
    assert mailing.mail_due(timezone.now()) == 0


def test_nothing_is_mailed_in_quiet_hours():
    here = timezone.localtime()
    quiet = {
        "quiet_from": (here - timedelta(hours=1)).time(),
        "quiet_until": (here + timedelta(hours=1)).time(),
    }
    a_late_notice(**quiet)
    assert mailing.mail_due(timezone.now()) == 0


def test_more_than_a_few_mails_in_an_hour_are_not_sent():
    asha, _request = a_late_notice()
    now = timezone.now()
    Mailed.objects.bulk_create(
        [Mailed(person=asha, key=str(number), at=now) for number in range(mailing.MAILS_PER_HOUR)]
    )
    assert mailing.mail_due(now) == 0


def test_mail_that_the_server_refused_is_tried_again(settings):
    a_late_notice()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert mailing.mail_due(timezone.now()) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mailing.mail_due(timezone.now()) == 1


def test_quiet_hours_need_both_ends(settings):
    settings.HAS_MAIL = True
    asha = a_volunteer("asha")
    client = Client()
    client.force_login(asha)
    said = client.post("/notices/", {"quiet_from": "22:00", "email": "asha@example.org"}).content.decode()
    assert "Quiet hours need a beginning and an end." in said


def test_claimed_request_is_no_notice_any_more():
    asha = a_volunteer("asha")
    request = a_request(urgency=Urgency.CRITICAL, suggested=asha)
    request.claim(asha, timezone.now())
    assert request.state == RequestState.CLAIMED
    assert notices.awaiting(asha) == []


def test_lead_is_told_of_what_went_up_to_them():
    lead = a_volunteer("kavita", role=Role.LEAD)
    a_request(suggested=lead, escalated_to=Role.LEAD)
    assert [notice.kind for notice in notices.awaiting(lead)] == ["escalated"]


# --- The app on a phone ------------------------------------------------------------------------------------------


def test_manifest_names_icons_that_are_there(client):
    said = client.get("/manifest.webmanifest").json()
    assert said["display"] == "standalone"
    assert {icon["sizes"] for icon in said["icons"]} == {"192x192", "512x512"}


def test_service_worker_keeps_the_shell_and_no_page_with_people_on_it(client):
    text = client.get("/sw.js").content.decode()
    kept = text.split("const KEPT = [")[1].split("]")[0]
    assert "/offline/" in kept
    assert all(
        path.startswith(("/static/", "/offline/"))
        for path in kept.replace('"', "").replace("\\u002D", "-").split(", ")
    )
