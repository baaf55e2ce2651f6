"""The forms of the volunteer's pages: what may come in with each act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from districts.folding import fold
from districts.models import Block, District, Official, Role, Volunteer
from districts.needs import NeedKind
from requests_app.reading.contacts import numbers
from requests_app.reading.masking import mask
from requests_app.states import AppealAnswer, AppealWay, CallOutcome, Kind, NeedState, Outcome, Urgency


@dataclass(frozen=True)
class Place:
    """A district, perhaps with its block; `is_outside` means outside Rajasthan, and then there is neither."""

    district: District | None = None
    block: Block | None = None
    is_outside: bool = False


class PlaceField(forms.CharField):
    """One choice of district and block: "86", "86-570" or "outside" (LGD codes). Empty is None."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        if not value:
            return None
        if value == "outside":
            return Place(is_outside=True)
        district, _dash, block = value.partition("-")
        if not district.isdecimal() or (block and not block.isdecimal()) or len(value) > 20:
            raise forms.ValidationError(_("Choose a place from the list."))
        found = District.objects.filter(pk=int(district)).first()
        inside = Block.objects.filter(pk=int(block), district=found).first() if found and block else None
        if found is None or (block and inside is None):
            raise forms.ValidationError(_("Choose a place from the list."))
        return Place(found, inside)

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise forms.ValidationError(_("Choose a place from the list."))

    def run_validators(self, value: Any) -> None:
        """A Place has nothing left to check."""


class NumberField(forms.CharField):
    """A phone number as people write it; cleaned to E.164. Empty is an empty string."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        found = numbers(fold(text).text)
        if len(found) != 1:
            raise forms.ValidationError(_("This is no phone number. Ten digits, or with + and the country."))
        return found[0].e164


class NoteField(forms.CharField):
    """What somebody writes into the history, its numbers masked; intake.keep_numbers seals them beside it."""

    def clean(self, value: Any) -> str:
        return mask(super().clean(value))


class ListFilters(forms.Form):
    """The filters of the queue, from the URL. A value that is not known counts as not given."""

    STATES = [
        ("queued", _("Waiting")),
        ("overdue", _("Overdue")),
        ("escalated", _("Escalated to me")),
        ("ask_again", _("Ask again")),
        ("outside", _("Outside Rajasthan")),
        ("held", _("Taken")),
        ("open", _("All open")),
        ("closed", _("Closed")),
    ]
    need = forms.ChoiceField(choices=NeedKind.choices, required=False)
    urgency = forms.ChoiceField(choices=Urgency.choices, required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    desk = forms.ChoiceField(
        choices=[(role.value, role.label) for role in (Role.LEAD, Role.STATE_DESK)], required=False
    )
    district = forms.IntegerField(min_value=1, max_value=99999, required=False)
    block = forms.IntegerField(min_value=1, max_value=9999999, required=False)
    q = forms.CharField(max_length=100, required=False)
    after = forms.CharField(max_length=60, required=False)

    def values(self) -> dict[str, Any]:
        """Return the filters that can be understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class CallForm(forms.Form):
    outcome = forms.ChoiceField(choices=CallOutcome.choices)
    note = NoteField(max_length=1000, required=False)


class NoteForm(forms.Form):
    note = NoteField(max_length=1000)


class OptionalNoteForm(forms.Form):
    note = NoteField(max_length=1000, required=False)


