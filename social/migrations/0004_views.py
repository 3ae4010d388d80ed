import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blogs", "0002_initial"),
        ("social", "0003_notices_of_moderation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("day", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Salt",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("value", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="PostViews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
                ("told_count", models.PositiveIntegerField(default=0)),
                ("tell_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to="blogs.postcard",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("count__gt", models.F("told_count"))),
                        fields=["tell_at"],
                        name="views_untold",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("post", "day"), name="one_count_of_views_per_post_and_day")
                ],
            },
        ),
    ]
