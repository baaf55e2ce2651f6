"""The administrators' pages for API clients, and a look at posts, history, gaps and corrections: nothing sealed.

A request's state is moved on its own page only, where the move is checked and written down.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from districts.admin import OnlyLook, VolunteerAdmin, name_columns
from districts.models import Volunteer
from requests_app import returning
from requests_app.clock import database_now
from requests_app.lead_states import ScamReason
from requests_app.models import (
    ApiClient,
    Correction,
    Event,
    Gap,
    HelpRequest,
    IngestCursor,
    Post,
    ScamMark,
    ScamNumber,
    StoppedAuthor,
)

name_columns(
    ApiClient, Correction, Event, Gap, HelpRequest, IngestCursor, Post, ScamMark, ScamNumber, StoppedAuthor
)


class ApiClientForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("scopes"), choices=ApiClient.Scope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiClient
        fields = ["name", "scopes", "districts", "expires_at"]


@admin.register(ApiClient)
class ApiClientAdmin(admin.ModelAdmin):
    """Programs with a key. The key is shown once, after saving; revoking is for good."""

    form = ApiClientForm
    list_display = ("name", "prefix", "created_at", "expires_at", "revoked_at", "last_used_at")
    filter_horizontal = ("districts",)
    readonly_fields = ("prefix", "created_at", "revoked_at", "last_used_at")
    fields = ("name", "scopes", "districts", "expires_at", *readonly_fields)
    actions = ("revoke", "renew")

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        key = "" if change else obj.renew_key()
        super().save_model(request, obj, form, change)
        if key:
            self._show(request, obj, key)

    @admin.action(description=_("Revoke the keys"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiClient]) -> None:
        count = chosen.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, _("Revoked: %(count)s.") % {"count": count})

    @admin.action(description=_("Make new keys; the old ones stop working"))
    def renew(self, request: HttpRequest, chosen: QuerySet[ApiClient]) -> None:
        for client in chosen.filter(revoked_at=None):
            key = client.renew_key()
            client.save(update_fields=["prefix", "key_hash"])
            self._show(request, client, key)

    def _show(self, request: HttpRequest, client: ApiClient, key: str) -> None:
        text = _("The key of %(name)s, shown this once: %(key)s") % {"name": client.name, "key": key}
        messages.warning(request, text)

    def has_delete_permission(self, request: HttpRequest, obj: ApiClient | None = None) -> bool:
        """Its posts name it: it is revoked instead."""
        return False


admin.site.unregister(Volunteer)


@admin.register(Volunteer)
class WorkingVolunteerAdmin(VolunteerAdmin):
    """Who is disabled, sent off duty or moved to other districts gives back what they held at once."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        returned = returning.give_back_after_change(form.instance, database_now())
        if returned:
            text = ngettext(
                "%(count)s request that %(name)s held went back to the queue.",
                "%(count)s requests that %(name)s held went back to the queue.",
                returned,
            )
            messages.success(request, text % {"count": returned, "name": form.instance.name})


@admin.register(HelpRequest)
class HelpRequestAdmin(OnlyLook):
    list_display = ("code", "state", "urgency", "district", "holder", "opened_at", "outcome")
    list_filter = ("state", "urgency", "outcome", "district")
    search_fields = ("code",)
    list_select_related = ("district", "holder")
    fields = (
        "code",
        "state",
        "urgency",
        "attention",
        "summary",
        "district",
        "block",
        "holder",
        "opened_at",
        "first_contact_at",
        "closed_at",
        "outcome",
    )
    show_full_result_count = False


@admin.register(Post)
class PostAdmin(OnlyLook):
    list_display = ("received_at", "source", "author_handle", "state", "outcome", "last_error")
    list_filter = ("source", "state", "outcome")
    fields = (
        "source",
        "author_handle",
        "masked_text",
        "posted_at",
        "received_at",
        "state",
        "outcome",
        "request",
        "attempts",
        "last_error",
        "read_at",
        "erased_at",
    )
    ordering = ("-received_at",)
    list_select_related = ("request",)
    show_full_result_count = False


