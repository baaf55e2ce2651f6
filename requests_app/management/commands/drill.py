"""Sends marked test pleas through the running system and says how long each step took and what is broken."""

import secrets
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.models import District, Volunteer
from requests_app import intake
from requests_app.clock import database_now
from requests_app.models import HelpRequest, Lost, NotAllowed, Post
from requests_app.states import Outcome, PostState, RequestState, Source
from requests_app.tasks import wake_readers

TEXT = (
    "[DRILL {tag}] {place} me {age} saal ke mareez ko oxygen cylinder ki turant zarurat hai, SpO2 84, please help "
    "[DRILL, no patient]"
)
YOUNGEST, YEARS_APART = 21, 4
"""The patients' ages: so far apart that no two pleas are taken for one."""
TAG_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
EVERY = 0.2


class Command(BaseCommand):
    help = (
        "Send a few pleas marked [DRILL] in (no number, no patient), follow each to the list of a person on duty, take and "
        "close it, and print the seconds of every step. Whoever is on duty sees them for that long: tell them before. X is "
        "not part of it. The closed ones count on the monitor as 'not a plea'."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as", dest="person", required=True, metavar="USERNAME", help="who takes and closes them"
        )
        parser.add_argument("--district", default="Jaipur", help="English name (default: Jaipur)")
        parser.add_argument("--count", type=int, default=3, help="how many (default: 3, at most 20)")
        parser.add_argument(
            "--wait", type=float, default=60.0, help="seconds to wait for each to be read (default: 60)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a step did not happen; what is left over is named."""
        person = Volunteer.objects.filter(username=options["person"], is_active=True).first()
        if person is None or not person.can_work:
            raise CommandError(
                f"{options['person']}: there is no such active person who can work on requests."
            )
        if not District.objects.filter(name_en=options["district"]).exists():
            raise CommandError(f"{options['district']}: there is no such district.")
        if not 1 <= options["count"] <= 20:
            raise CommandError("--count must be between 1 and 20.")
        posts = [self._send(options["district"], number) for number in range(options["count"])]
        if not wake_readers():
            self.stdout.write("the broker cannot be reached: the sweeper has to read them")
        broken: list[str] = []
        try:
            for post, began in posts:
                broken += self._follow(post, began, person, options["wait"])
        except KeyboardInterrupt:
            broken.append("stopped before the end")
        finally:
            left = self._close([post.pk for post, _began in posts], person)
        if left:
            broken.append(f"close these by hand: {' '.join(left)}")
        if broken:
            raise CommandError("; ".join(broken))
        self.stdout.write(f"All {len(posts)} went from the door to a person's list and were closed.")

    def _send(self, district: str, number: int) -> tuple[Post, float]:
        tag = "".join(secrets.choice(TAG_LETTERS) for _letter in range(12))
        began = time.monotonic()
        post, _is_new = intake.accept(
            Source.IMPORT,
            f"drill-{tag}",
            TEXT.format(tag=tag, place=district, age=YOUNGEST + YEARS_APART * number),
            database_now(),
            author_name="Drill",
        )
        self.stdout.write(f"post {post.pk}: stored after {time.monotonic() - began:.3f} s")
        return post, began

    def _follow(self, post: Post, began: float, person: Volunteer, patience: float) -> list[str]:
        """Wait until it is read, then take it; return what did not happen."""
        name = f"post {post.pk}"
        while post.state == PostState.DUE:
            if time.monotonic() - began > patience:
                return [f"{name}: not read within {patience:g} s: no worker and no sweeper is running"]
            time.sleep(EVERY)
            post.refresh_from_db()
        self._took(name, "read", began)
        request = post.request
        if request is None:
            return [f"{name}: taken for {post.outcome or post.state} and not for a plea"]
        request.refresh_from_db()
        where = "no district" if request.district is None else request.district.name_en
        self._took(name, f"{request.code} {request.state} in {where}", began)
        problems = []
        watching = [
            one.username
            for one in Volunteer.objects.on_duty()
            if HelpRequest.objects.visible_to(one).filter(pk=request.pk).exists()
        ]
        if watching:
            self.stdout.write(f"{name}: on the list of {len(watching)} people on duty")
        else:
            problems.append(f"{name}: {request.code} is on nobody's list: nobody is on duty for {where}")
        if request.state == RequestState.QUEUED:
            try:
                request.claim(person, database_now())
                self._took(name, f"taken by {person.username}", began)
            except Lost as lost:
                self.stdout.write(f"{name}: {lost.holder} was first")
            except NotAllowed as reason:
                problems.append(f"{name}: {reason}")
        return problems

    def _took(self, name: str, what: str, began: float) -> None:
        self.stdout.write(f"{name}: {what} after {time.monotonic() - began:.3f} s")
        self.stdout.flush()

    def _close(self, keys: list[int], person: Volunteer) -> list[str]:
        """Close what the drill opened; return what a person must close: taken by somebody else, or not read yet."""
        left = [f"post {post.pk}" for post in Post.objects.filter(pk__in=keys, request=None)]
        for request in HelpRequest.objects.filter(posts__in=keys).distinct():
            if request.is_open:
                try:
                    request.resolve(Outcome.NOT_A_REQUEST, person, database_now(), note="drill")
                except (Lost, NotAllowed):
                    left.append(request.code)
        return left
