import json

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print the public keys that tokens are checked with, in the form of JWT_PUBLIC_KEYS."

    def handle(self, *args, **options):
        self.stdout.write(json.dumps(settings.JWT_KEYS["public"]))
