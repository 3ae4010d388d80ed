from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core.backups import whole


class Command(BaseCommand):
    help = "Write everything (database, pictures, files, secrets made by us) into an empty folder."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *args, folder: Path, **options):
        try:
            whole.make(folder, tell=self.stdout.write)
        except whole.Failed as error:
            raise CommandError(str(error)) from error
