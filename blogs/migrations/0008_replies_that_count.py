from django.db import migrations
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

BATCH = 500


def recount(apps, schema_editor):
    """Leave replies from private blogs out of the counters of other blogs' posts, in many small transactions."""
    posts = apps.get_model("blogs", "PostCard").objects.using(schema_editor.connection.alias)
    counted = Q(is_live=True) & (Q(is_private=False) | Q(reply_to__blog=F("blog")))
    replies = (
        posts.filter(counted, reply_to=OuterRef("pk")).values("reply_to").annotate(many=Count("pk")).values("many")
    )
    answered = list(posts.filter(reply_count__gt=0).values_list("pk", flat=True))
    for start in range(0, len(answered), BATCH):
        posts.filter(pk__in=answered[start : start + BATCH]).update(
            reply_count=Coalesce(Subquery(replies, output_field=IntegerField()), 0)
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("blogs", "0007_blogs_by_newest_post")]

    operations = [
        migrations.RunPython(recount, migrations.RunPython.noop, elidable=True),
    ]
