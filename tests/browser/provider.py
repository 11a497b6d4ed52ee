"""A small OpenID Connect provider on this machine: discovery, a login page, tokens, its key.

Knows: authorization code with PKCE and nonce, RS256. What it says of whom, and when that person is
said to have signed in, a test sets. Codes count once.
Does not know: passwords; whoever presses the link on its page is let in.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "auscult", "not-a-real-secret"
KEY = RSAKey.generate_key(2048, parameters={"kid": "test"})


@dataclass
class Provider:
    """`said` are the claims of whoever signs in next; `asked` what the app asked for, in order."""

    said: dict[str, Any] = field(default_factory=dict)
    auth_age_s: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.token(self)

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal of a test."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """By a name that is another site than the app, as a hospital's provider is."""
        return f"http://localhost:{self.server.server_port}"

    def secrets(self, app: str, client_kwargs: str = '{ prompt = "login" }') -> str:
        """The `secrets.toml` of an app that uses this provider."""
        return (
            f'[auth]\nredirect_uri = "{app}/oauth2callback"\n'
            f'cookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
            f"client_kwargs = {client_kwargs}\n"
        )

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        path, query = urlsplit(handler.path).path, urlsplit(handler.path).query
        if path == "/.well-known/openid-configuration":
            _send(handler, self._metadata())
        elif path == "/jwks":
            _send(handler, {"keys": [KEY.as_dict(private=False)]})
        elif path == "/authorize":
            self._page(handler, {name: values[0] for name, values in parse_qs(query).items()})
        else:
            handler.send_error(404)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _page(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        self.asked.append(asked)
        code = secrets.token_hex(16)
        self.codes[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        no = urlencode({"error": "access_denied", "state": asked["state"]})
        page = (
            '<!doctype html><link rel="icon" href="data:,"><h1>Hospital</h1>'
            f'<a id="enter" href="{back}">Enter</a> '
            f'<a id="cancel" href="{asked["redirect_uri"]}?{no}">Cancel</a>'
        )
        _send(handler, page.encode(), "text/html")

    def token(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or _challenge(form["code_verifier"]) != asked["code_challenge"]:
            handler.send_error(400)
            return
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "auth_time": now - self.auth_age_s,
            **self.said,
        }
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, KEY)
        answer = {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        _send(handler, answer)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _send(handler: BaseHTTPRequestHandler, body: Any, kind: str = "application/json") -> None:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(sent)))
    handler.end_headers()
    handler.wfile.write(sent)
