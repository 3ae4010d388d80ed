"""Images as the schema shows them; `media.documents` writes them."""

from rest_framework import serializers


class RenditionSerializer(serializers.Serializer):
    url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class RenditionsSerializer(serializers.Serializer):
    thumbnail = RenditionSerializer(allow_null=True)
    small = RenditionSerializer(allow_null=True)
    medium = RenditionSerializer(allow_null=True)
    large = RenditionSerializer(allow_null=True)


class ImageSourceSerializer(serializers.Serializer):
    type = serializers.CharField()
    srcset = serializers.CharField()


class ImageOwnerSerializer(serializers.Serializer):
    username = serializers.CharField()
    name = serializers.CharField()
    avatar = serializers.JSONField(allow_null=True, help_text="An Image; null in the owner of an avatar.")


class ImageSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.URLField()
    placeholder = serializers.CharField(allow_null=True, help_text="A ThumbHash as a data string.")
    renditions = RenditionsSerializer()
    srcset = serializers.CharField()
    sources = ImageSourceSerializer(many=True)
    owner = ImageOwnerSerializer()
    created_at = serializers.DateTimeField()
