"""What our objects look like in Wagtail's API: values for its fields, read from the cards without further queries."""

from __future__ import annotations

import json

from django.db.models import QuerySet
from wagtail.api.rich_text import APIRichText
from wagtail.models import Page

from blogs import page_links, withholding
from blogs.body import to_markdown
from blogs.models import BlogPage, BlogPostPage
from blogs.richtext import FEATURES, clean_paragraph
from blogs.urls import blog_url, post_url
from core import clock, holes
from media.documents import avatar_document_of, image_document, user_ref, user_ref_json
from media.models import Image

CARD_OF_POST = ("card__blog", "card__author__avatar")
CARD_OF_BLOG = ("card__owner__avatar",)


def html_url(page: Page) -> str | None:
    """Where readers find the page; a `Page` that stands for a post or blog has it as `address`."""
    if isinstance(page, BlogPostPage):
        return post_url(page.card.blog.slug, page.card.slug)
    if isinstance(page, BlogPage):
        return blog_url(page.slug)
    return getattr(page, "address", None) or page.full_url


def post_document(post: BlogPostPage) -> dict:
    """The members of a PostCard that are stored with the post."""
    if not hasattr(post, "_document"):
        post._document = json.loads(_filled(post, post.card.document) + "}")
    return post._document


def post_body(post: BlogPostPage, rich_text_format: str) -> list[dict]:
    """The blocks of a post, with its paragraphs in one of Wagtail's formats of rich text."""
    blocks = json.loads("{" + page_links.fill(_filled(post, post.card.detail)) + "}")["body"]
    if rich_text_format == APIRichText.FORMAT_HTML:
        return blocks
    stored = {}
    if rich_text_format != APIRichText.FORMAT_MARKDOWN:
        stored = {block.get("id"): block["value"] for block in post.body.raw_data if block["type"] == "paragraph"}
    return [
        {**block, "value": _paragraph(block, stored, rich_text_format)} if block["type"] == "paragraph" else block
        for block in blocks
    ]


def _paragraph(block: dict, stored: dict, rich_text_format: str) -> str:
    if rich_text_format == APIRichText.FORMAT_MARKDOWN:
        return to_markdown([block])
    html = clean_paragraph(stored.get(block["id"], ""))
    return APIRichText.serialize(html, format=rich_text_format, features=FEATURES)


def _filled(post: BlogPostPage, fragment: str) -> str:
    author = post.card.author
    return holes.fill(fragment, user_ref_json(author.username, author.name, avatar_document_of(author)))


def with_withheld(pages: QuerySet) -> QuerySet:
    """The pages of posts or blogs with what `post_counts` and `blog_counts` take off for users who are blocked."""
    if pages.model is BlogPostPage:
        return pages.annotate(withheld=withholding.withheld_likes(clock.now()))
    if pages.model is BlogPage:
        return pages.annotate(withheld=withholding.withheld_follows(clock.now()))
    return pages


def post_counts(post: BlogPostPage) -> dict:
    likes = post.card.like_count - (post.withheld or 0)
    return {"likes": likes, "comments": post.card.comment_count, "replies": post.card.reply_count}


def post_owner(post: BlogPostPage) -> dict:
    return user_ref(post.card.author)


def blog_owner(blog: BlogPage) -> dict:
    return user_ref(blog.card.owner)


def blog_counts(blog: BlogPage) -> dict:
    return {"posts": blog.card.post_count, "followers": blog.card.follower_count - (blog.withheld or 0)}


def blog_tags(blog: BlogPage) -> list[str]:
    return json.loads(blog.card.tags)


def blog_avatar(blog: BlogPage) -> dict | None:
    owner = blog.card.owner
    document = blog.card.avatar_document
    return json.loads(holes.fill(document, user_ref_json(owner.username, owner.name, None))) if document else None


def image_object(image: Image) -> dict:
    """The Image object; select the owner with his avatar and prefetch the renditions."""
    if not hasattr(image, "_document"):
        owner = image.uploaded_by_user
        image._document = image_document(image, owner=user_ref(owner) if owner else None)
    return image._document


def tag_names(tagged) -> list[str]:
    """The names of prefetched tags."""
    return sorted((tag.name for tag in tagged.tags.all()), key=str.casefold)
