"""The file of a File: whatever is assigned to it gets into the private storage, under a key that says nothing."""

from __future__ import annotations

from django.core.files.storage import storages
from django.db.models import FileField
from django.db.models.fields.files import FieldFile

from media.files.storing import StoredUpload, store
from media.storing import FILES


class PersonalFieldFile(FieldFile):
    """A file that is stored by our own pipeline when it is committed."""

    def __init__(self, instance, field, name):
        super().__init__(instance, field, name)
        self.storage = storages[FILES]  # as configured now, not when the model was made

    def save(self, name, content, save=True):
        """Take a file in: one that is stored as it is, any other bytes by storing them."""
        if not isinstance(content, StoredUpload):
            content = store(content, name=self.instance.title, folder=self.instance.folder)
        self.name = content.name
        self._committed = True
        if hasattr(self, "_file"):
            del self._file
        self.instance.take(content)
        if save:
            self.instance.save()


class PersonalFileField(FileField):
    """A file field of the private storage."""

    attr_class = PersonalFieldFile
