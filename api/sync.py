"""The list for mirrors and static-site builders: what is public, and what is no longer, in the order of change."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from api import cursors, parameters
from api.reading import Answer, ReadView, answer
from api.serializers.posts import PostSerializer
from core import holes
from core.errors import Invalid
from syndication.sync import read_news

SCOPE = "sync"


class SyncItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    type = serializers.ChoiceField(["post"])
    deleted = serializers.BooleanField(help_text="Whether it is public no more, for whatever reason.")
    at = serializers.DateTimeField(help_text="When the change was noticed.")
    post = PostSerializer(allow_null=True, help_text="As everybody sees it now; null when deleted.")


class SyncMetaSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True, help_text="The next page; null at the end.")
    cursor = serializers.CharField(help_text="The `since` with which the next call goes on.")


class SyncSerializer(serializers.Serializer):
    meta = SyncMetaSerializer()
    items = SyncItemSerializer(many=True)


SINCE = OpenApiParameter("since", str, description="`meta.cursor` of the last answer; without it, from the beginning.")


class SyncView(ReadView):
    """Every post that is or was public, once each, in the order in which it last changed.

    Keep what you get under its `id`, remove what is `deleted`, and go on with `meta.cursor`: you have what everybody
    can see, whatever happened meanwhile, and nothing is sent twice unless it changed. Counters are no change. Where a
    page is broken off, ask for it again.
    """

    @extend_schema(
        operation_id="sync", tags=["posts"], summary="What changed since", parameters=[SINCE, parameters.LIMIT],
        responses=SyncSerializer,
    )  # fmt: skip
    def get(self, request):
        query = request.GET
        cursors.refuse_unknown(query, ("since", "limit"))
        limit = cursors.read_limit(query)
        since = _read_since(query)

        def make() -> Answer:
            page = read_news(since=since, limit=limit)
            cursor = cursors.seal(cursors.Position((page.last,)), SCOPE)
            following = f"{settings.BASE_URL}{request.path}?{urlencode({**query.dict(), 'since': cursor})}"
            meta = holes.dumps({"next": following if page.has_more else None, "cursor": cursor})
            return Answer(f'{{"meta":{meta},"items":[{",".join(page.items)}]}}')

        return answer(request, make)


def _read_since(query) -> int:
    text = query.get("since")
    if text is None:
        return 0
    try:
        return cursors.open_cursor(text, SCOPE).key[0]
    except Invalid:
        raise Invalid("Not a cursor of this list.", code="invalid_cursor", attr="since") from None
