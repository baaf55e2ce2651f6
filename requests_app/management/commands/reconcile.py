"""Counts the breaches of every promise; exit code 1 when there is one."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from requests_app.clock import database_now
from requests_app.reconciling import reconcile


class Command(BaseCommand):
    help = "Count what must never be there: all zero, or exit code 1."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = reconcile(database_now())
        for finding in findings:
            self.stdout.write(f"{finding.count:6d}  {finding.name}")
        if any(finding.count for finding in findings):
            sys.exit(1)
