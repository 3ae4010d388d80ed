"""The file of an image: whatever is assigned to it, only clean pictures get into the storage."""

from __future__ import annotations

from wagtail.images.models import WagtailImageField, WagtailImageFieldFile

from media.pictures import develop
from media.storing import StoredFile, StoredPicture, store


class PictureFieldFile(WagtailImageFieldFile):
    """A file that is decoded and stored by our own pipeline when it is committed."""

    def save(self, name, content, save=True):
        """Take a picture in: one that is stored as it is, any other bytes through decoding."""
        stored = content.stored if isinstance(content, StoredFile) else _take_in(content, name)
        self.name = stored.key_of(stored.original)
        self._committed = True
        if hasattr(self, "_file"):
            del self._file
        self.instance.take(stored)
        if save:
            self.instance.save()


class PictureField(WagtailImageField):
    """An image field whose dimensions come from the pipeline, so that nothing is ever read back to find them."""

    attr_class = PictureFieldFile

    def update_dimension_fields(self, instance, force=False, *args, **kwargs):
        """Nothing to do: `Image.take` sets them."""


def _take_in(content, name: str) -> StoredPicture:
    content.name = name or content.name
    with develop(content) as picture:
        return store(picture)
