class TestWriting:
    def test_smoke(self, alice, anyone, django_assert_max_num_queries):
        post = alice.write("Hello & <world>", markdown="# Top\n\nSome *text*\n\n```rust\nfn main() {}\n```", tags=["Sea", "fog"])
        seen = anyone.get(f"posts/{post['id']}/")
        assert seen["title"] == "Hello & <world>"
        post = alice.patch(f"posts/{post['id']}/", json={"title": "Two"})
        assert post["title"] == "Two"
        draft = alice.write("Draft", status="draft")
        assert draft["status"] == "draft"
        assert alice.post(f"posts/{draft['id']}/publish/", 200)["status"] == "live"
        assert alice.post(f"posts/{draft['id']}/unpublish/", 200)["status"] == "draft"
        print(alice.get(f"posts/{post['id']}/revisions/"))
        alice.delete(f"posts/{draft['id']}/")
