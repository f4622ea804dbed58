# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Returns facts, warnings and odd values."""

from __future__ import annotations

import datetime
import decimal
import ipaddress

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"unserializable": {"type": "bool", "default": False}})
    result = {
        "ansible_facts": {"equal_fact": {"nested": [1, 2.5, None, True, "é"]}},
        "moment": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
        "day": datetime.date(2020, 1, 2),
        "a_set": {1},
        "a_tuple": (1, 2),
        "bytes_of_text": b"\xc3\xa9\xff",
        "infinite": float("inf"),
    }
    if module.params["unserializable"]:
        result |= {"address": ipaddress.ip_address("127.0.0.1"), "number": decimal.Decimal("1.5")}
    module.exit_json(**result)


if __name__ == "__main__":
    main()
