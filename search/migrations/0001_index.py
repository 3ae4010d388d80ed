import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def entry(name, field, to):
    return migrations.CreateModel(
        name=name,
        fields=[
            ("place", models.BigIntegerField(unique=True)),
            ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
            (
                field,
                models.OneToOneField(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    primary_key=True,
                    related_name="search_entry",
                    serialize=False,
                    to=to,
                ),
            ),
        ],
        options={"abstract": False},
    )


def words(name, table, to):
    return migrations.CreateModel(
        name=name,
        fields=[
            ("words", models.TextField()),
            (
                "entry",
                models.OneToOneField(
                    db_column="rowid",
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    primary_key=True,
                    related_name="+",
                    serialize=False,
                    to=to,
                    to_field="place",
                ),
            ),
        ],
        options={"db_table": table, "abstract": False, "managed": False},
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("blogs", "0002_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        entry("PostEntry", "post", "blogs.postcard"),
        entry("BlogEntry", "blog", "blogs.blogcard"),
        entry("UserEntry", "user", settings.AUTH_USER_MODEL),
        migrations.CreateModel(
            name="KnownWord",
            fields=[("word", models.CharField(max_length=64, primary_key=True, serialize=False))],
        ),
        words("PostWords", "search_postwords", "search.postentry"),
        words("BlogWords", "search_blogwords", "search.blogentry"),
        words("UserWords", "search_userwords", "search.userentry"),
    ]
