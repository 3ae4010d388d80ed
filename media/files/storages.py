"""The private bucket of personal files."""

from __future__ import annotations

import logging

from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

logger = logging.getLogger(__name__)


class PrivateS3Storage(S3Storage):
    """A bucket in which nothing is left of an upload that was cut off."""

    def delete(self, name):
        """Remove an object, and the parts of one that was never finished: they are invisible, but kept and paid."""
        super().delete(name)
        key = self._normalize_name(name)
        bucket, client = self.bucket_name, self.connection.meta.client
        try:
            for upload in client.list_multipart_uploads(Bucket=bucket, Prefix=key).get("Uploads", ()):
                if upload["Key"] == key:
                    client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload["UploadId"])
        except ClientError:  # the key may not be allowed to; a lifecycle rule of the bucket does it then
            logger.warning("unfinished uploads could not be looked for", exc_info=True)
