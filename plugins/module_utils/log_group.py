# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CloudWatch log group is, and what it is to become.

Pure: no Ansible, no AWS. A log group is the dictionary of CloudWatch's API (LogGroup).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

FOR_EVER: Final = 0
NO_KEY: Final = ""
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTIONS: Final = [
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
]
KMS_KEY_ARN: Final = re.compile(r"arn:[^:]+:kms:[^:]+:\d{12}:key/.+")


class InvalidLogGroupError(ValueError):
    """A log group that CloudWatch cannot make."""


@dataclass(frozen=True)
class Settings:
    """Everything that is converged on a log group; a new one has these values."""

    retention: int = FOR_EVER
    kms_key_id: str = NO_KEY
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What was asked for; None leaves a setting as it is."""

    retention: int | None
    kms_key_id: str | None
    tags: dict[str, str] | None
    purge_tags: bool


def check(given: Given) -> None:
    """Refuse a key that CloudWatch would not report back as it was given.

    :raises InvalidLogGroupError: the key is not named by its ARN.
    """
    if given.kms_key_id and not KMS_KEY_ARN.fullmatch(given.kms_key_id):
        raise InvalidLogGroupError(
            f"kms_key_id: {given.kms_key_id!r}, must be the ARN of a KMS key, such as "
            "arn:aws:kms:eu-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab, "
            "or empty for none: CloudWatch takes neither an alias nor a bare key id"
        )


def settings_of(group: Mapping[str, Any], tags: Mapping[str, str]) -> Settings:
    """Read the settings of a log group; CloudWatch leaves out those that were never set."""
    return Settings(group.get("retentionInDays", FOR_EVER), group.get("kmsKeyId", NO_KEY), dict(tags))


def desired(given: Given, current: Settings | None) -> Settings:
    """Return the settings that the log group is to have, where None is one that does not exist."""
    base = current or Settings()
    return Settings(
        retention=base.retention if given.retention is None else given.retention,
        kms_key_id=base.kms_key_id if given.kms_key_id is None else given.kms_key_id,
        tags=base.tags if given.tags is None else _tags(base.tags, given.tags, given.purge_tags),
    )


def _tags(current: dict[str, str], given: dict[str, str], purge: bool) -> dict[str, str]:
    # tags of AWS's own can't be removed
    kept = {key: value for key, value in current.items() if not purge or key.startswith("aws:")}
    return kept | given
