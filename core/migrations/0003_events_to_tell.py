from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_giving_up")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="tell_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("tell_at__isnull", False)),
                fields=["tell_at"],
                name="event_untold",
            ),
        ),
    ]
