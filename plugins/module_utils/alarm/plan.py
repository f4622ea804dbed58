# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a metric alarm is to become, from what is asked for and what is there.

Pure: no Ansible, no AWS.
"""

from __future__ import annotations

from typing import Final

from ansible_collections.taskmanager.aws.plugins.module_utils.alarm.options import ONE_METRIC, UNSET, Settings

# What an option takes the place of in an alarm that has not had it so far.
DISPLACED: Final[dict[str, tuple[str, ...]]] = {
    "metrics": (*ONE_METRIC, "evaluate_low_sample_count_percentile"),
    "metric_name": ("metrics", "threshold_metric_id"),
    "statistic": ("extended_statistic", "evaluate_low_sample_count_percentile"),
    "extended_statistic": ("statistic",),
    "threshold": ("threshold_metric_id",),
    "threshold_metric_id": ("threshold",),
}


def desired(given: Settings, current: Settings | None, purge_tags: bool) -> Settings:
    """Return the settings that the alarm is to have, where None is one that does not exist."""
    wanted = dict(current or UNSET)
    for option in given.keys() & DISPLACED.keys():
        if wanted[option] == UNSET[option]:
            wanted |= {displaced: UNSET[displaced] for displaced in DISPLACED[option]}
    if "metric_name" in given:  # a metric is its namespace, name and dimensions: without these, it is another
        wanted["dimensions"] = UNSET["dimensions"]
    tags = {"tags": _tags(wanted.get("tags", {}), given["tags"], purge_tags)} if "tags" in given else {}
    return wanted | given | tags


def _tags(current: dict[str, str], given: dict[str, str], purge: bool) -> dict[str, str]:
    # tags of AWS's own can't be removed
    kept = {key: value for key, value in current.items() if not purge or key.startswith("aws:")}
    return kept | given
