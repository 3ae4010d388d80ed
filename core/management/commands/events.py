from django.core.management.base import BaseCommand

from core import outbox


class Command(BaseCommand):
    help = "List the events that were given up (the dead letters), or have them delivered after all."

    def add_arguments(self, parser):
        parser.add_argument("--again", action="store_true", help="deliver them again")

    def handle(self, *args, **options):
        if options["again"]:
            self.stdout.write(f"{outbox.try_again(outbox.given_up())} events will be delivered again")
            return
        for event in outbox.given_up():
            self.stdout.write(f"{event.pk}\t{event.given_up_at:%Y-%m-%d %H:%M}\t{event.kind}\t{event.last_error}")
