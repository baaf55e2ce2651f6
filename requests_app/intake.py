"""Takes in what people send by other roads than X: an API call, a phone call written down, a web form, an import."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from districts.folding import fold
from districts.models import Volunteer
from requests_app import sealing
from requests_app.models import ApiClient, Contact, HelpRequest, Lead, Post
from requests_app.reading.contacts import numbers
from requests_app.reading.masking import mask
from requests_app.states import Source
from requests_app.storable import storable


def accept(
    source: Source,
    external_id: str,
    text: str,
    now: datetime,
    *,
    phones: Sequence[str] = (),
    form: dict[str, Any] | None = None,
    client: ApiClient | None = None,
    written_by: Volunteer | None = None,
    author_name: str = "",
    posted_at: datetime | None = None,
) -> tuple[Post, bool]:
    """Store one text, whole and sealed, to be read; return it and whether it is new.

    `phones` (E.164) and `form` ({"district", "block": LGD codes, "needs", "urgency": slugs}) are what a person or a
    client said outright; they win over what is read from the text. The same (source, external_id) is one post.
    """
    post, is_new = Post.objects.get_or_create(
        source=source,
        external_id=external_id,
        defaults={
            "sealed_text": sealing.seal(text),
            "sealed_raw": sealing.seal(json.dumps({"phones": list(phones)})) if phones else b"",
            "masked_text": storable(mask(text)),
            "author_name": storable(mask(author_name))[:120],
            "form": form or {},
            "client": client,
            "written_by": written_by,
            "posted_at": posted_at or now,
            "received_at": now,
            "next_attempt_at": now,
        },
    )
    return post, is_new


def stated_phones(post: Post) -> list[str]:
    """Return the numbers (E.164) that were given to `accept`. Raises sealing.Unreadable."""
    raw = json.loads(sealing.unseal(post.sealed_raw) or "{}")
    return list(raw.get("phones", [])) if isinstance(raw, dict) else []


def keep_numbers(request: HelpRequest, note: str, *, of_helpers: bool = False) -> None:
    """Seal the phone numbers of a note as contacts of its request; the note itself is kept masked.

    `of_helpers`: the note tells what an office or a supplier said, so the numbers are theirs and not the family's.
    """
    found = dict.fromkeys(phone.e164 for phone in numbers(fold(note).text))
    Contact.objects.bulk_create(
        [Contact.of(phone, request=request, is_helpers=of_helpers) for phone in found], ignore_conflicts=True
    )


def keep_numbers_of_lead(lead: Lead, note: str) -> None:
    """The same for a note on a lead: whoever checked it may have been told another number to call."""
    found = dict.fromkeys(phone.e164 for phone in numbers(fold(note).text))
    Contact.objects.bulk_create([Contact.of(phone, lead=lead) for phone in found], ignore_conflicts=True)
