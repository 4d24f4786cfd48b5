"""Log-in by OpenID Connect, with a provider that runs as a process of its own."""

import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import patient_context
from tests.support.patience import PATIENCE, wait_until
from tests.support.server import ROOT, Server

pytestmark = pytest.mark.browser

TEACHER = "ana@school.example"
PEOPLE = {
    "teacher": {"email": TEACHER, "email_verified": True, "name": "Ana"},
    "student": {"email": "ben@school.example", "email_verified": True, "name": "Ben <b>B</b>"},
    "pretender": {"email": TEACHER, "email_verified": False, "name": "Cleo"},
}
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "only for this test, so it may be read here"
client_id = "autoencoder-lab"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[classroom]
teachers = ["Ana@School.example"]
login_required = true
"""


class Provider:
    """The process of the provider."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.support.oidc_provider", str(self.port)],
            cwd=ROOT,
            env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        )
        wait_until(self._answers, "the provider")
        for subject, claims in PEOPLE.items():
            self.put(f"/users/{subject}", json.dumps(claims))

    def put(self, path: str, body: str) -> None:
        request = urllib.request.Request(
            self.url + path, body.encode(), {"content-type": "application/json"}, method="PUT"
        )
        urllib.request.urlopen(request, timeout=PATIENCE).close()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the provider did not start"
        try:
            urllib.request.urlopen(self.url, timeout=PATIENCE).close()
        except OSError:
            return False
        return True


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def school(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with log-in, where one address teaches and students must log in."""
    folder = tmp_path_factory.mktemp("school")
    secrets = folder / "secrets.toml"
    secrets.write_text(SECRETS.format(provider=provider.url), encoding="utf-8")
    found = Server(folder / "home", arguments=[f"--secrets.files={secrets}"])
    yield found
    found.stop()


def _person(browser: Browser, school: Server, query: str = "") -> Page:
    page = patient_context(browser).new_page()
    page.goto(f"{school.url}/classroom{query}")
    return page


def _log_in(page: Page, subject: str) -> Page:
    page.get_by_role("button", name=re.compile("^.*(Log in|Iniciar sesión|Fazer login)$")).first.click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()
    return page


def test_a_teacher_by_address_makes_a_class_and_has_it_on_every_browser(school: Server, browser: Browser) -> None:
    page = _person(browser, school)
    expect(page.get_by_text("Teachers of this server log in")).to_be_visible()
    expect(page.get_by_text("Students of this server log in before they join.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Code of the class")).to_have_count(0)
    _log_in(page, "teacher")
    expect(page.get_by_text(f"You are logged in as {TEACHER}.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/classroom$"))
    page.get_by_role("textbox", name="Name of the class").fill("Class 5b")
    page.get_by_role("button", name="Make a class").click()
    code = page.locator(".st-key-class-projector").get_by_role("heading").inner_text().strip()

    elsewhere = _log_in(_person(browser, school), "teacher")
    expect(elsewhere.get_by_role("heading", name=code)).to_be_visible()

    link = page.get_by_text(re.compile("key=")).first.inner_text()
    student = _log_in(_person(browser, school, f"?class={code}&lang=es"), "student")
    expect(student.get_by_text("ben@school.example").first).to_be_visible()
    expect(student).to_have_url(re.compile(f"class={code}"))  # what the QR code said is not lost on the way
    expect(student.get_by_role("textbox", name="Código de la clase")).to_have_value(code)
    expect(student.get_by_role("textbox", name="Tu nombre o un apodo")).to_have_value("Ben <b>B</b>")
    student.get_by_role("button", name="Entrar", exact=True).click()
    expect(student.get_by_text("Ben <b>B</b>").first).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Students")).to_contain_text("1")

    student.goto(link + "&lang=en")  # not even with the key
    expect(student.get_by_text("is not a teacher's address on this server").first).to_be_visible()
    expect(student.get_by_role("heading", name=code)).to_have_count(0)

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_text("Teachers of this server log in")).to_be_visible()
    expect(page.get_by_text("You are not logged in")).to_have_count(0)


# what Authlib says in the server's log of each lie that it refuses; our own check refuses the others
REFUSED = {"expired": "expired", "wrong key": "signature", "wrong audience": "azp"}
REFUSED_BY_US = {
    "wrong audience, our name beside it": "Seu login foi feito para outro servidor",
    "yesterday's": "Seu login expirou",
}


@pytest.mark.parametrize("lie", [*REFUSED, *REFUSED_BY_US])
def test_a_false_id_token_is_refused_with_a_sentence(
    school: Server, provider: Provider, browser: Browser, lie: str
) -> None:
    logged = len(school.log.read_text())
    page = _person(browser, school, "?lang=pt-BR")
    provider.put("/lie", lie)
    try:
        _log_in(page, "teacher")
        expect(page.get_by_text(REFUSED_BY_US.get(lie, "Você não está logado")).first).to_be_visible()
    finally:
        provider.put("/lie", "")
    assert REFUSED.get(lie, "") in school.log.read_text()[logged:].lower(), "refused, but for another reason"
    page.goto(f"{school.url}/classroom?lang=en")  # nothing of it is left
    expect(page.get_by_text("Teachers of this server log in")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name of the class")).to_have_count(0)


def test_an_address_that_nobody_has_confirmed_gives_no_role(school: Server, browser: Browser) -> None:
    page = _log_in(_person(browser, school), "pretender")
    expect(page.get_by_text("Your log-in has no confirmed e-mail address")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name of the class")).to_have_count(0)


def test_a_forged_cookie_is_nobody(school: Server, browser: Browser) -> None:
    page = _person(browser, school)
    claims = json.dumps(
        {"iss": "x", "sub": "teacher", "aud": "autoencoder-lab", "email": TEACHER, "is_logged_in": True}
    )
    page.context.add_cookies([{"name": "_streamlit_user", "value": claims.replace('"', "%22"), "url": school.url}])
    page.reload()
    expect(page.get_by_text("Teachers of this server log in")).to_be_visible()
    expect(page.get_by_text("You are logged in")).to_have_count(0)


def test_who_says_no_and_a_provider_that_is_down_are_a_sentence(
    school: Server, provider: Provider, browser: Browser
) -> None:
    page = _person(browser, school)
    page.get_by_role("button", name="Log in").first.click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("You are not logged in. What the log-in service answered").first).to_be_visible()
    provider.stop()
    try:
        page.get_by_role("button", name="Log in").first.click()
        expect(page.get_by_text("the log-in service does not answer").first).to_be_visible()
    finally:
        provider.start()
