"""Writing posts: new ones, changes, publication, pictures, revisions."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.models import Revision

from api import parameters
from api.auth import DONE, read
from api.authentication import IsSignedIn, IsSignedInOrReads
from api.identifiers import id_of
from api.images import refuse_large
from api.listing import list_document
from api.named_blogs import find_blog
from api.parsers import FormParser, JSONParser, MultiPartParser
from api.post_reads import PostReads
from api.reading import ReadView, find_post, json_response
from api.serializers.images import ImageSerializer
from api.serializers.lists import envelope
from api.serializers.posts import PostSerializer
from api.serializers.writing import NewPost, NewPostImage, NewPostWithImages, PostChange, RevisionSerializer
from blogs import reads, services
from blogs.models import BlogPostPage
from core import holes
from core.clock import iso
from core.errors import NotAllowed, NotFound
from media.documents import image_document, user_ref
from social.likes import liked_in_slots

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)
REVISION = OpenApiParameter("revision", int, OpenApiParameter.PATH)


@extend_schema(tags=["posts"])
class BlogPosts(APIView):
    """The posts of a blog, to add one."""

    permission_classes = [IsSignedIn]
    parser_classes = [JSONParser, MultiPartParser, FormParser]
    limited_as = "write"

    @extend_schema(
        operation_id="write_post",
        summary="Write a post",
        request={"application/json": NewPost, "multipart/form-data": NewPostWithImages},
        responses={201: PostSerializer},
    )
    def post(self, request, slug):
        blog = find_blog(request.viewer, slug).blog
        if blog.owner_id != request.viewer.user_id:
            raise NotAllowed
        refuse_large(request, pictures=settings.IMAGES_PER_REQUEST)
        is_form = hasattr(request.data, "getlist")
        given = read(NewPostWithImages if is_form else NewPost, request)
        post = services.create_post(author=request.user, blog=blog, **given)
        return post_response(request, post, status=201)


@extend_schema(parameters=[ID])
class PostView(PostReads):
    """One post."""

    permission_classes = [IsSignedInOrReads]
    limited_as = "write"

    @extend_schema(
        operation_id="change_post",
        tags=["posts"],
        summary="Change a post",
        request=PostChange,
        responses=PostSerializer,
    )
    def patch(self, request, id):
        post = find_own(request, id)
        post = services.update_post(actor=request.user, post=post, **read(PostChange, request))
        return post_response(request, post)

    @extend_schema(
        operation_id="delete_post",
        tags=["posts"],
        summary="Delete a post",
        parameters=[parameters.REASON],
        responses={204: DONE},
    )
    def delete(self, request, id):
        post = find_post(request.viewer, id).post
        reason = parameters.reason(request.GET)
        services.delete_post(actor=request.user, post=post, reason=reason)
        return Response(status=204)


class PostAction(APIView):
    """Something that is done to one's post as a whole."""

    permission_classes = [IsSignedIn]
    limited_as = "write"


@extend_schema(tags=["posts"], parameters=[ID])
class PostPublish(PostAction):
    """Publication."""

    @extend_schema(
        operation_id="publish_post",
        summary="Publish a post now",
        description="The latest version, whenever it was to be published. Where posts are reviewed, it is submitted.",
        request=None,
        responses=PostSerializer,
    )
    def post(self, request, id):
        return post_response(request, services.publish_post(actor=request.user, post=find_own(request, id)))


@extend_schema(tags=["posts"], parameters=[ID])
class PostUnpublish(PostAction):
    """The way back."""

    @extend_schema(
        operation_id="unpublish_post",
        summary="Make a post a draft again",
        description="Whether it is live, scheduled or in review.",
        request=None,
        responses=PostSerializer,
    )
    def post(self, request, id):
        return post_response(request, services.unpublish_post(actor=request.user, post=find_own(request, id)))


@extend_schema(tags=["posts"], parameters=[ID])
class PostSubmit(PostAction):
    """Review."""

    @extend_schema(operation_id="submit_post", summary="Send a post to review", request=None, responses=PostSerializer)
    def post(self, request, id):
        return post_response(request, services.submit_post(actor=request.user, post=find_own(request, id)))


@extend_schema(tags=["posts"], parameters=[ID])
class PostImages(APIView):
    """The pictures of a post, to add one."""

    permission_classes = [IsSignedIn]
    parser_classes = [MultiPartParser]
    limited_as = "upload"

    @extend_schema(
        operation_id="add_post_image",
        summary="Add a picture to the end of a post",
        request={"multipart/form-data": NewPostImage},
        responses={201: ImageSerializer},
    )
    def post(self, request, id):
        post = find_own(request, id)
        refuse_large(request)
        given = read(NewPostImage, request)
        image = services.add_post_image(actor=request.user, post=post, upload=given.pop("file"), **given)
        return Response(image_document(image, owner=user_ref(request.user)), status=201)


@extend_schema(tags=["posts"], parameters=[ID])
class PostRevisions(ReadView):
    """The versions of a post."""

    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="post_revisions",
        summary="Versions of one's post, the latest first",
        parameters=parameters.listing(),
        responses=envelope(RevisionSerializer),
    )
    def get(self, request, id):
        IsSignedIn().has_permission(request, self)
        post = find_own(request, id)
        revisions = post.revisions.select_related("user__avatar").defer("content")
        page = list_document(
            request,
            name=f"revisions of {post.pk}",
            queryset=revisions,
            column="created_at",
            documents=lambda rows: [revision_document(row, live=post.live_revision_id) for row in rows],
        )
        return json_response(holes.dumps(page))


@extend_schema(tags=["posts"], parameters=[ID, REVISION])
class RevisionRestore(PostAction):
    """One version of a post."""

    @extend_schema(
        operation_id="restore_revision",
        summary="Make an earlier version the latest",
        description="Of a live post it is published.",
        request=None,
        responses=PostSerializer,
    )
    def post(self, request, id, revision):
        post = find_own(request, id)
        found = post.revisions.filter(pk=id_of(revision)).first()
        if found is None:
            raise NotFound
        return post_response(request, services.restore_revision(actor=request.user, post=post, revision=found))


def find_own(request: HttpRequest, id: str) -> BlogPostPage:
    """The caller's own post. Raises `NotFound` if he may not see it, `NotAllowed` if it is another's."""
    card = find_post(request.viewer, id)
    if card.author_id != request.viewer.user_id:
        raise NotAllowed
    return card.post


def post_response(request: HttpRequest, post: BlogPostPage, *, status: int = 200) -> HttpResponse:
    """The response with a post as its author sees it."""
    found = reads.read_post(viewer=request.viewer, id=post.pk, liked=liked_in_slots)
    if found is None:  # deleted by somebody else since
        raise NotFound
    return json_response(found.json, status=status)


def revision_document(revision: Revision, *, live: int | None) -> dict:
    """The object **revision** of the contract."""
    return {
        "id": revision.pk,
        "title": revision.object_str,
        "created_at": iso(revision.created_at),
        "user": user_ref(revision.user) if revision.user else None,
        "is_live": revision.pk == live,
    }
