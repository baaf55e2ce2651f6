"""What comes in and goes out over the API: every field named, nothing taken that is not named."""

from typing import Any

import phonenumbers
from rest_framework import serializers

from districts.models import Block, District
from districts.needs import NeedKind
from requests_app.models import Contact, HelpRequest, Need, Post
from requests_app.states import RequestState, Urgency
from requests_app.storable import storable

MAX_CODE = 2_147_483_647


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know, by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            for name in data:
                if name not in self.fields:
                    raise serializers.ValidationError({storable(str(name))[:60]: ["This is not known here."]})
        return super().to_internal_value(data)


class PhoneField(serializers.CharField):
    """A phone number as people write it, cleaned to E.164; without a country it is India's."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            number = phonenumbers.parse(text, "IN")
        except phonenumbers.NumberParseException as error:
            raise serializers.ValidationError("This is no phone number.") from error
        if not phonenumbers.is_possible_number(number):
            raise serializers.ValidationError("This is no phone number.")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class NewRequest(Strict):
    """A plea: its words, or what is known, or both. What is stated wins over what is read from the text."""

    text = serializers.CharField(required=False, max_length=10_000, help_text="The plea as it was written.")
    phones = serializers.ListField(
        child=PhoneField(max_length=40),
        required=False,
        max_length=10,
        help_text="Numbers to call. Never returned.",
    )
    district = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_CODE, help_text="LGD code, see /api/v1/districts/."
    )
    block = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_CODE, help_text="LGD code of a block of that district."
    )
    needs = serializers.ListField(
        child=serializers.ChoiceField(choices=NeedKind.choices),
        required=False,
        max_length=len(NeedKind.values),
    )
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    external_id = serializers.RegexField(
        r"^[A-Za-z0-9._:-]{1,80}$",
        required=False,
        help_text="Your own number for this plea. The same one again is the same plea.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("text") and not (attrs.get("phones") and attrs.get("needs")):
            raise serializers.ValidationError("Send a text, or phones and needs.")
        district, block = attrs.get("district"), attrs.get("block")
        if district and not District.objects.filter(pk=district).exists():
            raise serializers.ValidationError({"district": ["There is no district of this code."]})
        if block and not district:
            raise serializers.ValidationError({"block": ["A block needs its district."]})
        if block and not Block.objects.filter(pk=block, district=district).exists():
            raise serializers.ValidationError({"block": ["That district has no block of this code."]})
        return attrs

    @property
    def form(self) -> dict[str, Any]:
        """What was stated outright, as requests_app.intake takes it."""
        stated = {name: self.validated_data.get(name) for name in ("district", "block", "needs", "urgency")}
        if stated["needs"]:
            stated["needs"] = list(dict.fromkeys(stated["needs"]))
        return {name: value for name, value in stated.items() if value}


class NeedOut(serializers.ModelSerializer[Need]):
    class Meta:
        model = Need
        fields = ["kind", "state"]
        read_only_fields = fields


class RequestOut(serializers.ModelSerializer[HelpRequest]):
    """A request as clients see it: the text with numbers masked, no contact, no patient, no person's name."""

    needs = NeedOut(many=True, read_only=True)
    text = serializers.CharField(source="summary", read_only=True, help_text="Numbers are masked.")
    is_own = serializers.SerializerMethodField(help_text="Whether this client posted it.")
    has_scam_number = serializers.SerializerMethodField(
        help_text="Whether a number of it is on the list of known scam numbers: pay nobody in advance."
    )

    class Meta:
        model = HelpRequest
        fields = [
            "code",
            "state",
            "outcome",
            "urgency",
            "needs",
            "district",
            "block",
            "text",
            "is_own",
            "has_scam_number",
            "opened_at",
            "first_contact_at",
            "closed_at",
            "changed_at",
        ]
        read_only_fields = fields

    def get_is_own(self, request: HelpRequest) -> bool:
        return bool(request.client_id == self.context["client"].pk)

    def get_has_scam_number(self, request: HelpRequest) -> bool:
        contacts = list(request.contacts.all())
        Contact.warn_about(contacts)
        return any(contact.scam for contact in contacts)


class PostOut(serializers.ModelSerializer[Post]):
    """What became of a posted plea. `request` is null while it is due, and when it was read as no plea."""

    request = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = ["id", "state", "outcome", "request"]
        read_only_fields = fields

    def get_request(self, post: Post) -> "dict[str, Any] | None":
        if post.request is None:
            return None
        request = post.request
        return {
            "code": request.code,
            "state": request.state,
            "urgency": request.urgency,
            "district": request.district_id,
            "block": request.block_id,
            "needs": [{"kind": need.kind, "state": need.state} for need in request.needs.all()],
        }


class Moment(serializers.DateTimeField):
    """A time; one that lies beyond the calendar in the clocks of the place is refused like any other that is none."""

    def enforce_timezone(self, value: Any) -> Any:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")


class ListQuery(serializers.Serializer[Any]):
    """The filters of the list; any other parameter is refused by name."""

    state = serializers.MultipleChoiceField(choices=RequestState.choices, required=False)
    need = serializers.MultipleChoiceField(choices=NeedKind.choices, required=False)
    urgency = serializers.MultipleChoiceField(choices=Urgency.choices, required=False)
    district = serializers.IntegerField(required=False, min_value=1, max_value=MAX_CODE)
    block = serializers.IntegerField(required=False, min_value=1, max_value=MAX_CODE)
    opened_after = Moment(required=False)
    opened_before = Moment(required=False)
    cursor = serializers.CharField(required=False, max_length=200)

    def to_internal_value(self, data: Any) -> Any:
        for name in data:
            if name not in self.fields:
                raise serializers.ValidationError(
                    {storable(str(name))[:60]: ["This filter is not known here."]}
                )
        return super().to_internal_value(data)


class BlockOut(serializers.ModelSerializer[Block]):
    class Meta:
        model = Block
        fields = ["lgd_code", "name_en", "name_hi"]
        read_only_fields = fields


class DistrictOut(serializers.ModelSerializer[District]):
    blocks = BlockOut(many=True, read_only=True)

    class Meta:
        model = District
        fields = ["lgd_code", "name_en", "name_hi", "headquarters", "latitude", "longitude", "blocks"]
        read_only_fields = fields


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = serializers.ListField(child=serializers.DictField(), required=False)
