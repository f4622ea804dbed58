# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection that is built and installed elsewhere is whole, and holds nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from stack import ROOT

BIN = Path(sys.executable).parent


def run(*command: str, cwd: Path, collections: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_HOME": str(collections / "home")}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git tracks, as a release is."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    run_git = ["git", "ls-files", "-z"]
    listed = subprocess.run(run_git, cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        origin = ROOT / name
        if name and (origin.is_file() or origin.is_symlink()):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).symlink_to(os.readlink(origin)) if origin.is_symlink() else (source / name).write_bytes(
                origin.read_bytes()
            )
    run("ansible-galaxy", "collection", "build", "--output-path", str(out), cwd=source, collections=out)
    (built,) = out.glob("taskmanager-aws-*.tar.gz")
    return built


def test_it_installs_elsewhere_and_its_site_playbook_is_found(tarball: Path, tmp_path: Path) -> None:
    run(
        "ansible-galaxy", "collection", "install", str(tarball), "-p", str(tmp_path), cwd=tmp_path, collections=tmp_path
    )
    inventory = tmp_path / "ansible_collections/taskmanager/aws/inventory/local.yml"
    for playbook in ("site", "converge", "verify", "teardown"):
        command = ["ansible-playbook", f"taskmanager.aws.{playbook}", "-i", str(inventory), "--syntax-check"]
        assert f"{playbook}.yml" in run(*command, cwd=tmp_path, collections=tmp_path)


def test_it_ships_neither_itself_nor_what_a_checkout_gathers(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
    tops = {name.partition("/")[0] for name in names}
    assert tops.isdisjoint({"collections", ".git", ".venv", ".local", ".cache", "build"})
    assert {"plugins", "roles", "playbooks", "inventory", "files", "LICENSE", "MANIFEST.json"} <= tops
