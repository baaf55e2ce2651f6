"""The administrators' pages for people: volunteers, shifts, officials; and a look at the districts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from districts.models import AccountChange, Block, District, Invite, Official, Role, Shift, Volunteer
from districts.needs import NeedKind
from districts.shortening import first_few

admin.site.site_header = _("Helpdesk")
admin.site.site_title = _("Helpdesk")
admin.site.index_title = _("Set-up")
admin.site.unregister(Group)


def name_columns(*models: type[Model]) -> None:
    """Let the columns whose names only administrators read be named in the reader's language.

    Here and not on the models, where each word would be a migration.
    """
    for model in models:
        for field in model._meta.fields:
            if isinstance(field.verbose_name, str):
                field.verbose_name = pgettext_lazy("column", field.verbose_name)


name_columns(AccountChange, Block, District, Invite, Official, Shift)


class VolunteerForm(UserChangeForm):
    """The needs are ticked; a block must lie in one of the person's districts."""

    needs = forms.MultipleChoiceField(
        label=_("needs that they take"),
        choices=NeedKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them."),
    )

    class Meta(UserChangeForm.Meta):
        model = Volunteer
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        districts = set(cleaned.get("districts") or [])
        if any(block.district not in districts for block in cleaned.get("blocks") or []):
            self.add_error("blocks", _("A block must lie in one of the districts."))
        return cleaned


class ShiftLines(admin.TabularInline):
    model = Shift
    extra = 0


@admin.register(Volunteer)
class VolunteerAdmin(UserAdmin):
    """People. Nobody is deleted, because the history names them: they are made inactive."""

    form = VolunteerForm
    inlines = (ShiftLines,)
    list_display = (
        "username",
        "full_name",
        "role",
        "where",
        "is_on_duty",
        "capacity",
        "is_active",
        "last_login",
    )
    list_filter = ("role", "is_on_duty", "is_active", "districts")
    search_fields = ("username", "first_name", "last_name")
    filter_horizontal = ("districts", "blocks")
    readonly_fields = ("last_login", "date_joined", "duty_changed_at", "paused_until")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone", "language")}),
        (
            _("Work"),
            {
                "fields": (
                    "role",
                    "districts",
                    "blocks",
                    "needs",
                    "capacity",
                    "is_on_duty",
                    "duty_changed_at",
                    "paused_until",
                )
            },
        ),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "usable_password",
                    "password1",
                    "password2",
                    "role",
                    "first_name",
                    "last_name",
                ),
            },
        ),
    )

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, person: Volunteer) -> str:
        return person.name

    @admin.display(description=_("districts"))
    def where(self, person: Volunteer) -> str:
        """The first districts, with all of them as the title."""
        names = [district.name for district in person.districts.all()]
        return format_html('<span title="{}">{}</span>', ", ".join(names), first_few(names))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("districts")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The administrators' pages open to the role of administrator, and to nobody else."""
        obj.is_staff = obj.is_superuser = obj.role == Role.ADMIN
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Shift)
class ShiftAdmin(admin.ModelAdmin):
    list_display = ("volunteer", "starts_at", "ends_at")
    list_filter = ("volunteer__districts",)
    date_hierarchy = "starts_at"
    autocomplete_fields = ("volunteer",)
    list_select_related = ("volunteer",)


@admin.register(Official)
class OfficialAdmin(admin.ModelAdmin):
    """The directory; `import_officials` fills it from a file. Who was written to is taken off the list, not deleted."""

    list_display = ("office", "area", "name", "district", "handle", "phone", "is_listed")
    list_editable = ("handle", "phone", "is_listed")
    list_filter = ("office", "is_listed", ("district", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "area", "handle", "phone", "district__name_en", "district__name_hi")
    list_select_related = ("district",)
    autocomplete_fields = ("district",)
    list_per_page = 60


class OnlyLook(admin.ModelAdmin):
    """Rows that nobody writes here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Invite)
class InviteAdmin(OnlyLook):
    """They are made and taken back on their own page, where the link is told once."""

    list_display = ("role", "made_by", "made_at", "expires_at", "used_by", "revoked_at")
    list_filter = ("role",)
    fields = (
        "role",
        "districts",
        "meant_for",
        "made_by",
        "made_at",
        "expires_at",
        "used_at",
        "used_by",
        "revoked_at",
    )
    list_select_related = ("made_by", "used_by")


@admin.register(AccountChange)
class AccountChangeAdmin(OnlyLook):
    list_display = ("at", "person", "kind", "by")
    list_filter = ("kind",)
    fields = ("person", "kind", "by", "at", "data")
    ordering = ("-at",)
    list_select_related = ("person", "by")


@admin.register(District)
class DistrictAdmin(OnlyLook):
    """The gazetteer's files are the truth; `load_gazetteer` copies them."""

    list_display = ("lgd_code", "name_en", "name_hi", "division", "headquarters")
    search_fields = ("name_en", "name_hi")
    list_select_related = ("division",)


@admin.register(Block)
class BlockAdmin(OnlyLook):
    list_display = ("lgd_code", "name_en", "name_hi", "district")
    list_filter = ("district",)
    search_fields = ("name_en", "name_hi")
    list_select_related = ("district",)
