"""What `migrate` leaves behind: a working site."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from wagtail.models import Collection, GroupPagePermission, Locale, Page, Site, Task, Workflow

from accounts.models import User
from blogs.models import BlogIndexPage
from home.models import HomePage
from members.founding import found_site
from tests.client import Api
from tests.servers.plugin import ADMIN_PASSWORD


def everything() -> dict:
    return {
        "pages": list(Page.objects.order_by("path").values_list("path", "slug", "url_path", "numchild")),
        "sites": list(Site.objects.values_list("hostname", "port", "root_page__slug", "is_default_site")),
        "groups": sorted(Group.objects.values_list("name", "permissions__codename")),
        "on pages": sorted(
            GroupPagePermission.objects.values_list("group__name", "page__slug", "permission__codename")
        ),
        "workflows": list(
            Workflow.objects.values_list("name", "workflow_tasks__task__name", "workflow_pages__page__slug")
        ),
        "collections": list(Collection.objects.values_list("path", "name")),
        "locales": list(Locale.objects.values_list("language_code", flat=True)),
        "users": list(User.objects.values_list("username", "role", "is_superuser", "is_password_temporary")),
    }


EXPECTED = {
    "pages": [
        ("0001", "root", "/", 1),
        ("00010001", "home", "/home/", 1),
        ("000100010001", "blogs", "/home/blogs/", 0),
    ],
    "sites": [("testserver", 80, "home", True)],
    "groups": [("Authors", "access_admin"), ("Moderators", "access_admin")],
    "on pages": [("Moderators", "blogs", "publish_page")],
    "workflows": [("Review", "Review", "blogs")],
    "collections": [("0001", "Root")],
    "locales": ["en"],
    "users": [("admin", "admin", True, False)],
}


class TestAFoundedSite:
    def test_has_all_it_needs_and_nothing_of_the_stock_one(self, db):
        found = everything()
        for what in ("pages", "sites", "on pages", "workflows", "collections", "locales", "users"):
            assert found[what] == EXPECTED[what], what
        assert set(EXPECTED["groups"]) <= set(found["groups"])
        assert {name for name, _ in found["groups"]} == {"Authors", "Moderators"}
        assert not any(Page.find_problems())

    def test_lets_the_admin_in(self, db, sign_in):
        assert sign_in("admin", ADMIN_PASSWORD).me["role"] == "admin"
        client = Api().client
        client.post("/admin/login/", {"username": "admin", "password": ADMIN_PASSWORD})
        assert client.get("/admin/").status_code == 200

    def test_stays_as_it_is_when_founded_again(self, db):
        before = everything()
        found_site()
        call_command("migrate", verbosity=0, stdout=StringIO())
        assert everything() == before

    def test_follows_the_address(self, db, settings):
        settings.BASE_URL = "https://blog.example"
        found_site()
        assert Site.objects.values_list("hostname", "port").get() == ("blog.example", 443)

    def test_keeps_what_the_operator_changed(self, db):
        extra = Permission.objects.get(codename="add_collection")
        Group.objects.get(name="Authors").permissions.add(extra)
        GroupPagePermission.objects.create(
            group=Group.objects.get(name="Moderators"), page=BlogIndexPage.objects.get(), permission_type="lock"
        )
        User.objects.filter(username="admin").update(username="boss")
        before = everything()
        found_site()
        assert everything() == before


class TestFounding:
    @pytest.fixture
    def flushed(self, db):
        """A database in which `flush` left nothing but what it lets be made anew."""
        call_command("flush", interactive=False, verbosity=0)
        yield
        ContentType.objects.clear_cache()

    def test_on_an_emptied_database_makes_all_of_it(self, flushed):
        found = everything()
        for what in ("pages", "sites", "on pages", "workflows", "collections", "locales", "users"):
            assert found[what] == EXPECTED[what], what
        assert not any(Page.find_problems())
        assert HomePage.objects.get().content_type == ContentType.objects.get_for_model(HomePage)
        Api().post(
            "auth/register/", json={"username": "dora", "email": "d@example.com", "password": "Corr3ct-horse-battery"}
        )

    def test_by_several_at_once_makes_one_of_each(self, transactional_db, at_once):
        User.objects.all().delete()
        Workflow.objects.all().delete()
        Task.objects.all().delete()
        Site.objects.all().delete()
        for page in Page.objects.filter(depth=2):
            page.delete()
        Group.objects.all().delete()
        for model in (Page, Collection):
            model.objects.all()._raw_delete("default")
        assert at_once(*[found_site] * 3) == [None] * 3
        found = everything()
        for what in ("pages", "sites", "on pages", "workflows", "collections", "locales", "users"):
            assert found[what] == EXPECTED[what], what

    def test_without_a_given_password_makes_one_to_be_changed(self, db, settings, tmp_path):
        settings.ADMIN_PASSWORD, settings.ADMIN_EMAIL = "", ""
        settings.ADMIN_PASSWORD_FILE = tmp_path / "secrets" / "admin-password"
        User.objects.all().delete()
        found_site()
        user = User.objects.get()
        assert user.is_password_temporary
        password = settings.ADMIN_PASSWORD_FILE.read_text()
        assert user.check_password(password)
        assert settings.ADMIN_PASSWORD_FILE.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in settings.ADMIN_PASSWORD_FILE.parent.iterdir()] == ["admin-password"]
        User.objects.exclude(pk=user.pk).delete()
        found_site()
        assert settings.ADMIN_PASSWORD_FILE.read_text() == password

    def test_takes_nobodys_name_for_the_admin(self, db, settings, alice):
        User.objects.filter(role="admin").delete()
        settings.ADMIN_USERNAME = "ALICE"
        found_site()
        assert User.objects.get().role == "user"

    @pytest.mark.parametrize("app", ["accounts", "blogs"])
    def test_waits_until_all_apps_are_migrated(self, db, app, monkeypatch):
        from django.apps import apps

        from members import founding

        called = []
        monkeypatch.setattr(founding, "found_site", lambda: called.append(True))
        founding.on_post_migrate(apps.get_app_config(app), "default", plan=[])
        assert called == []
        monkeypatch.setattr(founding, "_is_fully_migrated", lambda using: False)
        founding.on_post_migrate(founding._last_app(), "default", plan=[])
        assert called == []
