# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records each call that a process makes with boto3, as a line of JSON: for the bench's floor to make the same ones."""

import functools
import json
import os

if "BENCH_RECORD" in os.environ:
    from botocore.client import BaseClient

    plain = BaseClient._make_api_call

    @functools.wraps(plain)
    def recording(self, operation_name, api_params):  # type: ignore[no-untyped-def]
        """Record a call, and make it."""
        call = [self.meta.service_model.service_name, operation_name, api_params]
        with open(os.environ["BENCH_RECORD"], "a") as record:
            record.write(json.dumps(call, default=str) + "\n")
        return plain(self, operation_name, api_params)

    BaseClient._make_api_call = recording
