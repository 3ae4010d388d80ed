"""A full list goes on page by page, forwards and backwards, and ends at a thousand."""

import pytest


@pytest.fixture
def lanterns(alice) -> list[str]:
    """The titles of posts about lanterns, best first."""
    written = [
        *(f"Lantern {number}" for number in range(4)),
        *(f"Intro {number}" for number in range(4)),
        *(f"Body {number}" for number in range(4)),
    ]
    for place, title in enumerate(written):
        kind = title.split()[0].lower()
        fields = {"intro": {"intro": "lantern"}, "body": {"markdown": "lantern"}}.get(kind, {})
        alice.write(title, published_at=f"20{10 + place}-01-01T00:00:00Z", **fields)
    return written


def follow(reader, url, link="next"):
    """The titles of the pages from a URL on."""
    pages = []
    while url:
        answer = reader.get(url)
        pages.append([post["title"] for post in answer["items"]])
        url = answer["meta"][link]
    return pages


class TestPages:
    def test_hold_everything_once_in_the_same_order(self, lanterns, anyone):
        whole = anyone.get("search/", q="lantern", type="posts", limit=100)["items"]
        for limit in (1, 3, 5, 20):
            pages = follow(anyone, f"search/?q=lantern&type=posts&limit={limit}")
            assert [title for page in pages for title in page] == [post["title"] for post in whole]
            assert {title for page in pages for title in page} == set(lanterns)
            assert all(len(page) == limit for page in pages[:-1])

    def test_lead_back(self, lanterns, anyone):
        whole = [post["title"] for post in anyone.get("search/", q="lantern", type="posts")["items"]]
        url = "search/?q=lantern&type=posts&limit=5"
        second = anyone.get(url)["meta"]["next"]
        third = anyone.get(second)["meta"]["next"]
        pages = follow(anyone, third, "previous")
        assert pages == [whole[10:], whole[5:10], whole[:5]]

    def test_stay_as_they_are_when_something_is_published(self, lanterns, alice, anyone):
        answer = anyone.get("search/?q=lantern&type=posts&limit=5")
        before = follow(anyone, answer["meta"]["next"])
        alice.write("Lantern, the newest")
        assert follow(anyone, answer["meta"]["next"]) == before

    def test_end_at_a_thousand(self, lanterns, anyone, monkeypatch):
        monkeypatch.setattr("api.search.MOST", 7)
        pages = follow(anyone, "search/?q=lantern&type=posts&limit=3")
        assert list(map(len, pages)) == [3, 3, 1]

    def test_are_of_blogs_and_users_too(self, register, anyone):
        for number in range(5):
            register(f"reader-{number}")
        for kind, name in (("blogs", "slug"), ("users", "username")):
            url, seen = f"search/?q=reader&type={kind}&limit=2", []
            while url:
                answer = anyone.get(url)
                seen += [item[name] for item in answer["items"]]
                url = answer["meta"]["next"]
            assert sorted(seen) == [f"reader-{number}" for number in range(5)]

    def test_of_another_search_are_not_gone_on_with(self, lanterns, anyone):
        cursor = anyone.get("search/?q=lantern&type=posts&limit=3")["meta"]["next"].partition("cursor=")[2]
        anyone.get(f"search/?q=lanterns&type=posts&limit=3&cursor={cursor}", 400)


class TestManyPosts:
    def test_are_found_whether_they_are_gone_along_or_looked_up(self, lanterns, anyone, monkeypatch):
        """PostgreSQL does the one for common words and the other for rare ones; the same must be found."""
        every = follow(anyone, "search/?q=lantern&type=posts&limit=2")
        for sample, walk in ((1, 1), (1, 5), (4, 3), (4, 100), (256, 2), (256, 100)):
            monkeypatch.setattr("search.on_postgresql.SAMPLE", sample)
            monkeypatch.setattr("search.on_postgresql.LONGEST_WALK", walk)
            monkeypatch.setattr("core.statements._compiled", {})
            assert follow(anyone, "search/?q=lantern&type=posts&limit=2") == every, (sample, walk)
