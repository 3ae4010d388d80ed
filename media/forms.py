"""The Wagtail admin's form for images: what is uploaded there goes through the same pipeline as through the API."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.search import index

from core.errors import DomainError
from media import names, pictures, quota
from media.services.images import changed, crop_anew
from media.storing import StoredFile, store

FOCUS = {"focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height"}


class PictureFormField(WagtailImageField):
    """A file that is decoded and stored while the form is checked, outside of any transaction."""

    default_validators = []

    def to_python(self, data):
        upload = forms.FileField.to_python(self, data)
        if upload is None:
            return None
        try:
            with pictures.develop(upload) as picture:
                return StoredFile(store(picture))
        except DomainError as error:
            raise validation_error(error) from error


class PictureForm(BaseImageForm):
    """The form with which authors add, replace and describe images."""

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.owner = self.instance.uploaded_by_user if self.instance.pk else user
        if field := self.fields.get("file"):
            self.fields["file"] = PictureFormField(
                label=field.label, required=field.required, widget=field.widget, help_text=field.help_text
            )

    def clean_title(self):
        title = names.clean_title(self.cleaned_data["title"])
        if not title:
            raise ValidationError("Give a title.", code="blank")
        return title

    def clean_file(self):
        file = self.cleaned_data["file"]
        if isinstance(file, StoredFile) and self.owner is not None:
            try:
                quota.check_room(quota.usage(self.owner), size=file.size)
            except DomainError as error:
                raise validation_error(error) from error
        return file

    def save(self, commit=True):
        image = super(BaseImageForm, self).save(commit=commit)  # its own `save` would remove bytes before the commit
        if commit and image.pk:
            if "file" not in self.changed_data and FOCUS & set(self.changed_data):
                crop_anew(image)
            else:
                changed(image)
            index.insert_or_update_object(image)
        return image


def validation_error(error: DomainError) -> ValidationError:
    """A refusal in the shape that forms show."""
    return ValidationError([ValidationError(problem.detail, code=problem.code) for problem in error.problems])
