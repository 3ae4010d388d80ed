from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from blogs.models.pages import BlogPage, BlogPostPage


class ExactEncoder(DjangoJSONEncoder):
    """Like Django's, which cuts times off at the millisecond."""

    def default(self, o):
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class PostPreview(models.Model):
    """A version of a post as somebody looks at it in the admin: what a preview's token leads to.

    `place` says whose preview of which post this is and where he opened it, so that what is typed next replaces it. A
    post that was never saved has none yet, only the blog it is written in.
    """

    place = models.CharField(max_length=150, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    blog = models.ForeignKey(BlogPage, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(BlogPostPage, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField(encoder=ExactEncoder)
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return self.place
