"""Shows a whole phone number after one press that is logged."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app.clock import database_now
from requests_app.models import HelpRequest
from requests_app.reveal import TooMany
from requests_app.reveal import reveal as reveal_number
from requests_app.sealing import Unreadable
from requests_app.views.asked import Asked
from requests_app.views.thread import thread_of


@require_POST
def reveal(request: Asked, code: str) -> HttpResponse:
    """Answer with the number itself: it is never kept in a session or an address, so there is no redirect."""
    item = get_object_or_404(HelpRequest.objects.visible_to(request.user).for_cards(), code=code)
    key = request.POST.get("contact", "")
    contact = get_object_or_404(item.contacts, pk=int(key) if key.isdecimal() and len(key) < 18 else 0)
    now = database_now()
    revealed = None
    if not request.user.can_work:
        messages.error(request, _("Your role watches; it shows no numbers."))
    else:
        try:
            number = reveal_number(contact, request.user, now)
            revealed = {"contact": contact.pk, "number": number, "meant": request.POST.get("meant", "show")}
        except TooMany:
            messages.error(request, _("You have looked at very many numbers this hour. Ask your lead."))
        except Unreadable:
            messages.error(
                request, _("This number cannot be opened: its key is missing. Tell the administrator.")
            )
    context = thread_of(request.user, item, now) | {"contact": contact, "revealed": revealed}
    return render(request, "_contact_answer.html" if request.htmx else "request.html", context)
