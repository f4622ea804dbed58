# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has MiniStack 1.5.33 keep an alarm as it was put.

`tests/e2e/test_emulator_fixes.py` shows that upstream still needs it: when that test fails, delete the fix.
"""

from typing import Any

from ministack.services import cloudwatch

Params = dict[str, Any]
DROPPED = (
    "ActionConfiguration",
    "EvaluateLowSampleCountPercentile",
    "EvaluationCriteria",
    "EvaluationInterval",
    "EvaluationWindow",
    "Metrics",
    "ThresholdMetricId",
    "WarmUpConfiguration",
)
MADE_UP = ("ExtendedStatistic", "Period", "Statistic", "Threshold")  # what a request need not have


def alarm_settings() -> None:
    """Keep the settings that upstream drops from an alarm, and leave out those that it makes up."""
    original = cloudwatch._put_metric_alarm

    def put(params: Params, data: Params, is_cbor: bool, is_json: bool = False) -> Any:
        answer = original(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(data.get("AlarmName"))
        if answer[0] == 200 and alarm is not None:  # a query body is read into `params`, and nobody here sends one
            alarm.update({name: data[name] for name in DROPPED if name in data})
            for name in MADE_UP:
                if name not in data:
                    alarm.pop(name, None)
        return answer

    cloudwatch._put_metric_alarm = put
