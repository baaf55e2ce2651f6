"""The monitor: its figures, who may see them, its tables as files, and the promises counted."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from districts.models import District, Role
from districts.shortening import first_few
from requests_app import figures
from requests_app.models import Event, HelpRequest, IngestCursor, LoopLease, Post
from requests_app.reconciling import reconcile
from requests_app.states import CallOutcome, Outcome
from requests_app.tables import as_csv, safe_cell
from requests_app.triage import read_now
from requests_app.views.monitor import name_lines
from tests.factories import a_district, a_post, a_request, a_volunteer

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without the manifest that only `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def seen_by(role: str, path: str = "/monitor/", *districts: str, **extra: Any) -> Any:
    client = Client()
    client.force_login(
        a_volunteer("", *districts, role=role), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client.get(path, secure=True, **extra)


def named(now: Any, period: timedelta = DAY) -> dict[str, figures.Figure]:
    return {one.name: one for one in figures.headline(HelpRequest.objects.all(), now, period)}


def test_headline_counts_now_and_a_period_earlier() -> None:
    now = timezone.now()
    asha = a_volunteer("asha")
    old = a_request(now=now - timedelta(hours=30))
    a_request(now=now - timedelta(hours=1), urgency="critical")
    helped = a_request(now=now - timedelta(hours=27))
    helped.claim(asha, now - timedelta(hours=4))
    helped.record_call(CallOutcome.TALKED, asha, now - timedelta(hours=2))
    helped.resolve(Outcome.HELPED, asha, now - timedelta(hours=1))
    found = named(now)
    assert (found["open"].value, found["open"].before) == (2, 2)
    assert (found["overdue"].value, found["overdue"].before) == (2, 2)
    assert (found["uncontacted"].value, found["uncontacted"].before) == (2, 2)
    assert (found["helped"].value, found["helped"].before) == (1, 0)
    assert (found["to_help"].value, found["to_help"].before) == (26 * 60, None)
    assert old.pk


@pytest.mark.parametrize(
    ("minutes", "median"), [([], None), ([7], 7), ([1, 5, 60], 5), ([2, 4, 6, 100], 5)], ids=str
)
def test_median_minutes_to_first_contact(minutes: list[int], median: int | None) -> None:
    now = timezone.now()
    for count in minutes:
        opened = now - timedelta(hours=3)
        a_request(now=opened, first_contact_at=opened + timedelta(minutes=count))
    assert named(now)["to_contact"].value == median


def test_more_overdue_is_worse_and_more_helped_is_better() -> None:
    assert figures.Figure("overdue", 5, 3, True).is_worse
    assert not figures.Figure("helped", 5, 3, False).is_worse
    assert figures.Figure("helped", 3, 5, False).is_worse
    assert not figures.Figure("to_help", None, 5, True).is_worse


def test_districts_are_listed_by_trouble_with_who_is_there() -> None:
    now = timezone.now()
    a_request("Kota", now=now - timedelta(hours=5))
    for _number in range(3):
        a_request("Jaipur", now=now)
    a_volunteer("asha", "Kota")
    a_volunteer("ravi", "Kota", on_duty=False)
    lines = figures.by_district(HelpRequest.objects.all(), list(District.objects.all()), now)
    assert [(line.name_en, line.open, line.overdue, line.on_duty) for line in lines[:2]] == [
        ("Kota", 1, 1, 1),
        ("Jaipur", 3, 0, 0),
    ]
    assert len(lines) == 41


def test_need_table_counts_a_request_in_each_of_its_needs() -> None:
    now = timezone.now()
    asha = a_volunteer("asha")
    a_request(needs=("oxygen", "food"))
    a_request(needs=("oxygen",)).claim(asha, now)
    a_request(needs=("food",)).resolve(Outcome.HELPED, asha, now)
    lines = {
        line.kind: line
        for line in figures.by_need(HelpRequest.objects.all(), now + timedelta(seconds=1), DAY)
    }
    assert lines["oxygen"].states == (0, 1, 1, 0)
    assert (lines["food"].states, lines["food"].closed) == ((0, 1, 0, 0), 1)


def test_people_on_duty_are_listed_with_what_they_hold() -> None:
    now = timezone.now()
    asha, _ravi = a_volunteer("asha", capacity=1), a_volunteer("ravi", "Kota")
    a_volunteer("gone", on_duty=False)
    a_request().claim(asha, now)
    assert [(line.name, line.load, line.is_full) for line in figures.on_duty(None)] == [
        ("Asha", 1, True),
        ("Ravi", 0, False),
    ]
    assert [line.name for line in figures.on_duty([a_district("Kota")])] == ["Ravi"]


def test_trend_counts_each_hour_of_two_days() -> None:
    now = timezone.now()
    a_request(now=now - timedelta(hours=3))
    a_request(now=now - timedelta(hours=60))
    a_request(now=now - timedelta(hours=3), state="closed", outcome="helped", closed_at=now)
    hours = figures.trend(HelpRequest.objects.all(), now)
    assert len(hours) == 48
    assert (sum(hour.opened for hour in hours), hours[-1].closed) == (2, 1)


def test_health_tells_what_is_stuck() -> None:
    now = timezone.now()
    a_post("help", now=now - timedelta(minutes=9))
    a_post("help", state="failed")
    LoopLease.objects.create(name="sweeper", beat_at=now - timedelta(minutes=3))
    LoopLease.objects.create(name="reader", beat_at=now)
    IngestCursor.objects.create(account="1", blocked_reason="rate")
    health = figures.health(now)
    assert (health.due, health.failed, health.cursors[0].blocked_reason) == (1, 1, "rate")
    assert [(loop.name, loop.is_silent) for loop in health.loops] == [("reader", False), ("sweeper", True)]


# --- The page -------------------------------------------------------------------------------------------------


def test_the_page_links_every_figure_to_the_list_behind_it() -> None:
    a_post("papa ko oxygen chahiye 9812345670")
    a_request("Kota", now=timezone.now() - timedelta(hours=5))
    page = seen_by(Role.MONITOR).content.decode()
    code = a_district("Kota").pk
    for part in (
        f"district={code}&amp;state=overdue",
        "state=overdue",
        "need=oxygen&amp;state=open",
        "/monitor/needs.csv",
    ):
        assert part in page
    assert page.count('class="tile ') == 41
    assert "9812345670" not in page
    assert "style=" not in page


def test_the_filters_narrow_every_figure_and_stay_in_the_links() -> None:
    a_request(needs=("food",))
    a_request(needs=("oxygen",))
    page = seen_by(Role.STATE_DESK, "/monitor/?need=food&period=7d").content.decode()
    assert "period=7d&amp;need=food" in page
    assert "/queue/?need=food&amp;state=overdue" in page


def test_an_unknown_filter_value_counts_as_not_given() -> None:
    assert seen_by(Role.ADMIN, "/monitor/?need=%00&period=zzz").status_code == 200


def test_the_refresh_is_the_part_of_the_page_that_changes() -> None:
    part = seen_by(Role.MONITOR, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "mon-figures" in part


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PHONE_DESK, Role.DOCTOR])
def test_who_does_not_watch_is_refused(role: str) -> None:
    assert seen_by(role).status_code == 403
    assert seen_by(role, "/monitor/needs.csv").status_code == 403


def test_a_lead_sees_own_districts_only() -> None:
    a_request("Kota", summary="canary kota")
    post = a_post("canary jodhpur", state="read", outcome="opened", request=a_request("Jodhpur"))
    a_request("Jaipur")
    a_volunteer("kota-person", "Kota", first_name="Kotaperson")
    page = seen_by(Role.LEAD, "/monitor/", "Jaipur").content.decode()
    assert page.count('class="tile ') == 1
    assert not any(words in page for words in ("Kota", "canary", "Jodhpur", "Kotaperson"))
    table = seen_by(Role.MONITOR, "/monitor/posts.csv").content.decode()
    assert post.masked_text in table


def test_the_page_costs_the_same_queries_for_few_and_many(django_assert_max_num_queries: Any) -> None:
    a_request()
    client = Client()
    client.force_login(
        a_volunteer("w", role=Role.MONITOR), backend="django.contrib.auth.backends.ModelBackend"
    )
    for _number in range(15):
        request = a_request("Kota")
        a_post("help", state="read", outcome="opened", request=request)
        a_volunteer("", "Kota", "Jaipur")
    with django_assert_max_num_queries(60):
        assert client.get("/monitor/", secure=True).status_code == 200


def test_the_feed_shows_fifteen_mentions_and_leads_to_more() -> None:
    for number in range(17):
        a_post(f"mention {number} end", state="read", outcome="noise")
    page = seen_by(Role.MONITOR, "/monitor/?need=food").content.decode()
    assert page.count(" end</p>") == 15
    assert "period=48h&amp;need=food&amp;mentions=60#mon-feed" in page
    longer = seen_by(Role.MONITOR, "/monitor/?mentions=60").content.decode()
    assert longer.count(" end</p>") == 17
    assert "#mon-feed" not in longer
    assert "mentions=60" in longer, "the refresh keeps the longer feed"
    assert seen_by(Role.MONITOR, "/monitor/?mentions=9999").content.decode().count(" end</p>") == 15


def test_a_line_of_duty_names_two_districts_and_how_many_more() -> None:
    a_volunteer("asha", "Ajmer", "Alwar", "Baran", "Kota")
    page = seen_by(Role.MONITOR).content.decode()
    assert '<td title="Ajmer, Alwar, Baran, Kota">Ajmer, Alwar and 2 more</td>' in page
    table = seen_by(Role.MONITOR, "/monitor/duty.csv").content.decode()
    assert "Ajmer, Alwar, Baran, Kota" in table


@pytest.mark.parametrize(
    ("names", "words"),
    [([], ""), (["A"], "A"), (["A", "B", "C"], "A, B, C"), (list("ABCD"), "A, B and 2 more")],
)
def test_few_names_are_all_said(names: list[str], words: str) -> None:
    assert first_few(names) == words


def test_every_name_on_the_map_is_whole() -> None:
    for district in District.objects.all():
        for name in (district.name_en, district.name_hi):
            lines = [line["words"] for line in name_lines(name)]
            assert "".join(lines).replace("-", "") == name.replace(" ", "").replace("-", "")
            assert max(map(len, lines)) <= 12
    assert [line["words"] for line in name_lines("Kotputli-Behror")] == ["Kotputli-", "Behror"]
    assert [line["words"] for line in name_lines("Chittorgarh")] == ["Chittor", "garh"]


# --- CSV ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["districts", "needs", "duty", "waiting", "posts"])
def test_every_table_comes_as_a_file(name: str) -> None:
    a_volunteer("asha")
    a_post("=HYPERLINK(1) 9812345670", state="read", outcome="opened", request=a_request())
    answer = seen_by(Role.MONITOR, f"/monitor/{name}.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    assert len({len(line) for line in lines}) == 1
    assert len(lines) > 1
    assert "9812345670" not in answer.content.decode()
    assert not any(cell[:1] in "=+@" for line in lines for cell in line if cell)


def test_an_unknown_table_is_missing() -> None:
    assert seen_by(Role.MONITOR, "/monitor/contacts.csv").status_code == 404


@pytest.mark.parametrize("trigger", [*"=+-@\t\r\n\0|%＝＋－＠", " =", "\u3000=", '"', "'", " \n="])
def test_no_cell_begins_like_a_formula(trigger: str) -> None:
    cell = next(csv.reader(io.StringIO(as_csv([f"{trigger}1+1"], [])[1:], newline="")))[0]
    assert cell.startswith("'")


@pytest.mark.parametrize("value", [0, 12, -3, "Jaipur", "जयपुर", "RJ-ABC123", "2021-04-01 10:00", ""])
def test_plain_values_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == str(value)


# --- The promises ---------------------------------------------------------------------------------------------


def broken(now: Any) -> set[str]:
    return {finding.name for finding in reconcile(now) if finding.count}


def test_a_post_that_went_its_way_breaks_no_promise() -> None:
    for text in (
        "Oxygen needed in Chomu Jaipur, call 9812345670",
        "good morning everybody",
        "beds available in Kota 9812345671",
    ):
        read_now(a_post(text))
    assert broken(timezone.now() + timedelta(minutes=1)) == set()


def test_each_breach_is_counted() -> None:
    now = timezone.now()
    asha = a_volunteer("asha")
    request = read_now(a_post("Oxygen needed in Chomu Jaipur, call 9812345670")).request
    assert request is not None
    long_ago = now - timedelta(hours=1)
    a_post("left", lease_until=long_ago, next_attempt_at=now)
    assert broken(now) == {"lease_over"}
    Post.objects.filter(state="due").update(lease_until=None, next_attempt_at=long_ago)
    assert broken(now) == {"unread_too_long"}
    Post.objects.filter(state="due").update(state="read", outcome="noise")
    assert broken(now) == {"read_without_reading"}
    Post.objects.filter(outcome="noise").delete()
    request.claim(asha, long_ago)
    HelpRequest.objects.update(lease_until=long_ago)
    assert broken(now) == {"held_without_end"}
    HelpRequest.objects.update(lease_until=now)
    type(asha).objects.update(is_active=False)
    assert broken(now) == {"held_by_disabled"}
    type(asha).objects.update(is_active=True)
    a_request()
    assert broken(now) == {"without_history", "without_post"}
    assert Event.objects.filter(request=request).exists()


def test_the_page_checks_what_came_in_lately_and_the_command_everything() -> None:
    now = timezone.now()
    a_request(now=now - timedelta(days=3))
    recent = {finding.name for finding in reconcile(now, since=now - timedelta(days=2)) if finding.count}
    assert recent == set()
    assert broken(now) == {"without_history", "without_post"}


def test_the_command_tells_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reconcile")
    a_post("left", next_attempt_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(SystemExit) as stop:
        call_command("reconcile")
    assert stop.value.code == 1
    assert "1  unread_too_long" in capsys.readouterr().out


def test_what_was_taken_further_and_what_is_silent_leads_to_its_list() -> None:
    waits = a_request("Kota", escalated_to="lead", now=timezone.now() - timedelta(days=2))
    waits.go_stale(timezone.now())
    a_request("Kota", escalated_to="state_desk")
    assert dict(figures.further(HelpRequest.objects.all())) == {"lead": 1, "state_desk": 1, "silent": 1}
    page = seen_by(Role.MONITOR).content.decode()
    assert "/queue/?state=escalated&amp;desk=lead" in page and "/queue/?state=ask_again" in page
    listed = seen_by(Role.MONITOR, "/queue/?state=escalated&desk=lead").content.decode()
    assert waits.code in listed and listed.count("data-card") == 1
