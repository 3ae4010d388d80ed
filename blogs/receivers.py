"""What the cards hear from elsewhere: deletions, and images that changed."""

from __future__ import annotations

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.signals import user_changed
from blogs import cards
from blogs.models import BlogCard, BlogPage, PostCard
from core import outbox
from media.models import Image


@receiver(user_changed)
def user_is_different(**facts):
    cards.note_change()


@receiver(pre_delete, sender=PostCard)
def post_is_deleted(instance, **kwargs):
    cards.forget_post(instance)
    if replies := list(PostCard.objects.filter(reply_to=instance).values_list("pk", flat=True)):
        outbox.record("cards.stale", posts=replies, blogs=[])


@receiver(pre_delete, sender=BlogCard)
def blog_is_deleted(instance, **kwargs):
    cards.forget_blog(instance)


@receiver(pre_delete, sender=Image)
def image_is_deleted(instance, **kwargs):
    posts, blogs = cards.posts_showing([instance.pk]), cards.blogs_showing([instance.pk])
    if posts or blogs:
        outbox.record("cards.stale", posts=posts, blogs=blogs)


@outbox.handles("image.changed")
def image_changed(*, image: int, **facts):
    refresh_stale(posts=cards.posts_showing([image]), blogs=cards.blogs_showing([image]))


@outbox.handles("cards.stale")
def refresh_stale(*, posts: list[int], blogs: list[int]):
    cards.refresh_posts(posts)
    for blog in BlogPage.objects.filter(pk__in=blogs):
        cards.refresh_blog(blog)
