"""The StreamField blocks a post's body is made of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StreamBlock, StructBlock
from wagtail.images.blocks import ImageChooserBlock

from blogs.richtext import FEATURES, clean_paragraph

LANGUAGE_LENGTH = 40


class ParagraphBlock(blocks.RichTextBlock):
    """Rich text that is cleaned on every way into the database, not only in the editor."""

    def __init__(self, **kwargs):
        super().__init__(features=FEATURES, **kwargs)

    def get_prep_value(self, value):
        return clean_paragraph(super().get_prep_value(value))

    def value_from_datadict(self, data, files, prefix):
        try:
            return super().value_from_datadict(data, files, prefix)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):  # not what the editor sends
            return self.to_python("")


class HeadingBlock(StructBlock):
    level = blocks.ChoiceBlock(choices=[(2, "2"), (3, "3"), (4, "4")], default=2, label=_("level"))
    text = blocks.CharBlock(max_length=300, label=_("text"))

    class Meta:
        icon = "title"
        label = _("heading")


class ImageBlock(StructBlock):
    image = ImageChooserBlock(label=_("image"))
    caption = blocks.CharBlock(required=False, max_length=500, label=_("caption"))
    alt = blocks.CharBlock(required=False, max_length=255, label=_("alternative text"))

    class Meta:
        icon = "image"
        label = _("image")


class QuoteBlock(StructBlock):
    text = blocks.TextBlock(max_length=20_000, label=_("text"))
    attribution = blocks.CharBlock(required=False, max_length=300, label=_("attribution"))

    class Meta:
        icon = "openquote"
        label = _("quote")


class CodeBlock(StructBlock):
    language = blocks.CharBlock(required=False, max_length=LANGUAGE_LENGTH, label=_("language"))
    code = blocks.TextBlock(max_length=200_000, label=_("code"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.child_blocks["code"].field.strip = False  # the first line may be indented

    class Meta:
        icon = "code"
        label = _("code")


class EmbedBlock(StructBlock):
    url = blocks.URLBlock(max_length=2000, label=_("address"))

    class Meta:
        icon = "media"
        label = _("embed")


class BodyBlock(StreamBlock):
    """Everything a post can be made of, in any order."""

    heading = HeadingBlock()
    paragraph = ParagraphBlock(label=_("paragraph"))
    image = ImageBlock()
    gallery = blocks.ListBlock(ImageChooserBlock(label=_("image")), icon="image", label=_("gallery"))
    quote = QuoteBlock()
    code = CodeBlock()
    embed = EmbedBlock()
    divider = blocks.StaticBlock(icon="horizontalrule", label=_("divider"), admin_text=_("A horizontal line."))
