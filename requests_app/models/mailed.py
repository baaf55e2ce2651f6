"""What was sent to whom by e-mail, so that nothing is sent twice."""

from django.conf import settings
from django.db import models


class Mailed(models.Model):
    """One e-mail about one notice (notices.Notice.key)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_mail_per_person_and_notice")
        ]
        indexes = [
            # The limit on how many e-mails a person gets in an hour.
            models.Index(fields=["person", "at"], name="mails_to_a_person"),
        ]

    def __str__(self) -> str:
        return self.key
