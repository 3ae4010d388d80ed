"""Wagtail's pages, images and documents as the schema shows them. Which members an answer has, `?fields=` says."""

from rest_framework import serializers

from api.serializers.blocks import BodyField
from api.serializers.images import ImageSerializer, ImageSourceSerializer, RenditionsSerializer
from api.serializers.posts import BlogCountsSerializer, PostCountsSerializer
from api.serializers.users import UserRefSerializer


class BriefPageMetaSerializer(serializers.Serializer):
    type = serializers.CharField()
    detail_url = serializers.URLField()
    html_url = serializers.URLField(allow_null=True)


class BriefPageSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    meta = BriefPageMetaSerializer()
    title = serializers.CharField()


class PageMetaSerializer(serializers.Serializer):
    type = serializers.CharField(required=False, help_text="For example `blogs.BlogPostPage`.")
    detail_url = serializers.URLField(required=False)
    html_url = serializers.URLField(required=False, allow_null=True)
    slug = serializers.CharField(required=False)
    show_in_menus = serializers.BooleanField(required=False)
    seo_title = serializers.CharField(required=False)
    search_description = serializers.CharField(required=False)
    first_published_at = serializers.DateTimeField(required=False, allow_null=True)
    alias_of = BriefPageSerializer(required=False, allow_null=True)
    parent = BriefPageSerializer(required=False, allow_null=True)
    locale = serializers.CharField(required=False)


class PageCountsSerializer(PostCountsSerializer, BlogCountsSerializer):
    """Of a post likes, comments and replies; of a blog posts and followers."""

    def get_fields(self):
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class PageSerializer(serializers.Serializer):
    """A page of the tree: `blogs.BlogPostPage`, `blogs.BlogPage` or one above them."""

    id = serializers.IntegerField(required=False)
    meta = PageMetaSerializer(required=False)
    title = serializers.CharField(required=False)
    intro = serializers.CharField(required=False, help_text="Posts.")
    body = BodyField(required=False, help_text="Posts.")
    tags = serializers.ListField(child=serializers.CharField(), required=False, help_text="Posts and blogs.")
    feature_image = ImageSerializer(required=False, allow_null=True, help_text="Posts.")
    comments_open = serializers.BooleanField(required=False, help_text="Posts.")
    reading_minutes = serializers.IntegerField(required=False, help_text="Posts.")
    published_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Posts.")
    description = serializers.CharField(required=False, help_text="Blogs.")
    avatar = ImageSerializer(required=False, allow_null=True, help_text="Blogs.")
    is_private = serializers.BooleanField(required=False, help_text="Blogs.")
    owner = UserRefSerializer(required=False, help_text="Posts and blogs.")
    counts = PageCountsSerializer(required=False, help_text="Posts and blogs.")


class MediaMetaSerializer(serializers.Serializer):
    type = serializers.CharField(required=False)
    detail_url = serializers.URLField(required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)


class WagtailImageSerializer(serializers.Serializer):
    """An image in Wagtail's form; with `fields=*` it has everything an Image has."""

    id = serializers.IntegerField(required=False)
    meta = MediaMetaSerializer(required=False)
    title = serializers.CharField(required=False)
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)
    alt = serializers.CharField(required=False)
    url = serializers.URLField(required=False)
    placeholder = serializers.CharField(required=False, allow_null=True)
    renditions = RenditionsSerializer(required=False)
    srcset = serializers.CharField(required=False)
    sources = ImageSourceSerializer(many=True, required=False)
    owner = UserRefSerializer(required=False, allow_null=True)
    created_at = serializers.DateTimeField(required=False)


class DocumentMetaSerializer(MediaMetaSerializer):
    download_url = serializers.URLField(required=False)


class DocumentSerializer(serializers.Serializer):
    """A file of the caller's in Wagtail's form."""

    id = serializers.IntegerField(required=False)
    meta = DocumentMetaSerializer(required=False)
    title = serializers.CharField(required=False)
    created_at = serializers.DateTimeField(required=False)
    content_type = serializers.CharField(required=False)
    file_size = serializers.IntegerField(required=False, allow_null=True)
    comment = serializers.CharField(required=False)


class TotalSerializer(serializers.Serializer):
    total_count = serializers.IntegerField()


def counted(item: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The serializer of a list of Wagtail's: `{meta: {total_count}, items}`."""
    name = item.__name__.removesuffix("Serializer")
    return type(
        f"Wagtail{name.removeprefix('Wagtail')}ListSerializer",
        (serializers.Serializer,),
        {"meta": TotalSerializer(), "items": item(many=True)},
    )
