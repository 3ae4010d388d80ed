"""`documents/`: the caller's own files; admins get every one, nobody else any."""

from __future__ import annotations

from django.conf import settings
from rest_framework.fields import Field
from wagtail.api.v2.serializers import BaseSerializer
from wagtail.documents.api.v2.views import DocumentsAPIViewSet

from api.serializers.wagtail import DocumentSerializer as DocumentInSchema
from api.wagtail import filters
from api.wagtail.documented import TAGS, documented
from api.wagtail.images import TagNamesField
from api.wagtail.viewset import OurRules
from media.files.reads import files_visible_to
from media.models import File


class DownloadUrlField(Field):
    """Where the owner gets the bytes."""

    def get_attribute(self, instance):
        return instance

    def to_representation(self, file):
        return f"{settings.BASE_URL}/api/v2/files/{file.pk}/download/"


class DocumentSerializer(BaseSerializer):
    download_url = DownloadUrlField(read_only=True)
    tags = TagNamesField(read_only=True)


@documented("documents", DocumentInSchema, listing=[TAGS])
class DocumentsViewSet(OurRules, DocumentsAPIViewSet):
    """Files of the caller."""

    base_serializer_class = DocumentSerializer
    filter_backends = [filters.FieldsFilter, filters.OrderingFilter, filters.SearchFilter]
    own_fields = {File: {"created_at": None, "content_type": None, "file_size": None, "comment": None}}

    def get_queryset(self):
        return files_visible_to(self.viewer).prefetch_related("tags").order_by("id")
