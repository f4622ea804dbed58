# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor of the bench: the calls that the tasks make, in one process with one client for each service."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys

import boto3
from botocore.exceptions import ClientError


def main(record: str) -> None:
    """Make the calls of a record (recorder/sitecustomize.py)."""
    session = boto3.session.Session(region_name=os.environ["AWS_REGION"])
    client = functools.cache(functools.partial(session.client, endpoint_url=os.environ["AWS_ENDPOINT_URL"]))
    with open(record) as calls:
        for line in calls:
            service, operation, parameters = json.loads(line)
            with contextlib.suppress(ClientError):  # some ask for what is not there
                client(service)._make_api_call(operation, parameters)


if __name__ == "__main__":
    main(sys.argv[1])
