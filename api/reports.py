"""Reports: making them, and how moderators handle them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api import parameters
from api.auth import read
from api.authentication import IsModerator, IsSignedIn
from api.identifiers import id_of
from api.listing import PAGING, list_document
from api.reading import find_post
from api.serializers.lists import envelope
from api.serializers.users import UserRefSerializer
from core.clock import iso
from core.errors import NotFound
from media.documents import user_ref
from moderation import reports
from moderation.models import Reason, Report, ReportStatus
from social.comments import comments_shown_to

PRIVATE = {"Cache-Control": "private, no-store"}
ID = OpenApiParameter("id", int, OpenApiParameter.PATH)
PEOPLE = ("reporter__avatar", "handled_by__avatar")


class ReportSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    post = serializers.IntegerField(allow_null=True, help_text="The reported post; it may be deleted meanwhile.")
    comment = serializers.IntegerField(allow_null=True, help_text="The reported comment; it may be deleted meanwhile.")
    reporter = UserRefSerializer()
    reason = serializers.ChoiceField(Reason.choices)
    note = serializers.CharField()
    status = serializers.ChoiceField(ReportStatus.choices)
    created_at = serializers.DateTimeField()
    handled_by = UserRefSerializer(allow_null=True)
    handled_at = serializers.DateTimeField(allow_null=True)
    handled_note = serializers.CharField()


class NewReport(serializers.Serializer):
    reason = serializers.ChoiceField(Reason.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=reports.LONGEST_NOTE)


class ReportDecision(serializers.Serializer):
    status = serializers.ChoiceField([(status.value, status.label) for status in reports.DECISIONS])
    note = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=reports.LONGEST_NOTE,
        help_text="Told to the reporter and, when resolved, to the author.",
    )


class ReportThing(APIView):
    """The caller's report of a thing."""

    permission_classes = [IsSignedIn]
    limited_as = "report"


@extend_schema(tags=["moderation"], parameters=[ID])
class PostReport(ReportThing):
    """The caller's report of a post."""

    @extend_schema(
        operation_id="report_post",
        summary="Report a post",
        description="One per user and post: again changes it. A decision stands until the post is changed.",
        request=NewReport,
        responses=ReportSerializer,
    )
    def put(self, request, id):
        post = find_post(request.viewer, id)
        return _answer(reports.report_post(actor=request.user, post=post, **read(NewReport, request)))


@extend_schema(tags=["moderation"], parameters=[ID])
class CommentReport(ReportThing):
    """The caller's report of a comment."""

    @extend_schema(
        operation_id="report_comment",
        summary="Report a comment",
        description="One per user and comment: again changes it. A decision stands until the comment is changed.",
        request=NewReport,
        responses=ReportSerializer,
    )
    def put(self, request, id):
        comment = comments_shown_to(request.viewer).filter(pk=id_of(id)).first()
        if comment is None:
            raise NotFound
        return _answer(reports.report_comment(actor=request.user, comment=comment, **read(NewReport, request)))


@extend_schema(tags=["moderation"])
class ReportsView(APIView):
    """Reports, for moderators."""

    permission_classes = [IsModerator]

    @extend_schema(
        operation_id="reports",
        summary="Reports, the newest first (moderators)",
        parameters=[*PAGING, OpenApiParameter("status", str, enum=ReportStatus.values, description="By default, all.")],
        responses=envelope(ReportSerializer),
    )
    def get(self, request):
        status = parameters.choice(request.query_params, "status", ReportStatus.values)
        found = Report.objects.select_related(*PEOPLE)
        document = list_document(
            request,
            name="reports",
            queryset=found.filter(status=status) if status else found,
            column="created_at",
            known=("status",),
            documents=lambda rows: [report_document(report) for report in rows],
        )
        return Response(document, headers=PRIVATE)


@extend_schema(tags=["moderation"], parameters=[ID])
class ReportView(APIView):
    """One report, for moderators."""

    permission_classes = [IsModerator]
    limited_as = "write"

    @extend_schema(
        operation_id="handle_report",
        summary="Resolve or dismiss a report (moderators)",
        request=ReportDecision,
        responses=ReportSerializer,
    )
    def patch(self, request, id):
        report = Report.objects.filter(pk=id_of(id)).first()
        if report is None:
            raise NotFound
        return _answer(reports.handle_report(actor=request.user, report=report, **read(ReportDecision, request)))


def report_document(report: Report) -> dict:
    """The object Report; select the avatars of `reporter` and `handled_by` with it."""
    return {
        "id": report.pk,
        "post": report.reported_post,
        "comment": report.reported_comment,
        "reporter": user_ref(report.reporter),
        "reason": report.reason,
        "note": report.note,
        "status": report.status,
        "created_at": iso(report.created_at),
        "handled_by": user_ref(report.handled_by) if report.handled_by else None,
        "handled_at": iso(report.handled_at),
        "handled_note": report.handled_note,
    }


def _answer(report: Report) -> Response:
    return Response(report_document(report), headers=PRIVATE)
