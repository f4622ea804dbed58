# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions' AWS clients: each made once per process, when it is first needed."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# Seconds; boto3's own limits of a minute would outlast the function.
_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard"})


@cache
def client(service: str) -> Any:
    """Return this process's client of `service`, for example `sns`.

    Raises botocore.exceptions.BotoCoreError when region or service are unknown.
    """
    return boto3.client(service, config=_CONFIG)
