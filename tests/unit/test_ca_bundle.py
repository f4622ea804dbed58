# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup ca_bundle: a path stays one, an address is downloaded once, what has no certificates is refused."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible_collections.taskmanager.aws.plugins.lookup.ca_bundle import LookupModule
from database_server import free_port, make_certificate


@dataclass
class Site:
    """A web site of certificates: its address, what it has by path, where it redirects, and what it was asked for."""

    url: str
    pages: dict[str, bytes]
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, its own authority; the key is beside it."""
    folder = tmp_path_factory.mktemp("ca")
    make_certificate(folder / "ca.pem", folder / "key.pem")
    return folder / "ca.pem"


@pytest.fixture
def site(certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    """An HTTPS server whose certificate this machine trusts, and a run of ansible-playbook with a folder of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            running.asked.append(self.path)
            page = running.pages.get(self.path)
            if target := running.redirects.get(self.path):
                self.send_response(302)
                self.send_header("Location", target)
            else:
                self.send_response(200 if page else 404)
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name in the standard library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_name("key.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running = Site(f"https://localhost:{server.server_port}", {"/bundle.pem": certificate.read_bytes()})
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
        yield running
        server.shutdown()


def look_up(*terms: str) -> list[str]:
    return LookupModule().run(list(terms))


def test_a_path_stays_as_it_is(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(certificate.parent))
    assert look_up(str(certificate), "~/ca.pem") == [str(certificate)] * 2


def test_an_address_is_downloaded_once_in_a_run(site: Site, certificate: Path) -> None:
    first, second = look_up(f"{site.url}/bundle.pem"), look_up(f"{site.url}/bundle.pem")
    assert first == second
    assert Path(first[0]).read_bytes() == certificate.read_bytes()
    assert site.asked == ["/bundle.pem"]


def test_an_address_without_tls_is_refused(site: Site) -> None:
    with pytest.raises(AnsibleLookupError, match=r"CA bundle http://localhost/x: .* starts with https://"):
        look_up("http://localhost/x")
    assert site.asked == []


@pytest.mark.parametrize("through", ["/clear", "/to-clear"])
def test_a_redirect_out_of_tls_is_refused(site: Site, through: str) -> None:
    asked_in_clear: list[str] = []

    class InClear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked_in_clear.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"{site.url}/bundle.pem")  # and back, so that the last address has TLS
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name in the standard library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), InClear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        clear = f"http://localhost:{server.server_port}/bundle.pem"
        site.redirects.update({"/clear": clear, "/to-clear": "/clear"})
        with pytest.raises(
            AnsibleLookupError, match=f"{through}: it can't be downloaded: .*redirects to {clear}, which"
        ):
            look_up(f"{site.url}{through}")
        server.shutdown()
    assert asked_in_clear == []


def test_a_redirect_within_tls_is_followed(site: Site, certificate: Path) -> None:
    site.redirects["/latest"] = "/bundle.pem"
    assert Path(look_up(f"{site.url}/latest")[0]).read_bytes() == certificate.read_bytes()


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        (5, "CA bundle 5: it must be a path, or an address .*, not int"),
        (None, "CA bundle None: it must be a path, .*, not NoneType"),
        (True, "CA bundle True: .*, not bool"),
        (["a.pem"], r"CA bundle \['a.pem'\]: .*, not list"),
        ({"path": "a.pem"}, "CA bundle .*, not dict"),
        (b"a.pem", "CA bundle b'a.pem': .*, not bytes"),
        ("", "CA bundle '': .*, not blank"),
        (" ", "CA bundle ' ': .*, not blank"),
        ("~nobody-has-this-name/a.pem", "CA bundle ~nobody-has-this-name/a.pem: .*home"),
        ("a\0.pem", "CA bundle a\0.pem: .*null byte"),
        ("https://", "CA bundle https://: it can't be downloaded: .*no host given"),
        ("https://a..b/c", "CA bundle https://a..b/c: it can't be downloaded"),
        ("https://localhost:port/c", "CA bundle https://localhost:port/c: it can't be downloaded: .*port"),
    ],
)
@pytest.mark.usefixtures("site")
def test_what_is_no_path_and_no_address_is_refused(term: Any, reason: str) -> None:
    with pytest.raises(AnsibleLookupError, match=reason):
        look_up(term)


def test_a_page_that_is_not_there_is_told(site: Site) -> None:
    with pytest.raises(AnsibleLookupError, match=r"CA bundle https://.*/none: it can't be downloaded: .*404"):
        look_up(f"{site.url}/none")


@pytest.mark.usefixtures("site")
def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(AnsibleLookupError, match=r"it can't be downloaded: .*refused.*give its path"):
        look_up(f"https://localhost:{free_port()}/bundle.pem")


def test_a_server_that_nobody_knows_is_not_believed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(AnsibleLookupError, match=r"it can't be downloaded: .*certificate"):
        look_up(f"{site.url}/bundle.pem")


@pytest.mark.parametrize(
    "content", [b"<html>Log in to the network</html>", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_refused(site: Site, content: bytes, tmp_path: Path) -> None:
    site.pages["/page"] = content
    (tmp_path / "page.pem").write_bytes(content)
    for given in (f"{site.url}/page", str(tmp_path / "page.pem")):
        with pytest.raises(AnsibleLookupError, match=f"CA bundle {given}: it has no certificates in PEM form"):
            look_up(given)
    with pytest.raises(AnsibleLookupError, match="no certificates"):
        look_up(f"{site.url}/page")  # nothing was kept


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AnsibleLookupError, match=r"none.pem: it can't be read: No such file or directory"):
        look_up(str(tmp_path / "none.pem"))
