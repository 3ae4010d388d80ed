from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("social", "0002_notifications_and_deliveries"),
    ]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="act",
            field=models.CharField(blank=True, db_default="", default="", max_length=30),
        ),
        migrations.AddField(
            model_name="notification",
            name="subject",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="notification",
            name="reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
