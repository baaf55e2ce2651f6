"""What people corrected comes out as labelled examples that `evaluate` reads, and nothing that is erased."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from districts.models import Block
from requests_app import corrections, erasure, triage
from requests_app.models import Post
from requests_app.states import Outcome, Source
from tests.factories import a_district, a_post, a_volunteer

pytestmark = pytest.mark.django_db

PLEA = "Jaipur me papa ko oxygen cylinder ki turant zarurat hai, SpO2 82, call 9829012345"


def exported(**options) -> list[dict]:
    out = io.StringIO()
    call_command("export_corrections", stdout=out, stderr=io.StringIO(), **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def a_corrected_post(source: str = Source.WEB) -> Post:
    post = triage.read_now(a_post(PLEA, source=source))
    asha, now = a_volunteer("", "Jaipur"), timezone.now()
    block = Block.objects.filter(district=a_district("Kota")).first()
    for field, value in (
        ("urgency", "normal"),
        ("urgency", "high"),
        ("needs", ["oxygen", "beds"]),
        ("place", (a_district("Kota"), block)),
        ("place", (a_district("Jaipur"), None)),
    ):
        corrections.correct(post.request, field, value, asha, now)
    return post


def test_last_word_of_people_is_the_label_and_the_number_is_masked():
    post = a_corrected_post()
    [row] = exported()
    assert "9829012345" not in row.pop("text")
    assert row == {
        "id": f"web-{post.pk}",
        "needs": ["beds", "oxygen"],
        "urgency": "high",
        "district": "Jaipur",
    }


def test_block_and_outside_are_named_as_in_the_gazetteer():
    post, asha, now = triage.read_now(a_post(PLEA)), a_volunteer("", "Jaipur"), timezone.now()
    block = Block.objects.filter(district=a_district("Jaipur")).first()
    corrections.correct(post.request, "place", (block.district, block), asha, now)
    assert (exported()[0]["district"], exported()[0]["block"]) == ("Jaipur", block.name_en)
    corrections.correct(post.request, "place", None, asha, now)
    assert exported()[0]["district"] == "outside" and "block" not in exported()[0]


def test_posts_of_x_are_marked_for_evaluation_alone():
    a_corrected_post(Source.X)
    assert exported()[0]["evaluation_only"] is True


def test_original_text_comes_only_when_asked_for():
    a_corrected_post()
    assert exported(with_text=True)[0]["text"] == PLEA


def test_noise_that_a_person_judged_is_an_example_too():
    post = triage.read_now(a_post("good morning everybody, have a nice day"))
    corrections.not_a_plea(post, a_volunteer(), timezone.now())
    assert exported()[0]["kind"] == "other"


def test_erased_posts_are_no_examples():
    post = a_corrected_post()
    post.request.refresh_from_db()
    post.request.resolve(Outcome.HELPED, a_volunteer(), timezone.now())
    erasure.by_code(post.request.code, erasure.Way(timezone.now()))
    assert exported() == []


def test_posts_that_nobody_corrected_are_no_examples():
    triage.read_now(a_post(PLEA))
    assert exported() == []


def test_text_that_no_key_opens_is_named_and_the_rest_is_printed():
    broken, whole = a_corrected_post(), triage.read_now(a_post("good morning everybody"))
    corrections.not_a_plea(whole, a_volunteer(), timezone.now())
    Post.objects.filter(pk=broken.pk).update(sealed_text=b"damaged")
    out = io.StringIO()
    with pytest.raises(CommandError, match=f"1 posts .*{broken.pk}"):
        call_command("export_corrections", with_text=True, stdout=out, stderr=io.StringIO())
    assert len(out.getvalue().splitlines()) == 1


def test_evaluate_reads_the_file(tmp_path):
    a_corrected_post()
    file = tmp_path / "corrected.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in exported(with_text=True)), encoding="utf-8")
    out = io.StringIO()
    call_command("evaluate", str(file), stdout=out, rounds=2, json=True)
    found = json.loads(out.getvalue())
    assert found["figures"]["rows"] == 1
    [wrong] = found["misread"]
    assert wrong["wrong"]["urgency"] == ["high", "critical"] and "district" not in wrong["wrong"]
