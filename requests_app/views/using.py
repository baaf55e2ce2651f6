"""The press on a request's page that says what came of a lead that was proposed there."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from requests_app import offering
from requests_app.lead_forms import UseForm
from requests_app.lead_states import UseOutcome
from requests_app.models import HelpRequest, Lead, NotAllowed
from requests_app.states import NeedState
from requests_app.views.answering import act, first_error
from requests_app.views.asked import Asked


@partial(act, of_helpers=True)
def use_lead(request: Asked, item: HelpRequest, now: datetime) -> str | None:
    """Keep it in the request's history and as a check of the lead; what was got may meet a need at once."""
    form = UseForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return None
    if not item.is_open:
        raise NotAllowed("the request is closed")
    said = form.cleaned_data
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=said["lead"])
    still_open = {need.kind for need in item.needs.all() if need.state == NeedState.OPEN}
    outcome = UseOutcome(said["outcome"])
    try:
        offering.use(
            item,
            lead,
            outcome,
            request.user,
            now,
            note=said["note"],
            met=[kind for kind in said["met"] if kind in still_open],
            number=said["number"],
        )
    except offering.WhichNumber:
        messages.error(request, _("Choose which of the numbers it was."))
        return None
    return _("Written down, here and on the lead.")
