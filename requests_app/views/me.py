"""My own page: what I take and how much, how I am called, my shifts and my districts."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from districts.models import ChangeKind, District, Shift, Volunteer
from districts.models.trail import AccountChange
from districts.needs import NeedKind
from requests_app.clock import database_now
from requests_app.duty_forms import MOST, AboutMeForm, WorkForm
from requests_app.views.answering import first_error
from requests_app.views.asked import Asked
from requests_app.views.frame import remember_language


@require_GET
def me(request: Asked) -> HttpResponse:
    """All sections; each has a form and an address of its own."""
    now = database_now()
    context = {
        "now": now,
        "needs": NeedKind.choices,
        "most": max(MOST, request.user.capacity),
        "districts": District.objects.filter(volunteers=request.user),
        "blocks": request.user.blocks.select_related("district"),
        "coming": Shift.objects.filter(volunteer=request.user).not_over(now)[:3],
    }
    return render(request, "me.html", context)


@require_POST
def work(request: Asked) -> HttpResponse:
    """Set what I take and how much at once."""
    form = WorkForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("me")
    set_work(request.user, request.user, form.cleaned_data["capacity"], form.cleaned_data["needs"])
    messages.success(request, _("Kept. It counts from the next suggestion on."))
    return redirect("me")


@require_POST
def about(request: Asked) -> HttpResponse:
    """Set how I am called and reached, and the language of my pages."""
    form = AboutMeForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("me")
    said = form.cleaned_data
    Volunteer.objects.filter(pk=request.user.pk).update(
        first_name=said["name"], last_name="", phone=said["phone"], language=said["language"]
    )
    messages.success(request, _("Kept."))
    response = redirect("me")
    remember_language(response, said["language"])
    return response


def set_work(person: Volunteer, by: Volunteer, capacity: int, needs: list[str]) -> None:
    """Write what a person takes, and a line of the account's history where that changes something."""
    if (person.capacity, sorted(person.needs)) == (capacity, sorted(needs)):
        return
    was = {"capacity": person.capacity, "needs": person.needs}
    Volunteer.objects.filter(pk=person.pk).update(capacity=capacity, needs=needs)
    person.capacity, person.needs = capacity, needs
    AccountChange.note(
        person, ChangeKind.WORK_SET, by, database_now(), was=was, capacity=capacity, needs=needs
    )
