"""Posts and blogs as the API shows them: rendered when they change, joined with what changes without them when read.

A `PostCard` stores three fragments of JSON: `document` (an object still open at its end, with what a PostCard shows),
`detail` (members that only a Post has) and `owner_detail` (members only its owner may know). The functions here
close them with the URL, blog, author, counts and neighbours of the moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from blogs import page_links
from blogs.body import image_ids, page_link_ids, reading_minutes, render_body
from blogs.models import BlogPostPage
from blogs.urls import blog_url, post_url
from core import holes
from core.clock import iso
from media.documents import image_document
from media.models import Image

HIDDEN_OWNER_DETAIL = '"publish_at":null,"has_unpublished_changes":false'


@dataclass(frozen=True)
class PostFragments:
    """The stored parts of a post, and the ids of the images it shows."""

    document: str
    detail: str
    owner_detail: str
    image_ids: list[int]


def render_post(post: BlogPostPage) -> PostFragments:
    """Render the version of the post that the given instance holds. Costs three queries: tags, images, renditions."""
    shown = image_ids(post.body)
    feature = [post.feature_image_id] if post.feature_image_id else []
    wanted = list(dict.fromkeys([*shown, *feature]))
    images = (
        {
            image.pk: image_document(image, owner=holes.OWNER)
            for image in Image.objects.filter(pk__in=wanted).prefetch_related("renditions")
        }
        if wanted
        else {}
    )
    linked = {pk: f"{holes.PAGE}{pk}{holes.PAGE}" for pk in page_link_ids(post.body)}
    body = render_body(post.body, images=images, pages=linked)
    document = {
        "id": post.pk,
        "slug": post.slug,
        "title": post.title,
        "intro": post.intro,
        "published_at": iso(post.first_published_at),
        "updated_at": iso(updated_at(post)),
        "tags": sorted((tag.name for tag in post.tags.all()), key=str.casefold),
        "feature_image": images.get(post.feature_image_id),
        "reading_minutes": reading_minutes(body),
        "reply_to": post.reply_to_id,
    }
    detail = {
        "body": body,
        "images": [images[pk] for pk in wanted if pk in images],
        "comments_open": post.comments_open,
        "seo": {"title": post.seo_title, "description": post.search_description},
        "expire_at": iso(post.expire_at),
    }
    owner_detail = {
        "publish_at": iso(post.go_live_at),
        "has_unpublished_changes": post.has_unpublished_changes,
    }
    return PostFragments(
        document=holes.store(document)[:-1],
        detail=holes.store(detail)[1:-1],
        owner_detail=holes.store(owner_detail)[1:-1],
        image_ids=[pk for pk in wanted if pk in images],
    )


def updated_at(post: BlogPostPage):
    """When the shown version was last changed: published, or for a post that is not live, edited."""
    return (post.last_published_at if post.live else post.latest_revision_created_at) or post.latest_revision_created_at


def post_members(
    *,
    document: str,
    slug: str,
    status: str,
    blog_slug: str,
    blog_ref: str,
    author_ref: str,
    likes: int,
    comments: int,
    replies: int,
    liked: bool | None,
) -> str:
    """The JSON text of a PostCard, still open at its end."""
    liked_json = "null" if liked is None else "true" if liked else "false"
    return (
        f'{holes.fill(document, author_ref)},"url":{holes.dumps(post_url(blog_slug, slug))},"status":"{status}",'
        f'"blog":{blog_ref},"author":{author_ref},'
        f'"counts":{{"likes":{likes},"comments":{comments},"replies":{replies}}},"liked":{liked_json}'
    )


def close_detail(detail: str, owner_ref: str) -> str:
    """The members that only a Post has, with the owner of its images and the addresses of linked pages filled in.

    Costs two queries for a text that links to pages, and none for the others.
    """
    return page_links.fill(holes.fill(detail, owner_ref))


def post_ref(blog_slug: str, ref: dict | None) -> str:
    """The JSON text of a PostRef made of an `id`, `slug` and `title`, or null."""
    if not ref:
        return "null"
    return holes.dumps(
        {"id": ref["id"], "slug": ref["slug"], "title": ref["title"], "url": post_url(blog_slug, ref["slug"])}
    )


def blog_ref_json(slug: str, title: str, avatar_document: str, owner_ref: str) -> str:
    """The JSON text of a BlogRef. The owner in its avatar comes without an avatar of his own."""
    avatar = holes.fill(avatar_document, owner_ref) if avatar_document else "null"
    return f'{{"slug":{holes.dumps(slug)},"title":{holes.dumps(title)},"avatar":{avatar}}}'


def blog_document(
    *,
    id: int,
    slug: str,
    title: str,
    avatar_document: str,
    description: str,
    tags: str,
    is_private: bool,
    is_open: bool,
    created_at,
    owner_ref: str,
    posts: int,
    followers: int,
    follow: str | None,
    block: dict | None,
) -> str:
    """The JSON text of a Blog; of a private blog that is not open to the viewer, its shell."""
    ref = blog_ref_json(slug, title, avatar_document, owner_ref)[:-1]
    known = (
        f'{ref},"description":{holes.dumps(description)},"owner":{owner_ref},'
        f'"is_private":{"true" if is_private else "false"},"follow":{holes.dumps(follow)}'
    )
    if not is_open:
        return f'{known},"id":null,"tags":null,"url":null,"created_at":null,"counts":null,"block":null}}'
    return (
        f'{known},"id":{id},"tags":{tags},"url":{holes.dumps(blog_url(slug))},"created_at":"{iso(created_at)}",'
        f'"counts":{{"posts":{posts},"followers":{followers}}},"block":{holes.dumps(block)}}}'
    )
