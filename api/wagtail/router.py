"""Wagtail's router, with our viewsets."""

from wagtail.api.v2.router import WagtailAPIRouter

from api.wagtail.documents import DocumentsViewSet
from api.wagtail.images import ImagesViewSet
from api.wagtail.pages import PagesViewSet

router = WagtailAPIRouter("wagtailapi_v2")
router.register_endpoint("pages", PagesViewSet)
router.register_endpoint("images", ImagesViewSet)
router.register_endpoint("documents", DocumentsViewSet)
