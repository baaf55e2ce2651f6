"""A phone number of a request or of a lead, sealed."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from requests_app import sealing
from requests_app.models.scams import ScamNumber


class Contact(models.Model):
    """A phone number of a request or of a lead, sealed. Shown masked; the whole number is an act that is logged.

    `is_helpers`: of an office or a supplier that was asked for this request, and not of the family: many patients' requests
    may have it, so that matching does not look at it.
    """

    request = models.ForeignKey(
        "requests_app.HelpRequest", models.CASCADE, null=True, related_name="contacts"
    )
    lead = models.ForeignKey("requests_app.Lead", models.CASCADE, null=True, related_name="contacts")
    sealed_phone = models.BinaryField()
    phone_hash = models.CharField(max_length=64)
    tail = models.CharField(max_length=2, blank=True)
    is_helpers = models.BooleanField(default=False)

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

    # --- Warnings -------------------------------------------------------------------------------------------

    @classmethod
    def warn_about(cls, contacts: "Iterable[Contact]") -> None:
        """Look up at once which of these are known scam numbers, so that `scam` asks no more: one query for a list."""
        asked = [contact for contact in contacts if not contact._is_looked_up]
        known = ScamNumber.objects.known(contact.phone_hash for contact in asked)
        for contact in asked:
            contact._scam = known.get(contact.phone_hash)
            contact._is_looked_up = True

    @property
    def scam(self) -> ScamNumber | None:
        """The block-list's entry of this number, None where it is not listed. Nobody forgets to look: it asks by itself."""
        if not self._is_looked_up:
            self.warn_about([self])
        return self._scam

    _scam: ScamNumber | None = None
    _is_looked_up = False
