"""Contract §11: passwords are hashed with Argon2; the tests themselves use a cheap hash."""

from django.contrib.auth.hashers import check_password, identify_hasher, make_password


class TestPasswords:
    def test_are_hashed_with_argon2(self, settings):
        settings.PASSWORD_HASHERS = settings.SECURE_PASSWORD_HASHERS
        stored = make_password("Corr3ct-horse-battery")
        assert stored.startswith("argon2$argon2id$")
        assert identify_hasher(stored).algorithm == "argon2"
        assert check_password("Corr3ct-horse-battery", stored)
        assert not check_password("Corr3ct-horse-batterz", stored)

    def test_longer_than_other_hashes_take_differ_to_the_end(self, settings):
        settings.PASSWORD_HASHERS = settings.SECURE_PASSWORD_HASHERS
        assert not check_password("x" * 127 + "b", make_password("x" * 127 + "a"))
