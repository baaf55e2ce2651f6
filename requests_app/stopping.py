"""Hears an author who asks us to write no more, or to write again, and tells who did."""

from collections.abc import Iterable

from django.db.models import Q

from requests_app.models import Post, Reply, StoppedAuthor
from requests_app.models.stopped import hash_of
from requests_app.states import ReplyState, Source
from requests_app.stop_words import said_in


def hear(post: Post) -> None:
    """Keep what a post on X says of our writing, if it says just that and says it to us. In the caller's transaction."""
    if post.source != Source.X or not post.author_id or post.copy_of:
        return
    said = said_in(post.masked_text)
    if not said or not _is_to_us(post):
        return
    if said == "stop":
        StoppedAuthor.stop(post.author_id, post, post.posted_at)
    else:
        StoppedAuthor.start(post.author_id, post.posted_at)


def _is_to_us(post: Post) -> bool:
    """Whether it names us, answers a reply of ours, or stands below the author's own post that we answered."""
    if post.mentions_us:
        return True
    if not post.in_reply_to:
        return False
    sent = Reply.objects.filter(state=ReplyState.SENT)
    below_ours = Q(x_id=post.in_reply_to)
    below_theirs = Q(
        post__source=Source.X, post__external_id=post.in_reply_to, post__author_id=post.author_id
    )
    return sent.filter(below_ours).exists() or sent.filter(below_theirs).exists()


def stopped_among(author_ids: Iterable[str]) -> set[str]:
    """Return which of these authors of X get no replies."""
    ids = {hash_of(author_id): author_id for author_id in author_ids if author_id}
    rows = StoppedAuthor.objects.now_stopped().filter(author_hash__in=ids)
    return {ids[author_hash] for author_hash in rows.values_list("author_hash", flat=True)}


def has_stopped(author_id: str) -> bool:
    """Whether this author of X gets no replies."""
    return StoppedAuthor.objects.of(author_id).now_stopped().exists()
