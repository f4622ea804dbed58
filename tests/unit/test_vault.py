# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The administrator's password of a real account lies in Ansible Vault, as the README says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_inventory import ROOT

PASSWORD = "correct horse battery staple"
NAME = "taskmanager_db_admin_password"


def run(command: str, *arguments: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of Ansible; no AWS is in its reach."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    environment |= {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    program = str(Path(sys.executable).with_name(command))
    return subprocess.run(
        [program, *arguments], cwd=ROOT, env=environment, input=text, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the vault's password."""
    path = tmp_path_factory.mktemp("vault") / "password"
    path.write_text("the vault's own password\n")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def inventory(vault: Path) -> list[str]:
    """inventory/aws.yml, with the encrypted password laid over the line that asks for it."""
    made = run("ansible-vault", "encrypt_string", "--vault-password-file", vault, "--stdin-name", NAME, text=PASSWORD)
    assert made.returncode == 0, made.stderr
    overlay = vault.with_name("overlay.yml")
    lines = [f"      {line}" for line in made.stdout.splitlines()]
    overlay.write_text("\n".join(["all:", "  hosts:", "    production:", *lines, "      taskmanager_db_ca: /ca.pem"]))
    assert PASSWORD not in overlay.read_text()
    return ["--inventory", str(ROOT / "inventory/aws.yml"), "--inventory", str(overlay)]


def test_the_password_is_read_with_the_vaults_password(inventory: list[str], vault: Path) -> None:
    ask = ["--module-name", "ansible.builtin.debug", "--args", f"var={NAME}"]
    answer = run("ansible", "production", *inventory, *ask, "--vault-password-file", vault)
    assert f"{NAME}: {PASSWORD}" in answer.stdout, answer.stdout + answer.stderr


@pytest.mark.parametrize("playbook", ["site", "teardown"])
def test_without_the_vaults_password_a_run_stops_before_its_first_task(inventory: list[str], playbook: str) -> None:
    answer = run(
        "ansible-playbook", *inventory, f"playbooks/{playbook}.yml", "--extra-vars", "teardown_confirm=production"
    )
    assert answer.returncode != 0
    assert "Attempting to decrypt but no vault secrets found" in " ".join(answer.stdout.split())
    assert "changed=0" in answer.stdout
    tasks = [line for line in answer.stdout.splitlines() if line.startswith("TASK [")]
    assert [task for task in tasks if "Validating arguments" not in task and "Ask for the name" not in task] == []
