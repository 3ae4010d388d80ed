"""The envelope of every list."""

from functools import cache

from rest_framework import serializers


class ListMetaSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True, help_text="The next page, or null at the end.")
    previous = serializers.URLField(allow_null=True, help_text="The previous page, or null at the beginning.")


@cache
def envelope(item: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The serializer of a list of such items: `{meta, items}`."""
    name = item.__name__.removesuffix("Serializer")
    return type(
        f"{name}ListSerializer", (serializers.Serializer,), {"meta": ListMetaSerializer(), "items": item(many=True)}
    )
