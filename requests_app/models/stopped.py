"""Who asked us not to write to them on X any more."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app import sealing


def hash_of(author_id: str) -> str:
    """Return what is kept of an author's id on X: the wish must outlive the erasure of the posts."""
    return sealing.keyed_hash(f"x-author:{author_id}")


class StoppedAuthorQuerySet(models.QuerySet["StoppedAuthor"]):
    def now_stopped(self) -> "StoppedAuthorQuerySet":
        return self.filter(lifted_at=None)

    def of(self, author_id: str) -> "StoppedAuthorQuerySet":
        """The row of an author, who must have an id."""
        return self.filter(author_hash=hash_of(author_id)) if author_id else self.none()


class StoppedAuthor(models.Model):
    """An author who wrote "stop", when and in which post; `lifted_at`: since when we may write again."""

    author_hash = models.CharField(max_length=64, unique=True, editable=False)
    since = models.DateTimeField(_("asked us to stop"))
    post = models.ForeignKey(
        "requests_app.Post", models.PROTECT, related_name="+", verbose_name=_("by this post")
    )
    lifted_at = models.DateTimeField(_("may be written to since"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )

    objects = StoppedAuthorQuerySet.as_manager()

    class Meta:
        verbose_name = _("author who asked us to stop")
        verbose_name_plural = _("authors who asked us to stop")
        ordering = ["-since"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"

    @classmethod
    def stop(cls, author_id: str, post: Any, at: datetime) -> None:
        """Write to this author no more. A "stop" that is older than a later "start" changes nothing."""
        row, is_new = cls.objects.get_or_create(
            author_hash=hash_of(author_id), defaults={"since": at, "post": post}
        )
        if not is_new and row.lifted_at is not None and row.lifted_at < at:
            cls.objects.filter(pk=row.pk).update(since=at, post=post, lifted_at=None, lifted_by=None)

    @classmethod
    def start(cls, author_id: str, at: datetime, by: Any = None) -> bool:
        """They may be written to again: they said so (`by` None), or told a person. Return whether that was news."""
        rows = cls.objects.of(author_id).now_stopped().filter(since__lt=at)
        return bool(rows.update(lifted_at=at, lifted_by=by))
