#!/usr/bin/python3
# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has Ansible write the arguments into its source."""

import json

arguments = """<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"""
print(json.dumps({"changed": False, "names": sorted(name for name in json.loads(arguments) if name[0] != "_")}))