class WaitForm(forms.Form):
    """Try again in so many minutes."""

    CHOICES = [
        ("15", _("15 min")),
        ("60", _("1 h")),
        ("180", _("3 h")),
        ("720", _("12 h")),
        ("1440", _("1 day")),
    ]
    minutes = forms.TypedChoiceField(choices=CHOICES, coerce=int)
    note = NoteField(max_length=1000, required=False)

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["minutes"])


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(queryset=Volunteer.objects.none())
    note = NoteField(max_length=1000, required=False)

    def __init__(self, *args: Any, people: "QuerySet[Volunteer]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class ResolveForm(forms.Form):
    """What became of it; `met` are needs that are ticked off with it."""

    outcome = forms.ChoiceField(
        choices=Outcome.choices, error_messages={"required": _("Choose what became of it.")}
    )
    met = forms.MultipleChoiceField(choices=NeedKind.choices, required=False)
    note = NoteField(max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == Outcome.OUT_OF_STATE and not cleaned.get("note"):
            self.add_error("note", _("Write into the note to whom it was handed on."))
        return cleaned


class NeedForm(forms.Form):
    kind = forms.ChoiceField(choices=NeedKind.choices)
    state = forms.ChoiceField(choices=NeedState.choices)


class UrgencyForm(forms.Form):
    urgency = forms.ChoiceField(choices=Urgency.choices)


class MergeForm(forms.Form):
    into = forms.CharField(max_length=9)

    def clean_into(self) -> str:
        return str(self.cleaned_data["into"]).strip().upper()


class OtherForm(forms.Form):
    """Another request, by its code."""

    other = forms.CharField(max_length=9)


class SplitForm(forms.Form):
    post = forms.IntegerField(min_value=1)


class CorrectionForm(forms.Form):
    """What a person says that a plea means; `toggle` is one need that it has wrongly, or lacks."""

    toggle = forms.ChoiceField(choices=NeedKind.choices, required=False)
    needs = forms.MultipleChoiceField(choices=NeedKind.choices, required=False)
    urgency = forms.ChoiceField(choices=Urgency.choices, required=False)
    place = PlaceField(required=False)


class PlaceForm(forms.Form):
    place = PlaceField()


class JudgeForm(forms.Form):
    """The answer to "is it a plea?", with the needs when it is."""

    kind = forms.ChoiceField(choices=[(k.value, k.label) for k in (Kind.REQUEST, Kind.OFFER, Kind.OTHER)])
    needs = forms.MultipleChoiceField(choices=NeedKind.choices, required=False)


class ReplyForm(forms.Form):
    post = forms.IntegerField(min_value=1)
    text = forms.CharField(max_length=600)
    wording = forms.CharField(max_length=40, required=False)


class TakeToForm(forms.Form):
    """To which official, and which way a person went; no way: only the text is wanted."""

    official = forms.ModelChoiceField(queryset=Official.objects.none())
    way = forms.ChoiceField(choices=AppealWay.choices, required=False)

    def __init__(self, *args: Any, officials: "QuerySet[Official]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["official"].queryset = officials  # type: ignore[attr-defined]


class OfficialSaidForm(forms.Form):
    appeal = forms.IntegerField(min_value=1, max_value=2**62)
    answer = forms.ChoiceField(choices=AppealAnswer.choices)
    note = NoteField(max_length=1000, required=False)


class SearchForm(forms.Form):
    q = forms.CharField(max_length=100)


class CallWishForm(forms.Form):
    """When the family wishes to be called, by the clocks of the place, and in which language; empty is no wish."""

    call_after = forms.TimeField(required=False)
    call_language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)

    def moment(self, now: datetime) -> datetime | None:
        """Return the next time that the clocks show the hour wished for; None for no wish."""
        wished = self.cleaned_data["call_after"]
        if wished is None:
            return None
        here = localtime(now)
        today = here.replace(hour=wished.hour, minute=wished.minute, second=0, microsecond=0)
        return today if today > here else today + timedelta(days=1)


class PhoneDeskForm(CallWishForm):
    """A call written down. `token` is made with the empty form, so that a double press makes one post."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    number = NumberField(max_length=40)
    caller = forms.CharField(max_length=120, required=False)
    text = forms.CharField(max_length=4000)
    needs = forms.MultipleChoiceField(choices=NeedKind.choices, required=False)
    urgency = forms.ChoiceField(choices=Urgency.choices, required=False)
    place = PlaceField(required=False)
