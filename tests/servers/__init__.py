"""Throw-away servers for the tests: PostgreSQL and S3 from PyPI wheels, and our own program."""
