"""Signing in through a real provider in a real browser, and what must not sign anybody in."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from provider import Provider
from serving import Server
from staffing import new_office, press, set_up, sign_in, tab
from steps import block, settled

pytestmark = pytest.mark.browser

SUBJECT, EMAIL = "9f1c-248289761001", "wang.fang@hospital.example"
UNBOUND = "belongs to nobody here"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(said={"sub": SUBJECT, "email": EMAIL, "email_verified": True})
    yield made
    made.stop()


@pytest.fixture
def server(servers: list[Server], tmp_path: Path, provider: Provider) -> Server:
    server = Server(tmp_path / "data")
    file = tmp_path / "secrets.toml"
    file.write_text(provider.secrets(server.url))
    server.env["STREAMLIT_SECRETS_FILES"] = str(file)
    servers.append(server)
    server.start()
    return server


def to_provider(page: Page) -> None:
    block(page, "hospital-sign-in").get_by_role("button").click()
    expect(page.locator("#enter")).to_be_visible()


def back(page: Page, link: str = "#enter") -> None:
    page.locator(link).click()
    settled(page)


def bind(page: Page, account: str) -> None:
    """An administrator gives the only person there is a hospital account."""
    page.locator("[class*='st-key-account-box-']").get_by_role("button").first.click()
    page.get_by_test_id("stPopoverBody").locator("input").fill(account)
    page.get_by_test_id("stPopoverBody").get_by_test_id("stFormSubmitButton").locator(
        "button"
    ).click()
    expect(page.get_by_text("can sign in with the hospital account.")).to_be_visible()
    settled(page)


def identity_cookies(context: BrowserContext) -> list[str]:
    return [c["name"] for c in context.cookies() if c["name"].startswith("_streamlit_user")]


def test_a_bound_account_signs_in_and_its_identity_never_does_again(
    server: Server, provider: Provider, new_browser: Callable[..., BrowserContext]
) -> None:
    office = new_browser("en-GB")
    desk = new_office(office, server)
    tablet = new_browser("en-GB")
    ward = tab(tablet, f"{server.url}/pharmacy")
    to_provider(ward)
    assert provider.asked[-1]["prompt"] == "login" and "nonce" in provider.asked[-1]
    back(ward)
    expect(ward.get_by_text(UNBOUND)).to_contain_text(EMAIL)
    expect(ward.locator(".door")).to_be_visible()

    bind(desk, EMAIL.upper())
    to_provider(ward)
    back(ward)
    expect(ward.locator(".who")).to_have_text("ChiefAdministrator")
    expect(ward).to_have_url(f"{server.url}/pharmacy")
    (cookie,) = [c for c in tablet.cookies() if c["name"] == "auscult_staff"]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert identity_cookies(tablet) == []

    press(ward, "end-shift")
    expect(ward.locator(".door")).to_be_visible()
    tablet.add_cookies([cookie])  # stolen before, used after
    ward.reload()
    settled(ward)
    expect(ward.locator(".door")).to_be_visible()
    ward.go_back()
    settled(ward)
    expect(ward.locator(".door")).to_be_visible()
    ward.goto(f"{server.url}/oauth2callback?{last_answer(provider)}")
    settled(ward)
    expect(ward.get_by_text("was not completed")).to_be_visible()
    expect(ward.locator(".door")).to_be_visible()

    to_provider(ward)
    back(ward)
    expect(ward.locator(".who")).to_have_text("ChiefAdministrator")


def last_answer(provider: Provider) -> str:
    return f"code=used&state={provider.asked[-1]['state']}"


def test_what_must_not_sign_anybody_in(
    server: Server, provider: Provider, new_browser: Callable[..., BrowserContext]
) -> None:
    office = new_browser("en-GB")
    desk = new_office(office, server)
    bind(desk, SUBJECT)
    tablet = new_browser("en-GB")
    ward = tab(tablet, server.url)
    to_provider(ward)
    back(ward, "#cancel")
    expect(ward.get_by_text("was not completed")).to_be_visible()

    provider.auth_age_s = 3600  # a provider that remembers, whatever it was told
    to_provider(ward)
    back(ward)
    expect(ward.get_by_text("some time ago")).to_be_visible()
    assert identity_cookies(tablet) == []
    provider.auth_age_s = 0

    # A well-signed identity of Streamlit, as one from before a change of settings would be.
    tablet.add_cookies([{"name": "_streamlit_user", "value": signed(server), "url": server.url}])
    ward.goto(server.url)
    settled(ward)
    expect(ward.locator(".door")).to_be_visible()
    to_provider(ward)
    assert identity_cookies(tablet) == []  # thrown away on the way
    back(ward)
    expect(ward.locator(".who")).to_have_text("ChiefAdministrator")

    press(ward, "end-shift")
    provider.stop()
    ward.goto(server.url)
    settled(ward)
    block(ward, "hospital-sign-in").get_by_role("button").click()
    expect(ward.get_by_text("cannot be reached now")).to_be_visible()
    sign_in(ward, "Chief · Administrator")
    expect(ward.locator(".who")).to_be_visible()
    assert "All connection attempts failed" in server.log
    server.log_file.write_text("")  # with its traceback, which this test provoked


def signed(server: Server) -> str:
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    text = Path(server.env["STREAMLIT_SECRETS_FILES"]).read_text()
    secret = text.split('cookie_secret = "')[1].split('"')[0]
    claims = {"sub": SUBJECT, "is_logged_in": True, "provider": "default", "origin": server.url}
    return create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()


def test_without_prompt_login_the_door_says_why_there_is_no_such_sign_in(
    servers: list[Server],
    tmp_path: Path,
    provider: Provider,
    new_browser: Callable[..., BrowserContext],
) -> None:
    server = Server(tmp_path / "data")
    file = tmp_path / "secrets.toml"
    file.write_text(provider.secrets(server.url, '{ prompt = "select_account" }'))
    server.env["STREAMLIT_SECRETS_FILES"] = str(file)
    servers.append(server)
    server.start()
    desk = tab(new_browser("en-GB"), f"{server.url}/people")
    set_up(desk, server)
    expect(desk.get_by_text('client_kwargs must hold prompt = "login"')).to_be_visible()
    expect(block(desk, "hospital-sign-in")).to_have_count(0)
    desk.goto(f"{server.url}/auth/login?provider=x")
    settled(desk)
    expect(desk).to_have_url(f"{server.url}/")
    assert provider.asked == []
