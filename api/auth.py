"""Registering, signing in and out, passwords and addresses."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.services import addresses, passwords, sessions, sign_in
from api.authentication import IsSignedIn
from api.errors import refusal_of
from api.serializers.errors import ErrorSerializer, UserBlockedSerializer
from api.serializers.users import (
    CredentialsSerializer,
    LinkSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    RegisteredSerializer,
    RegistrationSerializer,
    ResetRequestSerializer,
    ResetSerializer,
    TokensSerializer,
)
from api.user_documents import me_document
from core.clients import client_address
from core.errors import Invalid, Problem
from members import registration

DONE = OpenApiResponse(description="Done.")
REFUSED = OpenApiResponse(ErrorSerializer, "Not a credential that is good for this.")
BLOCKED = OpenApiResponse(UserBlockedSerializer, "The user is blocked: `until` says how long.")


class OpenView(APIView):
    """For whoever has no access token, or only one that has expired: the header is not looked at."""

    authentication_classes = []
    permission_classes = []

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


def read(serializer_class, request) -> dict:
    """The body of a request as the serializer reads it; raises the 400 that lists every problem."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _user_agent(request) -> str:
    return request.META.get("HTTP_USER_AGENT", "")


def _pair(tokens: sessions.Tokens) -> dict:
    return {"access": tokens.access, "refresh": tokens.refresh}


class RegisterView(OpenView):
    limited_as = "register"

    @extend_schema(
        operation_id="auth_register",
        tags=["auth"],
        request=RegistrationSerializer,
        responses={201: RegisteredSerializer},
        summary="Register, with a first blog named after the user name",
    )
    def post(self, request):
        serializer = RegistrationSerializer(data=request.data)
        if not serializer.is_valid():
            raise Invalid.many(
                [*refusal_of(ValidationError(serializer.errors)).problems, *_further_problems(serializer)]
            )
        user = registration.register(**serializer.validated_data)
        tokens = sessions.start_session(user=user, user_agent=_user_agent(request))
        return Response({"user": me_document(user), **_pair(tokens)}, status=201)


def _further_problems(serializer: RegistrationSerializer) -> list[Problem]:
    """What is wrong with the fields that the serializer lets pass, so that all problems are told at once."""
    judged = {"username", "email", "password"} - serializer.errors.keys()
    return registration.problems_of(**{field: str(serializer.initial_data[field]) for field in judged})


class TokenView(OpenView):
    @extend_schema(
        operation_id="auth_token",
        tags=["auth"],
        request=CredentialsSerializer,
        responses={200: TokensSerializer, 401: REFUSED, 403: BLOCKED},
        summary="Sign in",
    )
    def post(self, request):
        given = read(CredentialsSerializer, request)
        tokens = sign_in.sign_in(
            identifier=given["username"],
            password=given["password"],
            client=client_address(request.META),
            user_agent=_user_agent(request),
        )
        return Response(_pair(tokens))


class RefreshView(OpenView):
    limited_as = "token"

    @extend_schema(
        operation_id="auth_token_refresh",
        tags=["auth"],
        request=RefreshSerializer,
        responses={200: TokensSerializer, 401: REFUSED},
        summary="Exchange a refresh token, once",
        description="The same token again within ten seconds is 401 `token_rotated`; later it ends the session.",
    )
    def post(self, request):
        return Response(_pair(sessions.refresh_session(refresh=read(RefreshSerializer, request)["refresh"])))


class LogoutView(OpenView):
    @extend_schema(
        operation_id="auth_logout",
        tags=["auth"],
        request=RefreshSerializer,
        responses={204: DONE, 401: REFUSED},
        summary="Sign out",
    )
    def post(self, request):
        sessions.sign_out(refresh=read(RefreshSerializer, request)["refresh"])
        return Response(status=204)


class PasswordChangeView(APIView):
    permission_classes = [IsSignedIn]
    allows_temporary_password = True

    @extend_schema(
        operation_id="auth_password_change",
        tags=["auth"],
        request=PasswordChangeSerializer,
        responses={204: DONE},
        summary="Change the password; every other session ends",
    )
    def post(self, request):
        given = read(PasswordChangeSerializer, request)
        passwords.change_password(user=request.user, session_id=request.session_id, **given)
        return Response(status=204)


class ResetRequestView(OpenView):
    limited_as = "reset"

    @extend_schema(
        operation_id="auth_password_reset",
        tags=["auth"],
        request=ResetRequestSerializer,
        responses={202: OpenApiResponse(description="A mail is sent if there is such an account.")},
        summary="Ask for a mail to choose a new password",
    )
    def post(self, request):
        passwords.request_reset(email=read(ResetRequestSerializer, request)["email"])
        return Response(status=202)


class ResetView(OpenView):
    limited_as = "token"

    @extend_schema(
        operation_id="auth_password_reset_confirm",
        tags=["auth"],
        request=ResetSerializer,
        responses={204: DONE},
        summary="Choose a new password with what the mail said; all sessions end",
    )
    def post(self, request):
        passwords.reset_password(**read(ResetSerializer, request))
        return Response(status=204)


class EmailConfirmView(OpenView):
    limited_as = "token"

    @extend_schema(
        operation_id="auth_email_confirm",
        tags=["auth"],
        request=LinkSerializer,
        responses={204: DONE},
        summary="Confirm an e-mail address with what the mail said",
    )
    def post(self, request):
        addresses.confirm_email(**read(LinkSerializer, request))
        return Response(status=204)
