"""Erases what is kept about people: by age, when X no longer shows a post, or when somebody asks."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.folding import fold
from requests_app import erasure, x_client
from requests_app.clock import database_now
from requests_app.erasure import Doubtful, Erased, Way
from requests_app.models import HelpRequest, Post
from requests_app.reading.contacts import numbers
from requests_app.x_client import XTrouble


class Command(BaseCommand):
    help = (
        "Erase by age ([retention] of policy.toml), what X no longer shows, or what somebody asks for. Words, names, numbers "
        "and notes go; ids, times, needs, places and outcomes stay. Safe to stop and to run again. Run --age and "
        "--deleted-on-x daily."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--age", action="store_true", help="all that is older than the policy keeps it")
        what.add_argument(
            "--deleted-on-x",
            action="store_true",
            help="look every stored post up on X (it charges for each, docs/x.md) and erase what is gone; an open case "
            "loses its words, keeps its numbers until it is closed and is marked",
        )
        what.add_argument(
            "--phone", metavar="+91...", help="all that carries this number; searches every text"
        )
        what.add_argument(
            "--code", metavar="RJ-...", help="one case with all that is merged into it or linked"
        )
        what.add_argument(
            "--author", metavar="@HANDLE", help="all posts of an author on X: handle or numeric id"
        )
        what.add_argument("--post", metavar="SOURCE:ID", help="one post, such as x:1799999999999999999")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument(
            "--even-open",
            action="store_true",
            help="with --phone, --code, --author: open cases too; without it they are named and left, because a "
            "volunteer needs the number",
        )
        parser.add_argument(
            "--since-days", type=int, help="with --deleted-on-x: only posts that came in so lately"
        )
        parser.add_argument(
            "--believe",
            action="store_true",
            help="with --deleted-on-x: go on when X says that most of a hundred posts are gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where something that was asked for was left: open cases, trouble of X, texts that do not open."""
        way = Way(database_now(), dry_run=options["dry_run"], even_open=options["even_open"])
        try:
            done = self._erase(options, way)
        except KeyboardInterrupt as stop:
            raise CommandError("Stopped. What was erased is erased; run it again for the rest.") from stop
        would = "Would erase" if way.dry_run else "Erased"
        self.stdout.write(
            f"{would}: {done.posts} posts, {done.requests} cases, {done.leads} offers, {done.contacts} numbers, "
            f"{done.notes} notes."
        )
        if done.unread:
            self.stdout.write(
                f"{done.unread} posts were left: nobody has seen them yet. Judge them on the review list and run it again."
            )
        self._complain(done)

    def _complain(self, done: Erased) -> None:
        left = []
        if done.still_open:
            left.append(
                f"left, as they are open: {' '.join(done.still_open)}. Close them, or add --even-open."
            )
        if done.unreadable:
            left.append(
                f"{done.unreadable} posts could not be read (a key is missing in SEAL_KEYS?): numbers in them may be left."
            )
        if left:
            raise CommandError(" ".join(left))

    def _erase(self, options: dict[str, Any], way: Way) -> Erased:
        if options["age"]:
            return erasure.by_age(way, self._tell)
        if options["deleted_on_x"]:
            return self._gone_from_x(options, way)
        if options["phone"]:
            found = numbers(fold(options["phone"]).text)
            if len(found) != 1:
                raise CommandError(
                    f"{options['phone']} is no phone number: +91 and ten digits, or ten digits."
                )
            return erasure.by_phone(found[0].e164, way, self._tell)
        if options["code"]:
            try:
                return erasure.by_code(options["code"], way)
            except HelpRequest.DoesNotExist as error:
                raise CommandError(f"There is no request {options['code']}.") from error
        if options["author"]:
            return erasure.by_author(options["author"], way, self._tell)
        source, _colon, external_id = options["post"].partition(":")
        try:
            return erasure.by_post(source, external_id, way, self._tell)
        except Post.DoesNotExist as error:
            raise CommandError(
                f"There is no post {options['post']} (SOURCE:ID, such as x:17999...)."
            ) from error

    def _gone_from_x(self, options: dict[str, Any], way: Way) -> Erased:
        account = x_client.account_from_settings()
        if account is None:
            raise CommandError("No X keys are set: X_API_KEY and the other three, and X_USER_ID (docs/x.md).")
        days = options["since_days"]
        if days is not None and days < 1:
            raise CommandError("--since-days must be 1 or more.")
        since = way.now - timedelta(days=days) if days else None
        client = x_client.XClient(account)
        try:
            return erasure.gone_from_x(client, way, self._tell, since=since, believe=options["believe"])
        except XTrouble as trouble:
            raise CommandError(
                f"X is in trouble ({trouble}). Nothing was erased on doubt; run it again later."
            ) from trouble
        except Doubtful as doubt:
            raise CommandError(
                f"{doubt}. That may be X or our account: look on X, then add --believe. None of them was erased."
            ) from doubt

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
