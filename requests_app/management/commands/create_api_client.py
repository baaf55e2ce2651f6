"""Makes an API client and prints its key, which is shown this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from districts.models import District
from requests_app.models import ApiClient


class Command(BaseCommand):
    help = "Make an API client and print its key once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--scope", action="append", choices=ApiClient.Scope.values, help="default: requests:write"
        )
        parser.add_argument(
            "--district", action="append", type=int, default=[], help="LGD code; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        districts = District.objects.filter(pk__in=options["district"])
        missing = set(options["district"]) - {district.pk for district in districts}
        if missing:
            raise CommandError(f"There is no district of code {', '.join(map(str, sorted(missing)))}.")
        client = ApiClient(name=options["name"], scopes=options["scope"] or [ApiClient.Scope.WRITE.value])
        key = client.renew_key()
        try:
            with transaction.atomic():
                client.save()
                client.districts.set(districts)
        except IntegrityError as error:
            raise CommandError("A client of this name is there already.") from error
        self.stdout.write(key)
