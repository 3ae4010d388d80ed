"""The admin's forms for blogs and posts: the rules of the services, told beside the fields."""

from __future__ import annotations

from copy import copy

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks.stream_block import StreamBlockValidationError

from media.models import Image

NOT_YOURS = "not_yours"


class OwnImagesForm(WagtailAdminPageForm):
    """Takes images only of the owner of the page.

    Another's image is dropped from what was sent before anything looks it up, because the editor, shown again with
    the errors, would tell its title and show it.
    """

    image_field = ""

    def __init__(self, data=None, files=None, *args, **kwargs):
        super().__init__(data, files, *args, **kwargs)
        self.refused: set[str] = set()
        field = self.fields.get(self.image_field)
        if field is not None:
            field.queryset = Image.objects.filter(uploaded_by_user=self._owner_id())
            if self.is_bound:
                self._refuse_foreign_image(self.image_field, field)

    def clean(self):
        cleaned = super().clean()
        if self.image_field in self.refused:
            self.add_error(self.image_field, ValidationError(_("Choose one of your own images."), code=NOT_YOURS))
        return cleaned

    def _owner_id(self) -> int | None:
        if self.instance.owner_id:
            return self.instance.owner_id
        return self.for_user.pk if self.for_user else None

    def _refuse_foreign_image(self, name: str, field) -> None:
        key = self.add_prefix(name)
        given = field.widget.value_from_datadict(self.data, self.files, key)
        if not given:
            return
        try:
            field.clean(given)
        except ValidationError:
            self.data = self.data.copy()
            self.data[key] = ""
            self.refused.add(name)


class BlogForm(OwnImagesForm):
    """The form of a blog."""

    image_field = "avatar"


class PostForm(OwnImagesForm):
    """The form of a post."""

    image_field = "feature_image"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            widget = copy(self.fields["body"].widget)
            read = widget.value_from_datadict
            widget.value_from_datadict = lambda *given: self._without_foreign_images(read(*given))
            self.fields["body"].widget = widget

    def clean(self):
        cleaned = super().clean()
        if "body" in self.refused:
            message = _("Images in the text have to be your own. Those of others were taken out.")
            error = StreamBlockValidationError(non_block_errors=ErrorList([ValidationError(message, code=NOT_YOURS)]))
            self.add_error("body", error)
        return cleaned

    def _without_foreign_images(self, body):
        owner = self._owner_id()
        for block in body or ():
            if block.block_type == "image":
                image = block.value.get("image")
                if image is not None and image.uploaded_by_user_id != owner:
                    block.value["image"] = None
                    self.refused.add("body")
            elif block.block_type == "gallery":
                for place, image in enumerate(block.value):
                    if image is not None and image.uploaded_by_user_id != owner:
                        block.value[place] = None
                        self.refused.add("body")
        return body
