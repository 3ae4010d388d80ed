"""What is done to posts and blogs through Wagtail's admin has the same effects as through the API.

Wagtail's signals lead to the function that every service ends with. While a service is at work they are passed over:
it settles its change itself, once.
"""

from __future__ import annotations

from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from wagtail.models import Revision
from wagtail.signals import (
    page_published,
    page_unpublished,
    workflow_cancelled,
    workflow_rejected,
    workflow_submitted,
)

from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard
from blogs.services.changes import is_settled_by_service, settle_blog, settle_post
from core import outbox


@receiver(page_published, sender=BlogPostPage)
def post_is_published(instance, revision=None, **kwargs):
    if not is_settled_by_service():  # also sent for a time to come: then the page is not live
        settle_post(instance, actor_id=revision and revision.user_id)


@receiver(page_published, sender=BlogPage)
def blog_is_published(instance, revision=None, **kwargs):
    if not is_settled_by_service():
        settle_blog(instance, actor_id=revision and revision.user_id)


@receiver(page_unpublished, sender=BlogPostPage)
def post_is_unpublished(instance, **kwargs):
    if not is_settled_by_service() and not _is_being_deleted(instance):
        settle_post(instance, actor_id=None)


@receiver(page_unpublished, sender=BlogPage)
def blog_is_unpublished(instance, **kwargs):
    if not is_settled_by_service() and not _is_being_deleted(instance):
        settle_blog(instance, actor_id=None)


@receiver(post_save, sender=BlogPostPage)
def post_draft_is_saved(instance, update_fields=None, **kwargs):
    if update_fields and "latest_revision" in update_fields:
        _settle_draft(instance.pk)


@receiver(post_save, sender=BlogPage)
def blog_draft_is_saved(instance, update_fields=None, **kwargs):
    if update_fields and "latest_revision" in update_fields and not is_settled_by_service():
        settle_blog(BlogPage.objects.get(pk=instance.pk), actor_id=None)


@receiver(post_save, sender=Revision)
def schedule_is_changed(instance, update_fields=None, **kwargs):
    if update_fields and "approved_go_live_at" in update_fields:
        _settle_draft(instance.object_id)


@receiver([workflow_submitted, workflow_rejected, workflow_cancelled])
def review_has_moved(instance, **kwargs):
    _settle_draft(instance.object_id)


@receiver(pre_delete, sender=PostCard)
def post_is_deleted(instance, **kwargs):
    outbox.record("post.deleted", post=instance.pk, blog=instance.blog_id, author=instance.author_id)


@receiver(pre_delete, sender=BlogCard)
def blog_is_deleted(instance, **kwargs):
    outbox.record("blog.deleted", blog=instance.pk, owner=instance.owner_id)


def _settle_draft(page_id: int | str) -> None:
    if is_settled_by_service():
        return
    post = BlogPostPage.objects.filter(pk=page_id).first()
    if post is not None:
        settle_post(post, actor_id=None, is_news=False)


def _is_being_deleted(page) -> bool:
    """Wagtail unpublishes a page in memory before it deletes it; its row stays live."""
    return type(page).objects.filter(pk=page.pk, live=True).exists()
