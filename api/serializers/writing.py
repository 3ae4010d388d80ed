"""What may be sent to write blogs and posts. The services judge the values; here is only their form."""

from __future__ import annotations

import json

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from api.identifiers import LARGEST_ID
from api.serializers.users import UserRefSerializer
from blogs.services import fields

BLOCKS = """A list of blocks `{type, value, id?}`: `heading {level 2–4, text}`, `paragraph` (rich text HTML, cleaned),
`image {image, caption, alt}`, `gallery [image…]`, `quote {text, attribution}`, `code {language, code}`, `embed {url}`,
`divider`; an image is the id of one of one's own. In multipart: the same as JSON text."""


class Flag(serializers.BooleanField):
    """True or false; missing in a form, it is not given at all."""

    default_empty_html = empty


@extend_schema_field({"type": "integer", "nullable": True, "minimum": 1})
class ImageIdField(serializers.IntegerField):
    """The id of an image, or the whole Image, as answers have it."""

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)

    def to_internal_value(self, data):
        return super().to_internal_value(data.get("id") if isinstance(data, dict) else data)


@extend_schema_field({"type": "array", "items": {"type": "object"}, "nullable": True, "description": BLOCKS})
class BlocksField(serializers.Field):
    """Blocks, which `blogs.body` checks one by one."""

    default_error_messages = {"not_json": "Send the blocks as JSON."}

    def to_internal_value(self, data):
        if not isinstance(data, str) or not hasattr(self.parent.initial_data, "getlist"):
            return data
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            self.fail("not_json")

    def to_representation(self, value):
        return value


class NewSeo(serializers.Serializer):
    title = serializers.CharField(required=False, allow_blank=True, max_length=fields.SEO_TITLE_LENGTH)
    description = serializers.CharField(required=False, allow_blank=True, max_length=fields.SEO_DESCRIPTION_LENGTH)


class PostChange(serializers.Serializer):
    """What may be changed of a post."""

    title = serializers.CharField(required=False, max_length=fields.TITLE_LENGTH)
    body = BlocksField(required=False, allow_null=True)
    markdown = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Instead of `body`: CommonMark with tables, strikethrough, task lists and footnotes.",
    )
    html = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Instead of `body`: HTML, cleaned.",
    )
    intro = serializers.CharField(required=False, allow_blank=True, max_length=fields.INTRO_LENGTH)
    slug = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text="By default made of the title."
    )
    tags = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False, max_length=200)
    feature_image = ImageIdField(required=False, allow_null=True)
    comments_open = Flag(required=False)
    seo = NewSeo(required=False)
    status = serializers.ChoiceField(
        ["draft", "live"],
        required=False,
        help_text="`live` publishes, schedules (with a `publish_at`) or submits for review. In a change, `draft` keeps "
        "the public version of a live post as it is, and takes back what is scheduled or in review; without it, what "
        "is live, scheduled or in review is so with the change.",
    )
    publish_at = serializers.DateTimeField(required=False, allow_null=True, help_text="In the future.")
    expire_at = serializers.DateTimeField(required=False, allow_null=True, help_text="In the future.")
    published_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="In the past, and not after the first publication."
    )
    reply_to = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID, help_text="The post this one answers."
    )


class NewPost(PostChange):
    """What may be sent to write a post."""

    title = serializers.CharField(max_length=fields.TITLE_LENGTH)


class NewPostWithImages(NewPost):
    """The same in multipart, with pictures."""

    images = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        help_text="Added to the end of the post, in order; but where Markdown or HTML shows an image by the name of "
        "one of the files, there.",
    )


class NewPostImage(serializers.Serializer):
    """A picture to be added to a post."""

    file = serializers.FileField(allow_empty_file=True, help_text="JPEG, PNG, WebP, AVIF, HEIC or GIF.")
    title = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")
    alt = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")


class BlogChange(serializers.Serializer):
    """What may be changed of a blog."""

    title = serializers.CharField(required=False, max_length=fields.TITLE_LENGTH)
    slug = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, help_text="By default made of the title."
    )
    description = serializers.CharField(required=False, allow_blank=True, max_length=fields.DESCRIPTION_LENGTH)
    tags = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False, max_length=200)
    is_private = serializers.BooleanField(required=False)


class NewBlog(BlogChange):
    """What may be sent to begin a blog."""

    title = serializers.CharField(max_length=fields.TITLE_LENGTH)


class RevisionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()
    user = UserRefSerializer(allow_null=True)
    is_live = serializers.BooleanField()
