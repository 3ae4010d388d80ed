"""Posts are found by title, intro, body and tag, in Russian and English, the best first."""

import pytest


def found(reader, words, **filters):
    """The titles of the posts that are found, in their order."""
    return [post["title"] for post in reader.get("search/", q=words, type="posts", **filters)["items"]]


class TestWords:
    @pytest.mark.parametrize(
        "fields",
        [
            {"title": "Walking to the lighthouse"},
            {"intro": "A lighthouse is seen from afar."},
            {"markdown": "## Light\n\nWhat a *lighthouse*!"},
            {"markdown": "## The lighthouse"},
            {"markdown": "```python\nlighthouse = 1\n```"},
            {"tags": ["lighthouse"]},
        ],
    )
    def test_are_found_wherever_they_stand(self, alice, anyone, fields):
        alice.write("Another one")
        title = alice.write(**{"title": "This one", **fields})["title"]
        assert found(anyone, "lighthouse") == [title]

    def test_are_found_in_other_forms(self, alice, anyone):
        forms = [
            ("running and jumping", "runs"),
            ("the libraries of Babel", "library"),
            ("programming", "programs"),
            ("старые библиотеки", "библиотека"),
            ("о программировании", "программирование"),
            ("красивыми картинками", "красивая картинка"),
            ("Crème brûlée", "creme BRULEE"),
            ("ЁЛКА и ель", "елка"),
            ("елка", "Ёлка"),
            ("мой чай", "МОЙ ЧАЙ"),
            ("Straße", "strasse"),
            ("naı\u0308ve cafe\u0301", "café"),
            ("Київ", "київ"),
            ("ﬁnance", "finance"),
            ("東京タワー", "東京"),
            ("release 2026", "2026"),
            ("rock'n'roll", "rock n roll"),
            ("state-of-the-art", "state of the art"),
        ]
        alice.write("Nothing of the kind", markdown="Nothing at all")
        for number, (written, _) in enumerate(forms):
            alice.write(f"Number {number}", markdown=written)
        for number, (_, typed) in enumerate(forms):
            assert f"Number {number}" in found(anyone, typed)
            assert "Nothing of the kind" not in found(anyone, typed)

    def test_are_found_by_their_beginning(self, alice, anyone):
        alice.write("Lighthouses", markdown="A harbour of stone. Каменный. Running.")
        for typed in ("li", "lig", "lightho", "lighthouse", "harb", "stone harb", "каме", "runni"):
            assert found(anyone, typed) == ["Lighthouses"], typed

    def test_only_the_last_one_may_be_a_beginning(self, alice, anyone):
        alice.write("This one", markdown="A harbour of stone")
        assert found(anyone, "harb stone") == []

    def test_must_all_be_found(self, alice, anyone):
        alice.write("Tea", markdown="with milk")
        alice.write("Coffee", markdown="with sugar")
        assert found(anyone, "coffee sugar") == ["Coffee"]
        assert found(anyone, "coffee milk") == []

    def test_that_say_nothing_need_not_be_there(self, alice, anyone):
        alice.write("Tea ceremonies")
        assert found(anyone, "what is the tea ceremony") == ["Tea ceremonies"]
        assert found(anyone, "the") == []

    def test_that_are_all_there_is_are_looked_for(self, alice, anyone):
        alice.write("To be or not to be")
        assert found(anyone, "to be") == ["To be or not to be"]

    def test_of_a_draft_of_a_live_post_are_not_found(self, alice, anyone):
        post = alice.write("This one", markdown="before")
        alice.patch(f"posts/{post['id']}/", json={"markdown": "afterwards", "status": "draft"})
        assert found(anyone, "before") == ["This one"]
        assert found(anyone, "afterwards") == []
        assert found(alice, "afterwards") == []


class TestOrder:
    def test_is_the_title_first_then_the_intro_then_the_body(self, alice, anyone):
        alice.write("Lanterns")
        alice.write("About lanterns")
        alice.write("Intro", intro="Of a lantern")
        alice.write("Tag", tags=["lantern"])
        alice.write("Body", markdown="There are lanterns.")
        assert found(anyone, "lanterns") == ["Lanterns", "About lanterns", "Tag", "Intro", "Body"]

    def test_is_the_newest_first_of_equals(self, alice, anyone):
        for year in (2019, 2023, 2021):
            alice.write(f"Of {year}", markdown="a lantern", published_at=f"{year}-05-01T00:00:00Z")
        assert found(anyone, "lantern") == ["Of 2023", "Of 2021", "Of 2019"]

    def test_lets_a_new_text_win_over_a_very_old_title(self, alice, anyone):
        alice.write("An old lantern", published_at="2001-01-01T00:00:00Z")
        alice.write("A new text", markdown="a lantern")
        alice.write("A newer lantern", published_at="2025-06-01T00:00:00Z")
        assert found(anyone, "lantern") == ["A newer lantern", "A new text", "An old lantern"]


