"""How a person wants to be told of what awaits them: on this device, and by e-mail."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from districts.models import Volunteer
from requests_app.views.answering import first_error
from requests_app.views.asked import Asked


class NoticesForm(forms.ModelForm):
    """The e-mail half; the switches of a device stay on the device."""

    class Meta:
        model = Volunteer
        fields = ["wants_mail", "email", "quiet_from", "quiet_until"]

    def clean(self) -> None:
        wanted = super().clean() or self.cleaned_data
        if wanted.get("wants_mail") and not wanted.get("email"):
            raise forms.ValidationError(_("Write the address that the e-mails go to."))
        if bool(wanted.get("quiet_from")) != bool(wanted.get("quiet_until")):
            raise forms.ValidationError(_("Quiet hours need a beginning and an end."))


@require_http_methods(["GET", "POST"])
def notices(request: Asked) -> HttpResponse:
    """Show and change one's own ways of being told."""
    form = NoticesForm(request.POST or None, instance=Volunteer.objects.get(pk=request.user.pk))
    if request.method == "POST":
        if form.is_valid():
            form.save()
            messages.success(request, _("Kept."))
            return redirect("notices")
        messages.error(request, first_error(form))
    return render(request, "notices.html", {"form": form, "has_mail": settings.HAS_MAIL})
