"""The public bucket of pictures."""

from __future__ import annotations

import threading

from storages.backends.s3 import S3Storage
from storages.utils import clean_name


class PublicS3Storage(S3Storage):
    """A bucket whose keys are random: no need to ask it first whether one is taken, which costs as much as a write."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self._first = threading.Lock()

    @property
    def bucket(self):
        """The bucket, connected to once for all threads: a connection costs a tenth of a second."""
        with self._first:
            return super().bucket

    def get_available_name(self, name, max_length=None):
        """The name as it is."""
        return clean_name(name)
