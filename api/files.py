"""Personal storage: files, their bytes, their share links."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.response import Response

from accounts.models import User
from accounts.querysets import find_visible
from accounts.viewers import Viewer
from api import cursors, parameters
from api.auth import DONE, read
from api.authentication import IsSignedIn
from api.errors import Refusal
from api.file_documents import file_document, share_url
from api.identifiers import id_of
from api.listing import list_document
from api.parsers import MultiPartParser
from api.reading import Answer, ReadView, answer, require_sign_in
from api.serializers.errors import ErrorSerializer
from api.serializers.files import FileChange, FileSerializer, NewFile, ShareSerializer
from api.serializers.lists import envelope
from core import holes
from core.errors import NotAllowed, NotFound, Problem
from media.files import incoming, reads
from media.files.sending import send
from media.models import File
from media.services import files

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)
OWNER = OpenApiParameter("owner", str, description="For admins: the user name of whom the storage belongs to.")
EMPTY_RANGE = Problem("There is nothing in that range.", "range_not_satisfiable")
PRIVATE = {"Cache-Control": "private, no-store"}


class CountedParser(MultiPartParser):
    """Multipart, of which every byte that was announced has come: a file cut off on its way is not taken for whole."""

    def parse(self, stream, media_type=None, parser_context=None):
        counted = _Counted(stream)
        parsed = super().parse(counted, media_type, parser_context)
        if counted.bytes < announced_length(parser_context["request"]):
            for found in parsed.files.values():
                found.close()
            raise ParseError("The body ended too early.", code="bad_request")
        return parsed


class _Counted:
    def __init__(self, stream):
        self._stream, self.bytes = stream, 0

    def read(self, *args):
        chunk = self._stream.read(*args)
        self.bytes += len(chunk)
        return chunk


@extend_schema(tags=["files"], parameters=[OWNER])
class FilesView(ReadView):
    """A user's files: his own, and for admins anybody's."""

    permission_classes = [IsSignedIn]
    parser_classes = [CountedParser]
    limited_as = "upload"

    @extend_schema(
        operation_id="files",
        summary="The caller's files, the newest first",
        parameters=parameters.listing(),
        responses=envelope(FileSerializer),
    )
    def get(self, request):
        owner = _owner(request)

        def make() -> Answer:
            page = list_document(
                request,
                name=f"files of {owner.pk}",
                queryset=reads.files_of(owner),
                column="created_at",
                known=("owner",),
                documents=lambda found: [file_document(file) for file in found],
            )
            return Answer(holes.dumps(page))

        return answer(request, make)

    @extend_schema(
        operation_id="file_upload",
        summary="Keep a file",
        description="It is not held in memory. An extension that is not accepted is `extension_not_allowed`, too many "
        "bytes are 413 `too_large`, a full storage is 413 `quota_exceeded`: as soon as that is known.",
        request={"multipart/form-data": NewFile},
        responses={201: FileSerializer},
    )
    def post(self, request):
        cursors.refuse_unknown(request.query_params, ("owner",))
        owner = _owner(request)
        # To be set before the body is touched. Who it is and what he may was settled without it.
        request._request.upload_handlers = [incoming.expect(owner, length=announced_length(request))]
        given = read(NewFile, request)
        file = files.add_file(owner=owner, upload=given["file"], comment=given["comment"])
        return Response(file_document(file), status=201, headers=PRIVATE)


@extend_schema(tags=["files"], parameters=[ID])
class FileView(ReadView):
    """One file of the caller's; for admins, of anybody's."""

    permission_classes = [IsSignedIn]
    limited_as = "write"

    @extend_schema(operation_id="file", summary="One file", responses=FileSerializer)
    def get(self, request, id):
        file = _find(request.viewer, id)
        return answer(request, lambda: Answer(holes.dumps(file_document(file))))

    @extend_schema(
        operation_id="file_change",
        summary="Rename a file or comment on it",
        request=FileChange,
        responses=FileSerializer,
    )
    def patch(self, request, id):
        file = _find(request.viewer, id)
        return Response(file_document(files.update_file(file=file, **read(FileChange, request))), headers=PRIVATE)

    @extend_schema(
        operation_id="file_delete",
        summary="Delete a file, and its share link with it",
        parameters=[parameters.REASON],
        responses={204: DONE},
    )
    def delete(self, request, id):
        file = _find(request.viewer, id)
        files.delete_file(actor=request.user, file=file, reason=parameters.reason(request.query_params))
        return Response(status=204)


@extend_schema(tags=["files"], parameters=[ID])
class FileDownload(ReadView):
    """The bytes of a file."""

    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="file_download",
        summary="Download a file",
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="Of bytes: `bytes=0-99`.")],
        responses={
            (200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "All of it."),
            (206, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "The range that was asked for."),
            302: OpenApiResponse(description="To where the bytes are, for a minute."),
            416: OpenApiResponse(ErrorSerializer, "There is nothing in that range."),
        },
    )
    def get(self, request, id):
        response = send(request, _find(request.viewer, id))
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return Refusal(response.status_code, [EMPTY_RANGE], headers=_ranges_of(response)).response()
        return response


@extend_schema(tags=["files"], parameters=[ID])
class FileShare(ReadView):
    """The link under which anybody gets a file."""

    http_method_names = ["put", "delete", "options"]
    permission_classes = [IsSignedIn]
    limited_as = "write"

    @extend_schema(
        operation_id="file_share",
        summary="Share a file with whoever has its link",
        request=None,
        responses=ShareSerializer,
    )
    def put(self, request, id):
        share_id = files.share_file(file=_find(request.viewer, id))
        return Response({"share_url": share_url(share_id)}, headers=PRIVATE)

    @extend_schema(operation_id="file_unshare", summary="Make the link lead nowhere, for good", responses={204: DONE})
    def delete(self, request, id):
        files.unshare_file(file=_find(request.viewer, id))
        return Response(status=204)


def _ranges_of(response: HttpResponse) -> dict[str, str]:
    return {name: response.headers[name] for name in ("Content-Range", "Accept-Ranges")}


def announced_length(request: HttpRequest) -> int:
    """How many bytes the body is said to have."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0


def _owner(request: HttpRequest) -> User:
    """Whose storage the request is about. Raises `NotSignedIn`, `NotAllowed` or, for admins, `NotFound`."""
    viewer = request.viewer
    require_sign_in(viewer)
    username = parameters.text(request.GET, "owner")
    if username is None:
        return User.objects.get(pk=viewer.user_id)
    owner = find_visible(viewer, username)
    if not viewer.is_admin and (owner is None or owner.pk != viewer.user_id):
        raise NotAllowed
    if owner is None:
        raise NotFound
    return owner


def _find(viewer: Viewer, id: str) -> File:
    require_sign_in(viewer)
    file = reads.files_visible_to(viewer).filter(pk=id_of(id)).first()
    if file is None:
        raise NotFound
    return file
