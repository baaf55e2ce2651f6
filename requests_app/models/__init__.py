"""The tables of what is asked and what next."""

from requests_app.models.appeals import Appeal
from requests_app.models.clients import ApiClient, IdempotencyRecord
from requests_app.models.contacts import Contact
from requests_app.models.events import Event
from requests_app.models.ingest import Gap, IngestCursor
from requests_app.models.lead_history import LeadCheck, LeadUse, Look
from requests_app.models.leads import Lead
from requests_app.models.loops import LoopLease
from requests_app.models.mailed import Mailed
from requests_app.models.matches import PossibleMatch, WordTrace
from requests_app.models.needs import Need
from requests_app.models.posts import Correction, Post, Reading
from requests_app.models.replies import Reply
from requests_app.models.requests import HelpRequest, Lost, NeedsOpen, NotAllowed
from requests_app.models.roster import people_on_duty
from requests_app.models.scams import ScamMark, ScamNumber
from requests_app.models.stopped import StoppedAuthor
from requests_app.models.tallies import Tally

__all__ = [
    "ApiClient",
    "Appeal",
    "Contact",
    "Correction",
    "Event",
    "Gap",
    "HelpRequest",
    "IdempotencyRecord",
    "IngestCursor",
    "Lead",
    "LeadCheck",
    "LeadUse",
    "Look",
    "LoopLease",
    "Lost",
    "Mailed",
    "Need",
    "NeedsOpen",
    "NotAllowed",
    "PossibleMatch",
    "Post",
    "Reading",
    "Reply",
    "ScamMark",
    "ScamNumber",
    "StoppedAuthor",
    "Tally",
    "WordTrace",
    "people_on_duty",
]
