import signal
from threading import Event

from django.core.management.base import BaseCommand

from core import ticker


class Command(BaseCommand):
    help = "Run the periodic jobs of all rooms until stopped."

    def add_arguments(self, parser):
        parser.add_argument("--list", action="store_true", help="only list the jobs and how often they run")

    def handle(self, *args, **options):
        jobs = ticker.discover()
        if options["list"]:
            for job in sorted(jobs.values(), key=lambda job: job.name):
                self.stdout.write(f"{job.seconds:>7} s  {job.name}")
            return
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        ticker.tick(stop=stop)
