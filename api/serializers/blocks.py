"""The blocks of a post's body as the schema shows them; `blogs.body` writes and reads them."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from api.serializers.images import ImageSerializer


def block(kind: str, value: serializers.Field) -> type[serializers.Serializer]:
    """The serializer of one type of block."""
    fields = {"type": serializers.ChoiceField([kind]), "value": value, "id": serializers.CharField(allow_null=True)}
    return type(f"{kind.capitalize()}BlockSerializer", (serializers.Serializer,), fields)


class HeadingValueSerializer(serializers.Serializer):
    level = serializers.IntegerField(min_value=2, max_value=4)
    text = serializers.CharField()


class ImageValueSerializer(serializers.Serializer):
    image = ImageSerializer()
    caption = serializers.CharField()
    alt = serializers.CharField()


class QuoteValueSerializer(serializers.Serializer):
    text = serializers.CharField()
    attribution = serializers.CharField()


class CodeValueSerializer(serializers.Serializer):
    language = serializers.CharField()
    code = serializers.CharField()


class EmbedValueSerializer(serializers.Serializer):
    url = serializers.URLField()


BLOCKS = {
    "heading": block("heading", HeadingValueSerializer()),
    "paragraph": block("paragraph", serializers.CharField(help_text="Rich text as HTML.")),
    "image": block("image", ImageValueSerializer()),
    "gallery": block("gallery", ImageSerializer(many=True)),
    "quote": block("quote", QuoteValueSerializer()),
    "code": block("code", CodeValueSerializer()),
    "embed": block("embed", EmbedValueSerializer()),
    "divider": block("divider", serializers.JSONField(allow_null=True)),
}


class BodyField(serializers.Field):
    """A list of blocks; with `is_convertible` it may be a string instead, where `?body=` asks for one."""

    def __init__(self, *, is_convertible: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.is_convertible = is_convertible


class BodySchema(OpenApiSerializerFieldExtension):
    """How the schema shows a body."""

    target_class = BodyField

    def map_serializer_field(self, auto_schema, direction):
        proxy = PolymorphicProxySerializer(
            component_name="BodyBlock", serializers=BLOCKS, resource_type_field_name="type"
        )
        blocks = {"type": "array", "items": auto_schema.resolve_serializer(proxy, direction).ref}
        if not self.target.is_convertible:
            return blocks
        converted = {"type": "string", "description": "With `?body=html`, `markdown` or `text`."}
        return {"oneOf": [blocks, converted]}
