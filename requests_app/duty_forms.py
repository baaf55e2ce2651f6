"""The forms about people and their time: what they take, their shifts, invites and the door that an invite opens."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import Block, District, Role, Volunteer
from districts.models.invites import MAY_INVITE, WITHOUT_DISTRICT
from districts.needs import NeedKind
from districts.roster import LONGEST, Span, repeated
from requests_app.policy import POLICY

MOST = POLICY["duty"]["own_capacity"]
AHEAD = POLICY["shifts"]["ahead"]


class WorkForm(forms.Form):
    """What a person takes; no need ticked is all of them."""

    capacity = forms.IntegerField(min_value=1, max_value=MOST)
    needs = forms.MultipleChoiceField(choices=NeedKind.choices, required=False)


class PersonWorkForm(WorkForm):
    """The same, set by who looks after the person, with the blocks of the districts that both have."""

    blocks = forms.ModelMultipleChoiceField(queryset=Block.objects.none(), required=False)

    def __init__(self, *args: Any, districts: "list[int]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["blocks"].queryset = Block.objects.filter(district__in=districts)  # type: ignore[attr-defined]


class AboutMeForm(forms.Form):
    """How a person is called, reached and spoken to."""

    name = forms.CharField(max_length=150)
    phone = forms.RegexField(
        regex=r"^\+?[0-9][0-9 -]{6,18}$",
        max_length=20,
        required=False,
        error_messages={"invalid": _("This is no phone number. Ten digits, or with + and the country.")},
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class ShiftForm(forms.Form):
    """A shift by the clocks of the place, once or again and again. An end before the start is on the next day."""

    EVERY = [("0", _("once")), ("1", _("every day")), ("7", _("every week"))]
    day = forms.DateField(
        error_messages={"required": _("Say on which day."), "invalid": _("Say on which day.")}
    )
    begins = forms.TimeField(error_messages={"required": _("Say when it begins.")})
    ends = forms.TimeField(error_messages={"required": _("Say when it ends.")})
    every = forms.TypedChoiceField(choices=EVERY, coerce=int, required=False)
    days = forms.IntegerField(min_value=1, max_value=AHEAD, required=False)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.spans: list[Span] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not timedelta(days=-1) <= cleaned["day"] - timezone.localdate(self.now) <= timedelta(days=AHEAD):
            raise forms.ValidationError(_("Choose a day within the next %(days)s days.") % {"days": AHEAD})
        zone = timezone.get_default_timezone()
        days = cleaned.get("days") or 1
        spans = repeated(
            cleaned["day"], cleaned["begins"], cleaned["ends"], cleaned["every"] or 0, days, zone
        )
        if spans[0].length > LONGEST:
            hours = LONGEST // timedelta(hours=1)
            raise forms.ValidationError(_("A shift has %(hours)s hours at most.") % {"hours": hours})
        self.spans = [span for span in spans if span.end > self.now]
        if not self.spans:
            raise forms.ValidationError(_("That time is over. Choose one that lies ahead."))
        return cleaned


class PeopleFilters(forms.Form):
    """The filters of the list of people, from the URL. A value that is not known counts as not given."""

    q = forms.CharField(max_length=60, required=False)
    role = forms.ChoiceField(choices=Role.choices, required=False)
    district = forms.IntegerField(min_value=1, max_value=99999, required=False)
    page = forms.IntegerField(min_value=1, max_value=2000, required=False)

    def values(self) -> dict[str, Any]:
        """Return the filters that can be understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class InviteForm(forms.Form):
    """For whom a link is: role and districts, within what `by` may give."""

    role = forms.ChoiceField()
    districts = forms.ModelMultipleChoiceField(
        queryset=District.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Choose districts from the list.")},
    )
    meant_for = forms.CharField(max_length=80, required=False)

    def __init__(self, *args: Any, by: Volunteer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = MAY_INVITE.get(by.role, ())
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        self.fields["districts"].queryset = (  # type: ignore[attr-defined]
            District.objects.all() if by.is_state_wide else District.objects.filter(volunteers=by)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") in WITHOUT_DISTRICT:
            cleaned["districts"] = District.objects.none()
        elif not cleaned.get("districts") and "districts" not in self.errors:
            self.add_error("districts", _("Choose at least one district."))
        return cleaned


class JoinForm(forms.ModelForm):
    """What somebody says of themselves who came by an invite; role and districts are the invite's."""

    first_name = forms.CharField(
        max_length=150, error_messages={"required": _("Write your name, as the others shall see it.")}
    )
    password = forms.CharField(
        max_length=200, strip=False, error_messages={"required": _("Choose a password.")}
    )

    class Meta:
        model = Volunteer
        fields = ["first_name", "username", "language"]

    def _post_clean(self) -> None:
        """As Django's own forms do: the validators compare the password with the rest of the account."""
        super()._post_clean()  # type: ignore[misc]
        password = self.cleaned_data.get("password")
        if password:
            try:
                password_validation.validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)
            self.instance.set_password(password)
