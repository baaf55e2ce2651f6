"""Compiles locale/*/LC_MESSAGES/django.po to .mo with Babel, for machines that have no gettext."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations of the project (locale/*/LC_MESSAGES/django.po)."

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                with source.open("rb") as file:
                    catalog = read_po(file, locale=source.parent.parent.name)
                target = source.with_suffix(".mo")
                # Under a name of its own: several may compile at once.
                with NamedTemporaryFile(dir=target.parent, suffix=".mo.new", delete=False) as fresh:
                    write_mo(fresh, catalog)
                Path(fresh.name).chmod(0o644)
                Path(fresh.name).replace(target)
                self.stdout.write(
                    f"{target}: {sum(1 for message in catalog if message.id and message.string)} messages"
                )
