"""What is public already is told at once; of what is blocked at the moment, only when that ends."""

from django.db import migrations
from django.utils import timezone

TELL = """
INSERT INTO syndication_syncedpost
    (post, sequence, at, is_public, part, digest, reference, previous, next, check_at)
SELECT post_id, ROW_NUMBER() OVER (ORDER BY published_at, post_id), %s, TRUE, post_id / 10000, '', '',
    previous, next, expire_at
FROM (
    SELECT card.post_id, card.published_at, card.expire_at,
        LAG(card.post_id) OVER beside AS previous, LEAD(card.post_id) OVER beside AS next
    FROM blogs_postcard card
    JOIN blogs_blogcard blog ON blog.blog_id = card.blog_id
    JOIN accounts_user author ON author.id = card.author_id
    WHERE card.is_live AND NOT card.is_private AND (card.expire_at IS NULL OR card.expire_at > %s)
        AND (blog.blocked_at IS NULL OR blog.blocked_until <= %s)
        AND (author.blocked_at IS NULL OR author.blocked_until <= %s)
    WINDOW beside AS (PARTITION BY card.blog_id ORDER BY card.published_at, card.post_id)
) card
"""
MARK_BLOCKED = [
    "INSERT INTO syndication_syncmark (blog, rank)"
    " SELECT blog_id, 1 FROM blogs_blogcard WHERE blocked_until IS NOT NULL",
    "INSERT INTO syndication_syncmark (author, rank) SELECT id, 1 FROM accounts_user WHERE blocked_until IS NOT NULL",
]


def tell(apps, schema_editor):
    connection = schema_editor.connection
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(TELL, [now] * 4)
        for statement in MARK_BLOCKED:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0001_initial"),
        ("accounts", "0001_initial"),
    ]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
