# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads its command line, on which there is nothing."""

from __future__ import annotations

import argparse

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({})
    parser = argparse.ArgumentParser()
    parser.add_argument("--option", default="default")
    module.exit_json(option=parser.parse_args().option, program=parser.prog)


if __name__ == "__main__":
    main()
