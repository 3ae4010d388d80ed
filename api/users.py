"""Users as others find them, and what admins do with them."""

from __future__ import annotations

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.querysets import find_visible, users_visible_to
from accounts.services import roles
from api import cursors, parameters
from api.auth import DONE, read
from api.authentication import IsSignedIn, IsSignedInOrReads, require_admin
from api.listing import PAGING, list_document
from api.reading import Answer, ReadView, answer
from api.serializers.lists import envelope
from api.serializers.users import RoleSerializer, UserSerializer
from api.user_documents import user_documents
from core import holes
from core.errors import NotFound
from members.deletion import delete_user

USERNAME = OpenApiParameter("username", OpenApiTypes.STR, OpenApiParameter.PATH)
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization"}


class UsersView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="users",
        tags=["users"],
        parameters=[*PAGING, OpenApiParameter("search", OpenApiTypes.STR, description="In user name and name.")],
        responses=envelope(UserSerializer),
        summary="Users, the newest first",
    )
    def get(self, request):
        found = users_visible_to(request.viewer).select_related("avatar", "blocked_by")
        if (words := parameters.text(request.query_params, "search")) is not None:
            found = found.filter(Q(username__icontains=words) | Q(name__icontains=words))
        document = list_document(
            request,
            name="users",
            queryset=found,
            column="date_joined",
            known=("search",),
            documents=lambda users: user_documents(users, viewer=request.viewer),
        )
        return Response(document, headers=PRIVATE)


class UserView(ReadView):
    permission_classes = [IsSignedInOrReads]

    @extend_schema(
        operation_id="user", tags=["users"], parameters=[USERNAME], responses=UserSerializer, summary="One user"
    )
    def get(self, request, username):
        cursors.refuse_unknown(request.GET, ())
        user = find_user(request.viewer, username)
        [document] = user_documents([user], viewer=request.viewer)
        return answer(request, lambda: Answer(holes.dumps(document)))

    @extend_schema(
        operation_id="user_set_role",
        tags=["users"],
        parameters=[USERNAME],
        request=RoleSerializer,
        responses=UserSerializer,
        summary="Give a user a role (admins)",
    )
    def patch(self, request, username):
        user = find_user(request.viewer, username)
        require_admin(request.viewer)
        roles.set_role(actor=request.user, user=user, role=read(RoleSerializer, request)["role"])
        return user_response(request, user)

    @extend_schema(
        operation_id="user_delete",
        tags=["users"],
        parameters=[USERNAME, parameters.REASON],
        responses={204: DONE},
        summary="Delete a user and all that belongs to him (admins)",
    )
    def delete(self, request, username):
        user = find_user(request.viewer, username)
        require_admin(request.viewer)
        delete_user(actor=request.user, user=user, reason=parameters.reason(request.query_params))
        return Response(status=204)


def user_response(request, user: User) -> Response:
    """The response with a user as whoever changed him sees him."""
    [document] = user_documents([user], viewer=request.viewer)
    return Response(document, headers=PRIVATE)


def find_user(viewer, username: str) -> User:
    """The user of that name. Raises `NotFound` if he is not there for the viewer."""
    user = find_visible(viewer, username)
    if user is None:
        raise NotFound
    return user
