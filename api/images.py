"""A user's images: the gallery, uploads, changes; and the picture beside his name."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from accounts.querysets import find_visible
from accounts.viewers import Viewer
from api import parameters
from api.auth import DONE, read
from api.authentication import IsSignedIn, IsSignedInOrReads
from api.identifiers import id_of
from api.listing import list_document
from api.parsers import JSONParser, MultiPartParser
from api.reading import Answer, ReadView, answer
from api.serializers.images import ImageSerializer
from api.serializers.lists import envelope
from api.serializers.users import UserRefSerializer
from blogs.visibility import images_visible_to
from core import holes
from core.errors import NotAllowed, NotFound, TooLarge
from media import fetching
from media.documents import image_document, user_ref
from media.models import Image
from media.pictures import FORMATS, ROTATIONS
from media.services import avatars, images

USERNAME = OpenApiParameter("username", str, OpenApiParameter.PATH)
ID = OpenApiParameter("id", int, OpenApiParameter.PATH)
PRIVATE = {"Cache-Control": "private, no-store"}
BESIDE_THE_FILE = 256 * 1024
"""What a multipart body may have beside the bytes of its picture."""
DISCARDED = 32 * 1024 * 1024
CHUNK = 64 * 1024


class AvatarUpload(serializers.Serializer):
    """A picture."""

    file = serializers.FileField(allow_empty_file=True, help_text="JPEG, PNG, WebP, AVIF, HEIC or GIF.")


class ImageWishes(serializers.Serializer):
    """What is to be made of a picture."""

    title = serializers.CharField(required=False, allow_blank=True, max_length=images.LONGEST_TEXT, default="")
    alt = serializers.CharField(required=False, allow_blank=True, max_length=images.LONGEST_TEXT, default="")
    rotate = serializers.ChoiceField(ROTATIONS, required=False, default=0, help_text="Degrees, clockwise.")
    format = serializers.ChoiceField(
        FORMATS,
        required=False,
        allow_null=True,
        default=None,
        help_text="What to keep the picture as; by default as sent.",
    )
    max_width = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=100_000, help_text="In pixels."
    )


class NewImage(AvatarUpload, ImageWishes):
    """A picture, and what is to be made of it."""


class LinkedImage(ImageWishes):
    """Where a picture is on the web, and what is to be made of it."""

    image_url = serializers.CharField(max_length=fetching.LONGEST_URL, help_text="http or https.")


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "required": ["x", "y"],
        "properties": {name: {"type": "number", "minimum": 0} for name in ("x", "y", "width", "height")},
        "description": "In pixels, or with fractional numbers (0.5) as parts of the picture; null for its middle.",
    }
)
class FocalPointField(serializers.Field):
    """`{x, y}`, and `width` and `height` of an area: whole numbers are pixels, fractional ones parts of the picture."""

    default_error_messages = {"invalid": "Give an object with the numbers x and y, and perhaps width and height."}

    def to_internal_value(self, value):
        names = ("x", "y", "width", "height")
        if not isinstance(value, dict) or not {"x", "y"} <= value.keys():
            self.fail("invalid")
        numbers = {name: value[name] for name in names if value.get(name) is not None}
        if not {"x", "y"} <= numbers.keys():
            self.fail("invalid")
        for number in numbers.values():
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 100_000:
                self.fail("invalid")
        return numbers

    def to_representation(self, value):
        return value


class ImageChange(serializers.Serializer):
    """What may be changed of an image."""

    title = serializers.CharField(required=False, max_length=images.LONGEST_TEXT)
    alt = serializers.CharField(required=False, allow_blank=True, max_length=images.LONGEST_TEXT)
    focal_point = FocalPointField(required=False, allow_null=True)
    rotate = serializers.ChoiceField(ROTATIONS, required=False, help_text="Degrees, clockwise.")


@extend_schema(tags=["images"], parameters=[USERNAME])
class UserImages(ReadView):
    """A user's images: all for himself and admins, for others those in posts they may read."""

    permission_classes = [IsSignedInOrReads]
    parser_classes = [MultiPartParser, JSONParser]
    limited_as = "upload"

    @extend_schema(
        operation_id="user_images",
        summary="A user's images, the newest first",
        parameters=parameters.listing(),
        responses=envelope(ImageSerializer),
    )
    def get(self, request, username):
        owner = find_owner(request.viewer, username)

        def make() -> Answer:
            page = list_document(
                request,
                name=f"images of {owner.pk}",
                queryset=_visible(request.viewer, owner),
                column="created_at",
                documents=lambda rows: image_documents(rows, owner=owner),
            )
            return Answer(holes.dumps(page))

        return answer(request, make)

    @extend_schema(
        operation_id="user_image_upload",
        summary="Upload an image",
        request={"multipart/form-data": NewImage, "application/json": LinkedImage},
        responses={201: ImageSerializer},
    )
    def post(self, request, username):
        owner = find_owner(request.viewer, username)
        require_owner(request.viewer, owner)
        refuse_large(request)
        is_link = request.content_type.startswith("application/json")
        given = read(LinkedImage if is_link else NewImage, request)
        attr = "image_url" if is_link else "file"
        sent = given.pop(attr)
        with fetching.fetch_picture(sent) if is_link else sent as upload:
            image = images.add_image(owner=owner, upload=upload, attr=attr, **given)
        return Response(image_document(image, owner=user_ref(owner)), status=201, headers=PRIVATE)


