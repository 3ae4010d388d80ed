"""Files as the schema shows them (`api.file_documents` writes them), and what may be sent about them."""

from rest_framework import serializers

from media.services.files import LONGEST_COMMENT


class FileSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(help_text="What a download is called.")
    size = serializers.IntegerField(help_text="In bytes.")
    content_type = serializers.CharField(help_text="By the extension, else by the first bytes.")
    comment = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_downloaded_at = serializers.DateTimeField(allow_null=True)
    download_url = serializers.URLField()
    share_url = serializers.URLField(allow_null=True, help_text="Null while the file is not shared.")


class ShareSerializer(serializers.Serializer):
    share_url = serializers.URLField()


class NewFile(serializers.Serializer):
    """A file, and a word on it."""

    file = serializers.FileField(allow_empty_file=True)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_COMMENT, default="")


class FileChange(serializers.Serializer):
    """What may be changed of a file."""

    name = serializers.CharField(required=False, max_length=1000, help_text="Shown cleaned, in at most 255 characters.")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_COMMENT)