@admin.register(Event)
class EventAdmin(OnlyLook):
    list_display = ("at", "kind", "request", "by")
    list_filter = ("kind",)
    fields = ("request", "kind", "by", "at", "data")
    ordering = ("-at",)
    list_select_related = ("request", "by")
    show_full_result_count = False


@admin.register(StoppedAuthor)
class StoppedAuthorAdmin(OnlyLook):
    """Who asked us not to write. Only the post tells who it is, for as long as it is kept."""

    list_display = ("since", "handle", "lifted_at", "lifted_by")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    search_fields = ("post__author_handle",)
    list_select_related = ("post", "lifted_by")
    fields = ("since", "handle", "lifted_at", "lifted_by")
    readonly_fields = fields
    actions = ("lift",)

    @admin.display(description=_("handle"))
    def handle(self, row: StoppedAuthor) -> str:
        return f"@{row.post.author_handle}" if row.post.author_handle else "–"

    @admin.action(description=_("They told us that we may write again"))
    def lift(self, request: HttpRequest, chosen: QuerySet[StoppedAuthor]) -> None:
        count = chosen.filter(lifted_at=None).update(lifted_at=timezone.now(), lifted_by=request.user)
        messages.success(request, _("Lifted: %(count)s.") % {"count": count})


@admin.register(Gap)
class GapAdmin(OnlyLook):
    list_display = ("account", "low_id", "high_id", "reason", "state", "found", "opened_at", "ended_at")
    list_filter = ("state",)
    fields = ("account", "low_id", "high_id", "reason", "state", "found", "attempts", "opened_at", "ended_at")


@admin.register(IngestCursor)
class IngestCursorAdmin(OnlyLook):
    list_display = (
        "account",
        "blocked_reason",
        "last_complete_at",
        "last_mention_at",
        "requests_made",
        "posts_read",
    )
    fields = ("account", "water_mark", "floor", "blocked_reason", "blocked_until", "fail_count", "last_error")


@admin.register(Correction)
class CorrectionAdmin(OnlyLook):
    list_display = ("at", "field", "was", "now", "by")
    list_filter = ("field",)
    fields = ("post", "field", "was", "now", "by", "at")
    ordering = ("-at",)
    list_select_related = ("by",)


class ScamMarkLines(admin.TabularInline):
    """What people did about a number; only to be read."""

    model = ScamMark
    fields = readonly_fields = ("at", "act", "by", "note")
    extra = 0
    can_delete = False
    ordering = ("pk",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ScamNumber)
class ScamNumberAdmin(OnlyLook):
    """The block-list: by their last two digits, for the numbers themselves are not kept."""

    list_display = ("__str__", "state", "reason", "changed_at")
    list_filter = ("state", "reason")
    fields = ("tail", "state", "reason", "changed_at")
    ordering = ("-changed_at",)
    inlines = (ScamMarkLines,)
    actions = ("enlist", "lift")

    @admin.action(description=_("Warn of them everywhere"))
    def enlist(self, request: HttpRequest, chosen: QuerySet[ScamNumber]) -> None:
        now = timezone.now()
        count = sum(
            ScamNumber.enlist(one.phone_hash, one.tail, ScamReason(one.reason), self._admin(request), now)
            for one in chosen
        )
        messages.success(request, _("On the list now: %(count)s.") % {"count": count})

    @admin.action(description=_("Lift the warning"))
    def lift(self, request: HttpRequest, chosen: QuerySet[ScamNumber]) -> None:
        now = timezone.now()
        count = sum(one.lift(self._admin(request), now) for one in chosen)
        messages.success(request, _("Lifted: %(count)s.") % {"count": count})

    def _admin(self, request: HttpRequest) -> Volunteer:
        if not isinstance(request.user, Volunteer):
            raise PermissionDenied
        return request.user
