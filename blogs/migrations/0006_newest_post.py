from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blogs", "0005_home_feed_indexes")]

    operations = [
        migrations.AddField("blogcard", "newest_post_at", models.DateTimeField(null=True)),
    ]
