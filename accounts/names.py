"""User names: their form, and those that nobody may have because a route or a role is called so."""

from __future__ import annotations

import re

from accounts.models import USERNAME_PATTERN

FORM = re.compile(USERNAME_PATTERN)

RESERVED = frozenset(
    """
    about account accounts admin administrator anonymous api app apps assets auth author authors blog blogs bot
    cache cdn comment comments config contact dashboard demo deleted dev django-admin docs document documents
    download downloads edit email error explore exports favicon feed feeds file files follow follower followers
    following guest healthz help home hooks host hostmaster image images inktree index info invite js legal likes
    local localhost login logout mail me media metrics mod moderation moderator moderators my new news nobody
    notifications null oembed official page pages password policy post postmaster posts preview previews privacy
    public readyz register report reports reset reviews robots root rss s schema search security sessions
    settings share shop sign-in sign-out sign-up signin signout signup site sitemap sitemaps staff static
    statistics stats status store style styles superuser support swagger sync sysadmin system tag tags team
    terms test theme themes token tokens trending undefined unsubscribe update upload uploads user username
    users v1 v2 v3 verify version view wagtail web webmaster well-known wiki workflow wp-admin www
    """.split()  # noqa: SIM905 - a column of 150 lines reads worse
)
"""In lower case. The first blog is named after its author, so these are no slugs of blogs either."""


def is_reserved(name: str) -> bool:
    """Whether a name, in whatever case, is kept for the site itself."""
    return name.lower() in RESERVED