@extend_schema(tags=["images"], parameters=[USERNAME, ID])
class UserImage(ReadView):
    """One image of a user's."""

    permission_classes = [IsSignedInOrReads]
    limited_as = "write"

    @extend_schema(operation_id="user_image", summary="One image", responses=ImageSerializer)
    def get(self, request, username, id):
        owner, image = _find(request.viewer, username, id)
        return answer(request, lambda: Answer(holes.dumps(image_document(image, owner=user_ref(owner)))))

    @extend_schema(
        operation_id="user_image_change",
        summary="Change an image: a rotation or another focal point gives new URLs",
        request=ImageChange,
        responses=ImageSerializer,
    )
    def patch(self, request, username, id):
        owner, image = _find(request.viewer, username, id)
        require_owner(request.viewer, owner)
        image = images.update_image(image=image, **read(ImageChange, request))
        return Response(image_document(image, owner=user_ref(owner)), headers=PRIVATE)

    @extend_schema(
        operation_id="user_image_delete",
        summary="Delete an image, also from the posts that show it",
        parameters=[parameters.REASON],
        responses={204: DONE},
    )
    def delete(self, request, username, id):
        owner, image = _find(request.viewer, username, id)
        require_owner(request.viewer, owner)
        reason = parameters.reason(request.query_params)
        images.delete_image(actor=request.user, image=image, reason=reason)
        return Response(status=204)


@extend_schema(tags=["me"])
class MyAvatar(ReadView):
    """The picture beside the caller's name."""

    http_method_names = ["put", "delete", "options"]
    permission_classes = [IsSignedIn]
    parser_classes = [MultiPartParser]
    limited_as = "upload"

    @extend_schema(
        operation_id="me_avatar",
        summary="Show a picture beside one's name",
        request={"multipart/form-data": AvatarUpload},
        responses=UserRefSerializer,
    )
    def put(self, request):
        refuse_large(request)
        avatars.set_avatar(user=request.user, upload=read(AvatarUpload, request)["file"])
        return Response(user_ref(request.user), headers=PRIVATE)

    @extend_schema(operation_id="me_avatar_remove", summary="Show none", responses={204: DONE})
    def delete(self, request):
        avatars.remove_avatar(user=request.user)
        return Response(status=204)


def image_documents(rows: Iterable[Image], *, owner: User) -> list[dict]:
    """The Image objects of one owner's images; select their `renditions`."""
    reference = user_ref(owner)
    return [image_document(row, owner=reference) for row in rows]


def find_owner(viewer: Viewer, username: str) -> User:
    """The user of that name. Raises `NotFound` if the viewer may not know of him."""
    owner = find_visible(viewer, username)
    if owner is None:
        raise NotFound
    return owner


def require_owner(viewer: Viewer, owner: User) -> None:
    """Raise `NotAllowed` for everybody but the owner and admins."""
    if not viewer.is_admin and viewer.user_id != owner.pk:
        raise NotAllowed


def refuse_large(request: HttpRequest, *, pictures: int = 1) -> None:
    """Raise `TooLarge` for a body that says it is larger than so many pictures may be, before it is kept anywhere.

    Up to a bound it is taken off the line, for a client that is still sending may not see the answer otherwise.
    """
    most = pictures * settings.IMAGE_MAX_BYTES + BESIDE_THE_FILE
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > most:
        left = int(length) if int(length) <= DISCARDED else 0
        while left > 0 and (chunk := request.META["wsgi.input"].read(min(left, CHUNK))):
            left -= len(chunk)
        raise TooLarge(f"A picture may have at most {settings.IMAGE_MAX_BYTES} bytes.", attr="file")


def _visible(viewer: Viewer, owner: User):
    return images_visible_to(viewer).filter(uploaded_by_user=owner).prefetch_related("renditions")


def _find(viewer: Viewer, username: str, id: str) -> tuple[User, Image]:
    owner = find_owner(viewer, username)
    image = _visible(viewer, owner).filter(pk=id_of(id)).first()
    if image is None:
        raise NotFound
    return owner, image
