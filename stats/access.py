"""Who may see the figures of which blog: the rule of the CMS, by what its events told."""

from __future__ import annotations

from datetime import UTC, datetime

from stats.facts import (
    State,
    blog_block_key,
    blog_key,
    slug_key,
    user_block_key,
    user_key,
    user_role_key,
)
from stats.refusals import bad_token, not_allowed, not_found
from stats.store.base import Store
from stats.tokens import Caller


class Moved(Exception):
    """The blog has another slug now."""

    def __init__(self, slug: str):
        super().__init__(slug)
        self.slug = slug


def find_blog(store: Store, caller: Caller, slug: str) -> int:
    """The id of the blog of that slug, if the caller may see its figures.

    Raises a `Refusal`: 401 for who is blocked or gone, 404 where there is no such blog for him, 403 for another's;
    `Moved` where the blog has another slug now; `StoreDown`.
    """
    user, slug = caller.user, slug[:255]
    keys = [user_key(user), user_block_key(user), user_role_key(user), slug_key(slug)]
    states = store.states(keys)
    if user_key(user) in states or _is_blocked(states.get(user_block_key(user))):
        raise bad_token()
    named = states.get(slug_key(slug))
    if named is None:
        raise not_found()
    role = states[user_role_key(user)].fields["role"] if user_role_key(user) in states else caller.role
    blog = named.fields["blog"]
    states = store.states([blog_key(blog), blog_block_key(blog)])
    known = states.get(blog_key(blog))
    if known is None or known.is_gone:
        raise not_found()
    owner = known.fields["owner"]
    if user != owner and not _exists_for(store, role, known, states.get(blog_block_key(blog))):
        raise not_found()
    if known.fields["slug"] != slug:
        raise Moved(known.fields["slug"])
    if user != owner and role != "admin":
        raise not_allowed()
    return blog


def _exists_for(store: Store, role: str, blog: State, block: State | None) -> bool:
    if not blog.fields["live"]:
        return False
    if role in ("moderator", "admin"):
        return True
    owner = blog.fields["owner"]
    of_owner = store.states([user_key(owner), user_block_key(owner)]) if owner else {}
    is_owner_gone = owner is not None and user_key(owner) in of_owner
    is_hidden = _is_blocked(block) or (owner is not None and _is_blocked(of_owner.get(user_block_key(owner))))
    return not (is_hidden or is_owner_gone)


def _is_blocked(block: State | None) -> bool:
    if block is None or not block.fields["on"]:
        return False
    until = block.fields.get("until")
    return until is None or datetime.fromisoformat(until) > datetime.now(UTC)
