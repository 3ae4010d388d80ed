"""Blogs, posts and comments as the schema shows them; `blogs.documents` and `social.comments` write them."""

from rest_framework import serializers

from api.serializers.blocks import BodyField
from api.serializers.images import ImageSerializer
from api.serializers.users import BlockSerializer, BlogRefSerializer, UserRefSerializer
from blogs.models.cards import PostStatus


class BlogCountsSerializer(serializers.Serializer):
    posts = serializers.IntegerField()
    followers = serializers.IntegerField()


class BlogSerializer(BlogRefSerializer):
    """A blog; of a private one the caller does not follow, a shell in which the nullable members are null."""

    id = serializers.IntegerField(allow_null=True)
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField(), allow_null=True)
    is_private = serializers.BooleanField()
    url = serializers.URLField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    owner = UserRefSerializer()
    counts = BlogCountsSerializer(allow_null=True)
    follow = serializers.ChoiceField(["none", "requested", "following", "owner"], allow_null=True)
    block = BlockSerializer(allow_null=True, help_text="For the owner and staff.")


class PostCountsSerializer(serializers.Serializer):
    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    replies = serializers.IntegerField()


class PostCardSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    intro = serializers.CharField()
    url = serializers.URLField()
    status = serializers.ChoiceField(PostStatus.values)
    published_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)
    blog = BlogRefSerializer()
    author = UserRefSerializer()
    tags = serializers.ListField(child=serializers.CharField())
    feature_image = ImageSerializer(allow_null=True)
    reading_minutes = serializers.IntegerField()
    reply_to = serializers.IntegerField(allow_null=True)
    counts = PostCountsSerializer()
    liked = serializers.BooleanField(allow_null=True)


class PostRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = serializers.URLField()


class SeoSerializer(serializers.Serializer):
    title = serializers.CharField(help_text="As the author wrote it; may be empty.")
    description = serializers.CharField(help_text="As the author wrote it; may be empty.")
    canonical_url = serializers.URLField()
    open_graph = serializers.DictField(
        help_text="Properties of `<meta property>` with their contents; tags are a list."
    )
    twitter = serializers.DictField(help_text="Names of `<meta name>` with their contents.")
    json_ld = serializers.DictField(help_text="A schema.org BlogPosting for `<script type=application/ld+json>`.")


class PostSerializer(PostCardSerializer):
    body = BodyField(is_convertible=True)
    images = ImageSerializer(many=True)
    comments_open = serializers.BooleanField()
    seo = SeoSerializer()
    publish_at = serializers.DateTimeField(allow_null=True)
    expire_at = serializers.DateTimeField(allow_null=True)
    has_unpublished_changes = serializers.BooleanField()
    previous = PostRefSerializer(allow_null=True)
    next = PostRefSerializer(allow_null=True)


class PreviewedPostSerializer(PostSerializer):
    """A post that may never have been saved: then it has no id yet."""

    id = serializers.IntegerField(allow_null=True)


class CommentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    post = serializers.IntegerField()
    parent = serializers.IntegerField(allow_null=True)
    author = UserRefSerializer(allow_null=True)
    body = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    is_deleted = serializers.BooleanField()
    reply_count = serializers.IntegerField()
