"""The admin, mails and errors of the API speak English and Russian, and leave nothing out."""

from __future__ import annotations

import re
import time

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from accounts.models import User
from api.error_texts import TEMPLATES, translated
from tests.client import Api, is_error
from tests.conftest import PASSWORD
from tests.languages.marked import error_sentences, marked

RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"}
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
PLACES = re.compile(r"%\(\w+\)[sd]|\{\}|<[^>]+>")
SAME = {"API", "JPEG"}
"""Words that are the same in both languages."""


def in_russian(context, singular, plural) -> str:
    if plural:
        return translation.ngettext(singular, plural, 5)
    return translation.pgettext(context, singular) if context else translation.gettext(singular)


class TestCatalogue:
    @pytest.fixture(autouse=True)
    def _russian(self):
        with translation.override("ru"):
            yield

    def test_has_every_marked_string(self):
        missing = {
            message: places
            for (context, message, plural), places in marked().items()
            if message not in SAME and message and not CYRILLIC.search(in_russian(context, message, plural))
        }
        assert missing == {}

    def test_has_every_sentence_of_errors(self):
        sentences = error_sentences()
        missing = {text: places for text, places in sentences.items() if translation.gettext(text) == text}
        assert missing == {}
        assert {text for text in sentences if "{}" in text} <= set(TEMPLATES)

    def test_keeps_what_is_put_in(self):
        for context, message, plural in marked():
            if plural is None:
                russian = in_russian(context, message, plural)
                assert set(PLACES.findall(message)) == set(PLACES.findall(russian)), message
        for text in error_sentences():
            assert text.count("{}") == translation.gettext(text).count("{}"), text

    def test_puts_numbers_and_names_in(self):
        assert translated("At most 50 tags.") == "Меток может быть не больше 50."
        assert translated("Files named .exe are not accepted.") == "Файлы с расширением .exe не принимаются."
        assert translated("Nobody says this.") == "Nobody says this."
        for count, word in ((1, "запись"), (3, "записи"), (11, "записей")):
            assert translation.ngettext("post", "posts", count) == word


class TestErrorsOfTheApi:
    @pytest.mark.parametrize(
        ("call", "status", "detail"),
        [
            (("GET", "posts/999/"), 404, "Не найдено."),
            (("GET", "nowhere/"), 404, "Не найдено."),
            (("GET", "me/"), 401, "Учётные данные не были предоставлены."),
            (("GET", "posts/?limit=0"), 400, "Укажите целое число от 1 до 100."),
            (("POST", "auth/token/"), 400, "Требуется заполнить это поле."),
            (("PUT", "feed/latest/"), 405, 'Метод "PUT" не разрешен.'),
        ],
    )
    def test_are_in_the_language_asked_for(self, anyone, call, status, detail):
        answer = anyone.call(*call, headers=RUSSIAN, **({} if call[0] == "GET" else {"json": {}}))
        assert detail in {error["detail"] for error in is_error(answer, status)["errors"]}
        assert "Accept-Language" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"
        english = anyone.call(*call, **({} if call[0] == "GET" else {"json": {}}))
        assert not CYRILLIC.search(english.content.decode())
        assert [e["code"] for e in english.json()["errors"]] == [e["code"] for e in answer.json()["errors"]]

    @pytest.mark.parametrize("odd", ["", "*", "xx", "ru;q=x", "\x00", "ё", "ru" * 5000, ",".join(["a-b"] * 1000)])
    def test_are_in_english_for_odd_wishes(self, anyone, odd):
        began = time.monotonic()
        answer = anyone.call("GET", "posts/999/", headers={"Accept-Language": odd})
        assert is_error(answer, 404)["errors"][0]["detail"] == "Not found."
        assert time.monotonic() - began < 1

    def test_are_alone_in_it(self, anyone, alice):
        post = alice.write("Of trees")
        for path in ("feed/latest/", f"posts/{post['id']}/", f"pages/{post['id']}/", f"blogs/{alice.blog}/"):
            russian = anyone.call("GET", path, headers=RUSSIAN)
            english = anyone.call("GET", path)
            assert russian.content == english.content
            assert russian.headers["ETag"] == english.headers["ETag"]

    def test_leave_the_language_of_the_next_request_alone(self, anyone):
        anyone.call("GET", "posts/999/", headers=RUSSIAN)
        assert translation.get_language() == "en"


class TestMails:
    def register(self, username: str, **headers) -> Api:
        body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        answer = Api().call("POST", "auth/register/", expect=201, json=body, headers=headers).json()
        return Api(username, PASSWORD, {"access": answer["access"]}, answer["user"])

    def test_are_in_the_language_of_the_registration(self, db):
        self.register("ivan", **RUSSIAN)
        [letter] = mail.outbox
        assert letter.subject == "Подтвердите адрес электронной почты"
        assert letter.body.startswith("Здравствуйте, ivan!")
        assert 'lang="ru"' in letter.alternatives[0][0]
        Api().post("auth/password/reset/", 202, json={"email": "ivan@example.com"})
        assert mail.outbox[-1].subject == "Выберите новый пароль"

    def test_are_in_the_language_of_the_request(self, alice):
        assert mail.outbox[-1].subject == "Confirm your e-mail address"
        body = {"email": "alice@example.com"}
        Api().call("POST", "auth/password/reset/", expect=202, json=body, headers=RUSSIAN)
        assert mail.outbox[-1].subject == "Выберите новый пароль"

    def test_about_posts_are_in_the_reader_s_language(self, alice):
        reader = self.register("ivan", **RUSSIAN)
        User.objects.filter(username="ivan").update(email_confirmed_at="2026-01-01T00:00Z")
        reader.put(f"blogs/{alice.blog}/follow/")
        alice.write("Of trees", markdown="Text")
        from social.deliveries import send_waiting

        send_waiting()
        letter = mail.outbox[-1]
        assert letter.to == ["ivan@example.com"]
        assert "Читать запись: " in letter.body


class TestAdmin:
    def test_is_in_the_language_asked_for(self, alice):
        client = Client(headers=RUSSIAN)
        assert "Вход в Inktree" in client.get("/admin/login/").content.decode()
        client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
        page = client.get("/admin/").content.decode()
        for words in ("Ваши блоги", "Новая запись", "Здравствуйте, "):
            assert words in page, words

    def test_is_in_english_otherwise(self, alice):
        client = Client()
        client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
        assert not CYRILLIC.search(client.get("/admin/").content.decode())
