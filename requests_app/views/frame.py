"""The parts of every page's frame: the way home, the duty switch, the language and the list of all pages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from districts.models import Role, Volunteer
from requests_app import returning
from requests_app.clock import database_now
from requests_app.models import HelpRequest
from requests_app.views.answering import back_to
from requests_app.views.asked import Asked

HOMES = {Role.MONITOR: "monitor", Role.DOCTOR: "doctor", Role.PHONE_DESK: "phone"}


class Login(LoginView):
    """Django's log-in page; a person without a language cookie gets the language of their account."""

    template_name = "login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        person = form.get_user()
        if isinstance(person, Volunteer) and settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            remember_language(response, person.language)
        return response


def remember_language(response: HttpResponse, language: str) -> None:
    """Set the cookie by which the pages know the language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


@require_GET
def home(request: Asked) -> HttpResponse:
    """Send everybody to where their work is."""
    try:
        return redirect(reverse(HOMES.get(Role(request.user.role), "queue")))
    except NoReverseMatch:
        return redirect("queue")


@require_GET
def more(request: Asked) -> HttpResponse:
    """All pages, for the phone, where the tabs have no room for them."""
    return render(request, "more.html")


@require_POST
def duty(request: Asked) -> HttpResponse:
    """Go on or off duty; who holds something is asked first who goes on with it."""
    now = database_now()
    if request.POST.get("on") == "1":
        request.user.go_on_duty(now)
        messages.success(request, _("You are on duty. New requests may be suggested to you."))
    elif HelpRequest.objects.held_by(request.user).exists():
        return redirect("handover")
    else:
        request.user.go_off_duty(now)
        returned = returning.give_back_all(request.user, now, by=request.user)
        messages.success(
            request,
            ngettext(
                "You are off duty. %(count)s request that you held went back to the queue.",
                "You are off duty. %(count)s requests that you held went back to the queue.",
                returned,
            )
            % {"count": returned}
            if returned
            else _("You are off duty. You held nothing."),
        )
    return redirect(back_to(request, "home"))


@login_not_required
@require_POST
def language(request: Asked) -> HttpResponse:
    """Set the language of the pages, and of the account of who is logged in."""
    wanted = request.POST.get("language", "")
    if (
        request.user.is_authenticated
        and translation.check_for_language(wanted)
        and wanted in dict(settings.LANGUAGES)
    ):
        Volunteer.objects.filter(pk=request.user.pk).update(language=wanted)
    return set_language(request)
