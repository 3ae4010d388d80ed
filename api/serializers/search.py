"""What a search finds, as the schema shows it."""

from rest_framework import serializers

from api.serializers.lists import ListMetaSerializer
from api.serializers.posts import BlogSerializer, PostCardSerializer
from api.serializers.users import UserSerializer


class FoundPostSerializer(PostCardSerializer):
    highlight = serializers.CharField(
        help_text="HTML: the passage of intro or body with most of the words, each in `<mark>`; else the title."
    )


class FoundTagSerializer(serializers.Serializer):
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="How many of the best 100 posts have it.")


class SuggestionSerializer(serializers.Serializer):
    did_you_mean = serializers.CharField(allow_null=True, help_text="Words that would find posts, where these do not.")


class FoundSerializer(serializers.Serializer):
    posts = FoundPostSerializer(many=True)
    blogs = BlogSerializer(many=True)
    users = UserSerializer(many=True)
    meta = SuggestionSerializer(required=False, help_text="Only where nothing was found, but something might be.")


class FoundMetaSerializer(ListMetaSerializer):
    tags = FoundTagSerializer(many=True, allow_null=True, help_text="Of posts, on the first page.")
    did_you_mean = serializers.CharField(allow_null=True, help_text="Words that would find posts, where these do not.")


class FoundListSerializer(serializers.Serializer):
    """With `type`, one list: of posts, blogs or users."""

    meta = FoundMetaSerializer()
    items = serializers.ListField(child=serializers.DictField())
