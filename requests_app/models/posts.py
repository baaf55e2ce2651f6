"""Inbound texts, what was read in them, and what people corrected."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Volunteer
from requests_app import sealing
from requests_app.states import PostOutcome, PostState, Source


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: Volunteer) -> "PostQuerySet":
        """Posts of the districts' requests; those that became no request are for the state-wide roles alone."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.is_state_wide:
            return self
        theirs = self.filter(request__district__in=user.district_codes)
        return theirs.filter(request__is_consultation=True) if user.is_doctor else theirs

    def due(self, now: datetime) -> "PostQuerySet":
        """Posts to be read now: waiting, their time has come, and in nobody's hands."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state=PostState.DUE, next_attempt_at__lte=now)

    def failed(self) -> "PostQuerySet":
        return self.filter(state=PostState.FAILED, erased_at=None).order_by("-received_at", "-pk")

    def noise(self) -> "PostQuerySet":
        return self.filter(outcome=PostOutcome.NOISE, erased_at=None).order_by("-received_at", "-pk")


class Post(models.Model):
    """One inbound text, kept whole and sealed. `masked_text` is as long as the text, its numbers made of bullets."""

    source = models.CharField(max_length=8, choices=Source.choices)
    external_id = models.CharField(max_length=100)
    x_id = models.BigIntegerField(null=True, unique=True)
    sealed_text = models.BinaryField()
    sealed_quoted = models.BinaryField(default=b"")
    sealed_raw = models.BinaryField(default=b"")
    masked_text = models.TextField()
    author_id = models.CharField(max_length=40, blank=True)
    author_handle = models.CharField(max_length=40, blank=True)
    author_name = models.CharField(max_length=120, blank=True)
    thread_id = models.CharField(max_length=40, blank=True)
    in_reply_to = models.CharField(max_length=40, blank=True)
    copy_of = models.CharField(max_length=40, blank=True)
    quote_of = models.CharField(max_length=40, blank=True)
    edit_root = models.CharField(max_length=40, blank=True)
    mentions_us = models.BooleanField(default=False)
    may_reply = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=32, blank=True)
    posted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    client = models.ForeignKey("requests_app.ApiClient", models.PROTECT, null=True, related_name="posts")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    form = models.JSONField(default=dict)

    state = models.CharField(max_length=8, choices=PostState.choices, default=PostState.DUE)
    outcome = models.CharField(max_length=8, choices=PostOutcome.choices, blank=True)
    request = models.ForeignKey("requests_app.HelpRequest", models.PROTECT, null=True, related_name="posts")
    lead = models.ForeignKey("requests_app.Lead", models.PROTECT, null=True, related_name="posts")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    request_id: int | None
    lead_id: int | None

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_row_per_source_and_id"),
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="post_state_is_known"),
            models.CheckConstraint(
                condition=(Q(state=PostState.READ) & ~Q(outcome=""))
                | (~Q(state=PostState.READ) & Q(outcome="")),
                name="read_post_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[PostOutcome.OPENED, PostOutcome.JOINED]) | Q(request__isnull=False),
                name="opened_or_joined_post_has_its_request",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=PostOutcome.LEAD) | Q(lead__isnull=False), name="lead_post_has_its_lead"
            ),
        ]
        indexes = [
            # Claiming what is due; the sweeper's look for it.
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(state=PostState.DUE), name="posts_due"
            ),
            # The thread of a request, oldest first.
            models.Index(fields=["request", "posted_at"], name="posts_of_a_request"),
            # Matching: the thread, the original of a copy or quote, the same words.
            models.Index(fields=["thread_id"], condition=~Q(thread_id=""), name="posts_of_a_thread"),
            models.Index(
                fields=["fingerprint"], condition=~Q(fingerprint=""), name="posts_with_the_same_words"
            ),
            models.Index(fields=["copy_of"], condition=~Q(copy_of=""), name="posts_that_copy_another"),
            models.Index(fields=["quote_of"], condition=~Q(quote_of=""), name="posts_that_quote_another"),
            # Matching: what else an author asked for.
            models.Index(
                fields=["author_id", "-id"],
                condition=~Q(author_id="") & Q(request__isnull=False),
                name="posts_of_an_author",
            ),
            # The review screen's tabs and the monitor's feed, newest first.
            models.Index(fields=["-received_at"], condition=Q(state=PostState.FAILED), name="posts_failed"),
            models.Index(fields=["-received_at"], condition=Q(outcome=PostOutcome.NOISE), name="posts_noise"),
            models.Index(fields=["-received_at"], name="posts_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"

    @property
    def text(self) -> str:
        """The original text. Raises sealing.Unreadable."""
        return sealing.unseal(self.sealed_text)

    @property
    def quoted_text(self) -> str:
        """The text that this post quotes, or empty. Raises sealing.Unreadable."""
        return sealing.unseal(self.sealed_quoted)


class Reading(models.Model):
    """What one version of the reader understood. `data` has the reading guide's fields without the phone numbers."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="readings")
    version = models.CharField(max_length=40)
    kind = models.CharField(max_length=8)
    confidence = models.FloatField()
    data = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="one_reading_per_post_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.version})"


class Correction(models.Model):
    """What a person said that a post really means: a labelled example, erased with its post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=12)
    was = models.JSONField(null=True)
    now = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return f"{self.field} of post {self.post_id}"

    post_id: int
    by_id: int
