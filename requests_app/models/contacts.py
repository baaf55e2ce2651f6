"""A phone number of a request or of a lead, sealed."""

from typing import Any

from django.db import models
from django.db.models import Q

from requests_app import sealing


class Contact(models.Model):
    """A phone number of a request or of a lead, sealed. Shown masked; the whole number is an act that is logged."""

    request = models.ForeignKey(
        "requests_app.HelpRequest", models.CASCADE, null=True, related_name="contacts"
    )
    lead = models.ForeignKey("requests_app.Lead", models.CASCADE, null=True, related_name="contacts")
    sealed_phone = models.BinaryField()
    phone_hash = models.CharField(max_length=64)
    tail = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "phone_hash"],
                condition=Q(request__isnull=False),
                name="one_line_per_number",
            ),
            models.UniqueConstraint(
                fields=["lead", "phone_hash"],
                condition=Q(lead__isnull=False),
                name="one_line_per_number_of_a_lead",
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False, lead__isnull=True)
                | Q(request__isnull=True, lead__isnull=False),
                name="contact_of_a_request_or_a_lead",
            ),
        ]
        indexes = [
            # Matching and the search by number.
            models.Index(fields=["phone_hash"], name="contacts_by_number")
        ]

    def __str__(self) -> str:
        return self.masked

    @classmethod
    def of(cls, e164: str, **owner: Any) -> "Contact":
        """Return an unsaved contact of this number for `request=` or `lead=`."""
        return cls(
            sealed_phone=sealing.seal(e164), phone_hash=sealing.keyed_hash(e164), tail=e164[-2:], **owner
        )

    @property
    def phone(self) -> str:
        """The number, E.164. Raises sealing.Unreadable."""
        return sealing.unseal(self.sealed_phone)

    @property
    def masked(self) -> str:
        return f"••••• •••{self.tail}"
