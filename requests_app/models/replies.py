"""The outbox of replies on X: at most one per mention of us, never sent twice."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app.states import ReplyState


class Reply(models.Model):
    """A reply that a person pressed; `wording` is the template's key that it began with.

    `attempted_at` is committed before the call to X goes out.
    """

    post = models.OneToOneField("requests_app.Post", models.PROTECT, related_name="reply")
    request = models.ForeignKey("requests_app.HelpRequest", models.PROTECT, related_name="replies")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.CharField(_("text"), max_length=600)
    wording = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=ReplyState.choices, default=ReplyState.DUE)
    x_id = models.CharField(max_length=20, blank=True)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lookups = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    post_id: int
    request_id: int

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ReplyState.values), name="reply_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReplyState.SENT) | ~models.Q(x_id=""), name="sent_reply_has_its_id"
            ),
        ]
        indexes = [
            # The outbox: what is due, sending or unknown, oldest first.
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=[ReplyState.DUE, ReplyState.SENDING, ReplyState.UNKNOWN]),
                name="replies_to_send",
            ),
            # The limits: what went out in the last hour or day. The wordings of the last day.
            models.Index(
                fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="replies_ended"
            ),
            models.Index(fields=["created_at"], name="replies_pressed"),
            # Whether a post answers a reply of ours.
            models.Index(fields=["x_id"], condition=~models.Q(x_id=""), name="replies_on_x"),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk} {self.state}"
