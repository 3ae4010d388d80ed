import json

from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

NOT_THERE = {"404", "NoSuchBucket"}


class Command(BaseCommand):
    help = "Make the bucket of S3_BUCKET, unless it is there, and let everybody read the pictures in it."

    def handle(self, *args, **options):
        if not settings.S3_BUCKET:
            raise CommandError("S3_BUCKET is empty: pictures and files are on disk.")
        storage = storages["default"]
        name, client = storage.bucket_name, storage.connection.meta.client
        try:
            client.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_THERE:
                raise CommandError(f"The bucket {name} cannot be looked at: {error}") from error
        else:
            self.stdout.write(f"The bucket {name} is there.")
            return
        client.create_bucket(Bucket=name)
        pictures = f"arn:aws:s3:::{name}/{storage.location.strip('/')}/*"
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": pictures}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        try:
            client.delete_public_access_block(Bucket=name)  # Amazon's new buckets refuse such policies
        except ClientError as error:
            self.stderr.write(f"Public access stays as it is: {error}")  # others know no such thing
        client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        self.stdout.write(f"Made the bucket {name}.")
