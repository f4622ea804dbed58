# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes arguments of all types, with all rules that there are."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule, env_fallback


def main() -> None:
    module = AnsibleModule(
        {
            "number": {"type": "int"},
            "share": {"type": "float"},
            "flag": {"type": "bool", "default": False},
            "items": {"type": "list", "elements": "int", "default": []},
            "table": {"type": "dict"},
            "path": {"type": "path"},
            "json": {"type": "json"},
            "size": {"type": "bytes"},
            "raw": {"type": "raw"},
            "choice": {"choices": ["a", "b"]},
            "needed": {"required": True},
            "other": {"aliases": ["another"]},
            "secret": {"no_log": True},
            "from_environment": {"fallback": (env_fallback, ["FALLBACK"])},
            "inner": {"type": "dict", "options": {"x": {"type": "int", "required": True}, "y": {"no_log": True}}},
        },
        mutually_exclusive=[("number", "share")],
        required_together=[("path", "json")],
        required_one_of=[("number", "share", "needed")],
        required_if=[("choice", "b", ["other"])],
        required_by={"size": "raw"},
        supports_check_mode=True,
    )
    module.exit_json(
        changed=True,
        given=module.params,
        check=module.check_mode,
        diff=[{"before": "one\n", "after": "two\n"}] if module._diff else [],
        settings=[
            module._name,
            module._verbosity,
            module.no_log,
            module._debug,
            module._syslog_facility,
        ],
    )


if __name__ == "__main__":
    main()
