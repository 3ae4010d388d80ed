from django.db import migrations, models
from django.db.models import Max, OuterRef, Subquery

from core.online_indexes import AddIndexOnline

BATCH = 500


def fill(apps, schema_editor):
    """Write down when each blog's newest live post was published, in many small transactions."""
    blogs = apps.get_model("blogs", "BlogCard").objects.using(schema_editor.connection.alias)
    posts = apps.get_model("blogs", "PostCard").objects.filter(blog=OuterRef("pk"), is_live=True)
    newest = posts.values("blog").annotate(at=Max("published_at")).values("at")
    empty = list(blogs.filter(newest_post_at=None).values_list("pk", flat=True))
    for start in range(0, len(empty), BATCH):
        blogs.filter(pk__in=empty[start : start + BATCH]).update(newest_post_at=Subquery(newest))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("blogs", "0006_newest_post")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        AddIndexOnline(
            "blogcard",
            models.Index(
                fields=["-newest_post_at", "-blog"],
                name="blogs_by_newest_post",
                condition=models.Q(newest_post_at__isnull=False),
            ),
        ),
        AddIndexOnline(
            "follow",
            models.Index(
                fields=["user"],
                include=["blog"],
                name="follows_of_user",
                condition=models.Q(accepted_at__isnull=False),
            ),
        ),
    ]
