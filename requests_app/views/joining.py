"""The door that an invite opens: somebody without an account makes theirs, once."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from districts.models import Invite, Spent
from requests_app.caller import caller_address
from requests_app.clock import database_now
from requests_app.duty_forms import JoinForm
from requests_app.models import Tally
from requests_app.policy import POLICY
from requests_app.sealing import keyed_hash
from requests_app.views.frame import remember_language

GUESSES_PER_MINUTE: int = POLICY["invites"]["guesses"]
BACKEND = "django.contrib.auth.backends.ModelBackend"
_MINUTE = timedelta(minutes=1)
_PREFIX = "join:"


@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The form of a new account. Wrong, used, taken back and old links all look the same."""
    invite = Invite.find(token, database_now())
    if invite is None:
        return _closed(request)
    if request.method != "POST":
        return _form(request, invite, JoinForm(initial={"language": get_language()}))
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _form(request, invite, form)
    person = form.instance
    try:
        with transaction.atomic():
            invite.use(person, database_now())
    except Spent:
        return _closed(request)
    except IntegrityError:  # somebody took the name between the look and the writing
        form.add_error("username", _("That user name is taken. Choose another."))
        return _form(request, invite, form)
    login(request, person, backend=BACKEND)
    messages.success(request, _("Welcome. Go on duty when you are ready, with the switch at the top."))
    response = redirect("home")
    remember_language(response, person.language)
    return response


def _form(request: HttpRequest, invite: Invite, form: JoinForm) -> HttpResponse:
    context = {
        "invite": invite,
        "districts": invite.districts.all(),
        "form": form,
        "languages": settings.LANGUAGES,
        "language": form["language"].value(),
    }
    return render(request, "join.html", context)


def _closed(request: HttpRequest) -> HttpResponse:
    """Say what to do next; who guesses is slowed down by their address."""
    now = database_now()
    address = keyed_hash(caller_address(request))[:32]
    count, seconds = Tally.add(f"{_PREFIX}{address}", now, _MINUTE)
    if count == 1:
        Tally.forget(_PREFIX, now - timedelta(hours=1))
    response = render(request, "join_closed.html", status=429 if count > GUESSES_PER_MINUTE else 404)
    if count > GUESSES_PER_MINUTE:
        response.headers["Retry-After"] = str(seconds)
    return response
