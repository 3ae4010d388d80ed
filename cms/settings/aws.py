"""Access to AWS, or to what speaks its protocols; used by the storage, the statistics store and the mail."""

from environs import validate

from cms.environment import env

AWS_ACCESS_KEY_ID = env.str("AWS_ACCESS_KEY_ID", "") or None
AWS_SECRET_ACCESS_KEY = env.str("AWS_SECRET_ACCESS_KEY", "") or None
# It becomes a part of host names.
AWS_REGION = env.str("AWS_REGION", "us-east-1", validate=validate.Regexp(r"[a-z0-9-]{1,63}\Z", error="Not a region."))
