"""The Wagtail admin's form for files: what is uploaded there is kept like what comes through the API."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.forms import BaseDocumentForm
from wagtail.search import index

from core.errors import DomainError
from media import names, quota
from media.files import incoming, naming
from media.files.storing import StoredUpload, store
from media.forms import validation_error
from media.models import Folder


class FileForm(BaseDocumentForm):
    """The form with which authors add, replace and rename files."""

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.owner = self.instance.uploaded_by_user if self.instance.pk else user
        self.fields["title"].validators = []
        if self.is_adding:
            # Bytes sent with a title that is refused would be put aside in the public storage by Wagtail.
            self.fields["title"].required = False
        if file := self.fields.get("file"):
            file.allow_empty_file = True

    @property
    def is_adding(self) -> bool:
        return self.instance.pk is None

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self.errors and isinstance(stored := self.cleaned_data.get("file"), StoredUpload):
            stored.discard()

    def clean_title(self):
        title = naming.clean(self.cleaned_data["title"])
        if self.is_adding:
            return title
        if not title:
            raise ValidationError("Give a name.", code="blank")
        try:
            naming.check_extension(title, attr=None)
        except DomainError as error:
            raise validation_error(error) from error
        return title

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not isinstance(upload, UploadedFile):
            return upload
        try:
            name = naming.clean(upload.name) or naming.NAMELESS
            naming.check_extension(name)
            incoming.check_size(upload.size)
            if self.owner is not None:
                replaced = 0 if self.is_adding else self.instance.file_size or 0
                quota.check_room(quota.usage(self.owner), size=max(0, upload.size - replaced))
            return store(upload, name=name, folder=Folder.name_for(self.owner))
        except DomainError as error:
            raise validation_error(error) from error

    def clean(self):
        cleaned = super().clean()
        if self.is_adding and "title" in cleaned and (upload := self.files.get(self.add_prefix("file"))):
            cleaned["title"] = _title_of(upload, cleaned["title"])
        return cleaned

    def save(self, commit=True):
        file = super(BaseDocumentForm, self).save(commit=commit)  # its own `save` would remove bytes before the commit
        if commit:
            index.insert_or_update_object(file)
        return file


def _title_of(upload: UploadedFile, title: str) -> str:
    """The given title with the extension of the file, for it is also what a download is called."""
    name = naming.clean(upload.name) or naming.NAMELESS
    extension = names.extension_of(name)
    if not title or not extension:
        return name
    return title if names.extension_of(title) == extension else naming.clean(f"{title}.{extension}")
