from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.backups import whole


class Command(BaseCommand):
    help = "Bring a backup back into an empty database and empty storage, and compare all of it with the backup."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *args, folder: Path, **options):
        try:
            whole.restore(folder, tell=self.stdout.write)
        except whole.Failed as error:
            raise CommandError(str(error)) from error
