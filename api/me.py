"""The caller's own account: profile, address, sessions, deletion."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Session
from accounts.services import addresses, passwords, profiles, sessions
from api.auth import DONE, read
from api.authentication import IsSignedIn
from api.identifiers import id_of
from api.listing import PAGING, list_document
from api.serializers.lists import envelope
from api.serializers.users import MeSerializer, PasswordSerializer, ProfileSerializer, SessionSerializer
from api.user_documents import me_document
from core.clock import iso
from members.deletion import delete_account

PRIVATE = {"Cache-Control": "private, no-store"}


class MeView(APIView):
    permission_classes = [IsSignedIn]
    allows_temporary_password = True

    @extend_schema(operation_id="me", tags=["me"], responses=MeSerializer, summary="The caller's own account")
    def get(self, request):
        return Response(me_document(request.user), headers=PRIVATE)

    @extend_schema(
        operation_id="me_update",
        tags=["me"],
        request=ProfileSerializer,
        responses=MeSerializer,
        summary="Change the profile, or ask for another e-mail address",
    )
    def patch(self, request):
        given = read(ProfileSerializer, request)
        email, password = given.pop("email", None), given.pop("password", None)
        if email is not None:
            addresses.change_email(user=request.user, email=email, password=password)
        profiles.update_profile(user=request.user, **given)
        return Response(me_document(request.user), headers=PRIVATE)

    @extend_schema(
        operation_id="me_delete",
        tags=["me"],
        request=PasswordSerializer,
        responses={204: DONE},
        summary="Delete the account (as POST me/delete/, for clients that can send a body with DELETE)",
    )
    def delete(self, request):
        return _delete(request)


class MeDeleteView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="me_delete_post",
        tags=["me"],
        request=PasswordSerializer,
        responses={204: DONE},
        summary="Delete the account and all that belongs to it",
    )
    def post(self, request):
        return _delete(request)


def _delete(request) -> Response:
    passwords.confirm_password(user=request.user, password=read(PasswordSerializer, request)["password"])
    delete_account(user=request.user)
    return Response(status=204)


class SessionsView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(
        operation_id="me_sessions",
        tags=["me"],
        parameters=PAGING,
        responses=envelope(SessionSerializer),
        summary="The caller's live sessions, the last used first",
    )
    def get(self, request):
        document = list_document(
            request,
            name=f"sessions of {request.user.pk}",
            queryset=sessions.live_sessions(user=request.user),
            column="last_used_at",
            documents=lambda found: [_session_document(session, request.session_id) for session in found],
        )
        return Response(document, headers=PRIVATE)


def _session_document(session: Session, current: int) -> dict:
    return {
        "id": session.pk,
        "created_at": iso(session.created_at),
        "last_used_at": iso(session.last_used_at),
        "user_agent": session.user_agent,
        "is_current": session.pk == current,
    }


class SessionView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="me_session_end", tags=["me"], responses={204: DONE}, summary="End one of the sessions")
    def delete(self, request, id):
        sessions.end_session(user=request.user, session_id=id_of(id))
        return Response(status=204)
