"""`images/`: the images shown in posts the caller may see, and his own; admins get every one."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.response import Response
from wagtail.api.v2.serializers import BaseSerializer
from wagtail.api.v2.views import BaseAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from api.auth import read
from api.authentication import IsAdmin
from api.serializers.wagtail import WagtailImageSerializer
from api.wagtail import filters, shown
from api.wagtail.documented import TAGS, documented
from api.wagtail.viewset import OurRules, Shown
from blogs.visibility import images_visible_to
from media.models import Image
from media.services import clearing


class DeleteAllConfirmation(serializers.Serializer):
    """The words without which nothing is deleted."""

    confirm = serializers.ChoiceField([clearing.WORDS])


class ImagesDeleted(serializers.Serializer):
    """How many images are being deleted."""

    count = serializers.IntegerField()


class TagNamesField(Field):
    """The names of prefetched tags."""

    def get_attribute(self, instance):
        return instance

    def to_representation(self, instance):
        return shown.tag_names(instance)


class ImageSerializer(BaseSerializer):
    tags = TagNamesField(read_only=True)


def member(name: str) -> Shown:
    """A member of the Image object."""
    return Shown(lambda image: shown.image_object(image)[name])


@documented("images", WagtailImageSerializer, listing=[TAGS])
class ImagesViewSet(OurRules, ImagesAPIViewSet):
    """Images the caller may see. Stock's `download_url` is not among their fields: `url` is the largest there is."""

    base_serializer_class = ImageSerializer
    filter_backends = [filters.FieldsFilter, filters.OrderingFilter, filters.SearchFilter]
    meta_fields = [*BaseAPIViewSet.meta_fields, "tags"]
    listing_default_fields = [*BaseAPIViewSet.listing_default_fields, "title", "tags"]
    nested_default_fields = [*BaseAPIViewSet.nested_default_fields, "title"]
    own_fields = {
        Image: {
            name: member(name)
            for name in ("alt", "url", "placeholder", "renditions", "srcset", "sources", "owner", "created_at")
        }
    }

    limited_as = "write"

    def get_permissions(self):
        return [IsAdmin()] if self.action == "delete_all" else super().get_permissions()

    @extend_schema(
        methods=["POST"],
        operation_id="images_delete_all",
        tags=["images"],
        description="Those uploaded after the call stay. Without the exact words nothing happens.",
        summary="Delete every image of everybody, from posts too, in the background; for admins",
        request=DeleteAllConfirmation,
        responses={202: ImagesDeleted},
    )
    @extend_schema(
        methods=["DELETE"],
        operation_id="images_delete",
        tags=["images"],
        description='The body is `{"confirm": "delete all images"}`, too.',
        summary="The same as `POST images/delete-all/`, with the same body",
        request=DeleteAllConfirmation,
        responses={202: ImagesDeleted},
    )
    def delete_all(self, request):
        read(DeleteAllConfirmation, request)
        return Response({"count": clearing.delete_all_images(actor=request.user)}, status=202)

    @classmethod
    def get_urlpatterns(cls):
        _, *others = super().get_urlpatterns()
        return [
            path("", cls.as_view({"get": "listing_view", "delete": "delete_all"}), name="listing"),
            path("delete-all/", cls.as_view({"post": "delete_all"}), name="delete-all"),
            *others,
        ]

    def get_queryset(self):
        return (
            images_visible_to(self.viewer)
            .select_related("uploaded_by_user__avatar")
            .prefetch_related("renditions", "tags")
            .order_by("id")
        )
