"""The forms of leads: what may come in with each press."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from districts.needs import NeedKind
from requests_app.forms import NoteField, NumberField, PlaceField
from requests_app.lead_states import CheckOutcome, ScamReason, Supply, Unit, UseOutcome

MOST = 99_999
MAX_KEY = 2**62


class LeadFilters(forms.Form):
    """The filters of the list, from the URL. A value that is not known counts as not given."""

    need = forms.ChoiceField(choices=NeedKind.choices, required=False)
    district = forms.IntegerField(min_value=1, max_value=99999, required=False)
    show = forms.ChoiceField(choices=[("all", _("All"))], required=False)
    q = forms.CharField(max_length=100, required=False)
    after = forms.CharField(max_length=60, required=False)

    def values(self) -> dict[str, Any]:
        """Return the filters that can be understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class CheckForm(forms.Form):
    """What somebody found who made sure of a lead. `number` is the key of the contact that was called."""

    outcome = forms.ChoiceField(choices=CheckOutcome.choices)
    left = forms.IntegerField(min_value=0, max_value=MOST, required=False)
    note = NoteField(max_length=1000, required=False)
    number = forms.IntegerField(min_value=1, max_value=MAX_KEY, required=False)


class ScamForm(forms.Form):
    do = forms.ChoiceField(choices=[("list", _("Warn everywhere")), ("lift", _("Not a scam"))])
    reason = forms.ChoiceField(choices=ScamReason.choices, required=False)
    note = NoteField(max_length=1000, required=False)
    number = forms.IntegerField(min_value=1, max_value=MAX_KEY, required=False)


class UseForm(forms.Form):
    """What came of a lead that was used for a request; `met`: the needs that are met by it."""

    lead = forms.IntegerField(min_value=1, max_value=MAX_KEY)
    outcome = forms.ChoiceField(choices=UseOutcome.choices)
    met = forms.MultipleChoiceField(choices=NeedKind.choices, required=False)
    note = NoteField(max_length=1000, required=False)
    number = forms.IntegerField(min_value=1, max_value=MAX_KEY, required=False)


class LeadForm(forms.Form):
    """An offer taken down by hand. `token` is made with the empty form, so that a double press makes one lead."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(max_length=4000)
    needs = forms.MultipleChoiceField(choices=NeedKind.choices)
    number = NumberField(max_length=40)
    count = forms.IntegerField(min_value=1, max_value=MOST, required=False)
    unit = forms.ChoiceField(choices=[("", ""), *Unit.choices], required=False)
    supply = forms.ChoiceField(choices=Supply.choices, required=False)
    place = PlaceField(required=False)