class TestHighlight:
    def test_marks_the_words_in_their_passage(self, alice, anyone):
        alice.write(
            "This one", markdown=f"{'Nothing to see here. ' * 30}Two <b> lighthouses & a harbour.{' And so on' * 50}"
        )
        [post] = anyone.get("search/", q="lighthouse harb", type="posts")["items"]
        assert "<mark>lighthouses</mark> &amp; a <mark>harbour</mark>" in post["highlight"]
        assert post["highlight"].startswith("…")
        assert post["highlight"].endswith("…")
        assert len(post["highlight"]) < 400

    def test_marks_the_title_where_the_text_has_nothing(self, alice, anyone):
        alice.write("A <i>lighthouse</i>")
        assert anyone.get("search/", q="lighthouse")["posts"][0]["highlight"] == (
            "A &lt;i&gt;<mark>lighthouse</mark>&lt;/i&gt;"
        )

    def test_is_the_beginning_where_only_a_tag_has_it(self, alice, anyone):
        alice.write("This one", tags=["lighthouse"], intro="Once upon a time.", markdown="There it ends.")
        assert anyone.get("search/", q="lighthouse")["posts"][0]["highlight"] == "Once upon a time. There it ends."


class TestFilters:
    @pytest.fixture(autouse=True)
    def posts(self, alice, bob):
        alice.post("blogs/", json={"title": "Second", "slug": "second"})
        alice.write("First", markdown="a cup", tags=["Green Tea"], published_at="2020-01-01T10:00:00Z")
        alice.write(
            "Second", blog="second", markdown="a cup", tags=["green tea", "black"], published_at="2021-01-01T10:00:00Z"
        )
        bob.write("Third", markdown="a cup", tags=["black"], published_at="2022-01-01T10:00:00Z")

    def test_narrow_the_posts(self, anyone):
        for filters, titles in (
            ({}, ["Third", "Second", "First"]),
            ({"blog": "second"}, ["Second"]),
            ({"blog": "nowhere"}, []),
            ({"author": "ALICE"}, ["Second", "First"]),
            ({"author": "nobody"}, []),
            ({"tag": "GREEN tea"}, ["Second", "First"]),
            ({"tag": "green"}, []),
            ({"tag": "black", "author": "alice"}, ["Second"]),
            ({"published_after": "2020-06-01"}, ["Third", "Second"]),
            ({"published_before": "2021-01-01T10:00:00Z"}, ["First"]),
            ({"published_after": "2020-06-01", "published_before": "2021-06-01"}, ["Second"]),
        ):
            assert found(anyone, "cup", **filters) == titles
            assert [post["title"] for post in anyone.get("search/", q="cup", **filters)["posts"]] == titles

    def test_come_with_the_tags_of_what_was_found(self, anyone):
        tags = anyone.get("search/", q="cup", type="posts")["meta"]["tags"]
        assert [(tag["name"].lower(), tag["count"]) for tag in tags] == [("black", 2), ("green tea", 2)]
        tags = anyone.get("search/", q="cup", type="posts", author="bob")["meta"]["tags"]
        assert tags == [{"name": "black", "count": 1}]


class TestAnswer:
    def test_is_a_post_card_with_its_highlight(self, alice, anyone):
        alice.write("A lighthouse")
        [card] = anyone.get("posts/")["items"]
        [post] = anyone.get("search/", q="lighthouse")["posts"]
        assert post.pop("highlight")
        assert post == card

    def test_says_whether_the_caller_likes_the_post(self, alice, bob):
        post = alice.write("A lighthouse")
        bob.put(f"posts/{post['id']}/like/")
        assert bob.get("search/", q="lighthouse")["posts"][0]["liked"] is True
        assert alice.get("search/", q="lighthouse")["posts"][0]["liked"] is False

    def test_costs_the_same_however_many_are_found(self, alice, anyone, django_assert_max_num_queries):
        for number in range(12):
            alice.write(f"Lighthouse {number}", tags=["lighthouse"])
        anyone.get("search/", q="lighthouse")
        with django_assert_max_num_queries(26):
            assert len(anyone.get("search/", q="lighthouse")["posts"]) == 10
