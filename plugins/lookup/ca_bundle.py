# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The path of a file with certificates of authorities, which may be given as a URL."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ca_bundle
version_added: 0.1.0
short_description: The path of a CA bundle that is given as a path or a URL
author: taskmanager.aws contributors
description:
  - Takes the path or the HTTPS address of certificates in PEM form, such as RDS's
    U(https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem), and returns the path of a file on the
    controller.
  - What is given as an address is downloaded once per run of C(ansible-playbook), to its temporary folder, which is
    removed at the end. So a download is never a change, and check mode has the certificates too.
  - A redirect is followed to another HTTPS address alone, since certificates that come in clear can be anybody's.
  - What has no certificate in PEM form is refused.
options:
  _terms:
    description: Paths and addresses.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Log in to a database on RDS
  ansible.mysql.mysql_info:
    login_host: orders.abcdefghijkl.eu-west-1.rds.amazonaws.com
    ca_cert: "{{ lookup('taskmanager.aws.ca_bundle', bundle) }}"
  vars:
    bundle: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
"""

RETURN = r"""
_raw:
  description: The paths.
  type: list
  elements: path
"""

import fcntl
import hashlib
import os
import ssl
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

TIMEOUT_SECONDS = 30


class LookupModule(LookupBase):
    """Returns the path of each bundle."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Download what is an address, and check each file.

        :raises AnsibleLookupError: a bundle can't be had, or is none.
        """
        self.set_options(var_options=variables, direct=kwargs)
        for term in terms:
            if not isinstance(term, str) or not term.strip():
                raise AnsibleLookupError(
                    f"CA bundle {term!r}: it must be a path, or an address that starts with https://, "
                    f"not {'blank' if isinstance(term, str) else type(term).__name__}"
                )
        return [str(downloaded(term) if "://" in term else checked(home_expanded(term), term)) for term in terms]


class RedirectsWithinTls(HTTPRedirectHandler):
    """Follows a redirect to an address with TLS, and to no other."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme != "https":
            raise URLError(f"it redirects to {newurl}, which is not an https:// address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def home_expanded(path: str) -> Path:
    """The path, with a leading `~` or `~user` replaced by the home folder.

    :raises AnsibleLookupError: nobody knows that home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise AnsibleLookupError(f"CA bundle {path}: {error}") from error


def downloaded(url: str) -> Path:
    """The file of what is at an address; it is fetched by whoever in this run asks first.

    :raises AnsibleLookupError: it can't be fetched, or has no certificates.
    """
    if not url.startswith("https://"):
        raise AnsibleLookupError(f"CA bundle {url}: give a path, or an address that starts with https://")
    # this folder is 0700, of this run of ansible-playbook alone, and removed with it
    path = Path(constants.DEFAULT_LOCAL_TMP) / f"ca-{hashlib.sha256(url.encode()).hexdigest()[:16]}.pem"
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tasks of several hosts run in parallel
        if not path.exists():
            draft = path.with_suffix(".new")
            try:
                with build_opener(RedirectsWithinTls).open(url, timeout=TIMEOUT_SECONDS) as answer:
                    draft.write_bytes(answer.read())
            except Exception as error:  # what urllib, http.client, ssl, sockets and the file system raise
                raise AnsibleLookupError(
                    f"CA bundle {url}: it can't be downloaded: {error}. Is the address right, and may this machine go "
                    "there? Or download it by hand, and give its path"
                ) from error
            os.replace(checked(draft, url), path)
    return path


def checked(path: Path, given: str) -> Path:
    """The path, when it has certificates in PEM form.

    :param given: what the user gave, for the message.
    :raises AnsibleLookupError: it has none, or can't be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=path.read_text(encoding="utf-8"))
    except (ssl.SSLError, UnicodeDecodeError, ValueError) as error:
        raise AnsibleLookupError(f"CA bundle {given}: it has no certificates in PEM form: {error}") from error
    except OSError as error:
        raise AnsibleLookupError(f"CA bundle {given}: it can't be read: {error.strerror}") from error
    return path
