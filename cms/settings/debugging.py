"""Whether this is a developer's machine."""

from cms.environment import env

DEBUG = env.bool("DEBUG", False)
