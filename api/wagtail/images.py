"""`images/`: the images shown in posts the caller may see, and his own; admins get every one."""

from __future__ import annotations

from rest_framework.fields import Field
from wagtail.api.v2.serializers import BaseSerializer
from wagtail.api.v2.views import BaseAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from api.serializers.wagtail import WagtailImageSerializer
from api.wagtail import filters, shown
from api.wagtail.documented import TAGS, documented
from api.wagtail.viewset import OurRules, Shown
from blogs.visibility import images_visible_to
from media.models import Image


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

    def get_queryset(self):
        return (
            images_visible_to(self.viewer)
            .select_related("uploaded_by_user__avatar")
            .prefetch_related("renditions", "tags")
            .order_by("id")
        )
