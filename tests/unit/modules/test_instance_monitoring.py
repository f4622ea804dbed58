# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ec2_instance_monitoring: which instances are changed, which are refused, which are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.instance_monitoring import (
    MissingInstanceError,
    desired,
    states_of,
)
from ansible_collections.taskmanager.aws.plugins.module_utils.instance_monitoring_api import InstanceMonitoringError
from ansible_collections.taskmanager.aws.plugins.modules import ec2_instance_monitoring
from botocore.stub import Stubber


def instance(instance_id: str, monitoring: str = "disabled", state: str = "running") -> dict[str, Any]:
    return {"InstanceId": instance_id, "Monitoring": {"State": monitoring}, "State": {"Name": state}}


@pytest.mark.parametrize(
    ("monitoring", "state"),
    [("enabled", "enabled"), ("disabled", "disabled"), ("pending", "enabled"), ("disabling", "disabled")],
)
def test_a_change_under_way_counts_as_made(monitoring: str, state: str) -> None:
    assert states_of([instance("i-1", monitoring)]) == {"i-1": state}


@pytest.mark.parametrize(("state", "counts"), [("stopped", True), ("shutting-down", False), ("terminated", False)])
def test_a_stopped_instance_exists_and_a_terminated_one_does_not(state: str, counts: bool) -> None:
    assert bool(states_of([instance("i-1", state=state)])) == counts


def test_monitoring_of_what_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(MissingInstanceError, match="instance_ids: 'i-2', '' not found, or terminated; give ids"):
        desired("enabled", ["i-1", "i-2", ""], {"i-1": "disabled"})


def test_what_does_not_exist_needs_no_disabling() -> None:
    assert desired("disabled", ["i-1", "i-2"], {"i-1": "enabled"}) == {"i-1": "disabled"}


@pytest.fixture
def client() -> Any:
    return boto3.client("ec2", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class FakeModule:
    """What `run` uses of AnsibleAWSModule."""

    def __init__(self, client: Any, check_mode: bool = False, **params: Any) -> None:
        self.params = {"instance_ids": ["i-1", "i-2"], "state": "enabled"} | params
        self.check_mode = check_mode
        self._diff = True
        self._client = client

    def client(self, _service: str) -> Any:
        return self._client


def answer_describe(aws: Stubber, *instances: dict[str, Any]) -> None:
    expected = {"Filters": [{"Name": "instance-id", "Values": ["i-1", "i-2"]}]}
    aws.add_response("describe_instances", {"Reservations": [{"Instances": [each]} for each in instances]}, expected)


@pytest.mark.parametrize(
    ("state", "operation"), [("enabled", "monitor_instances"), ("disabled", "unmonitor_instances")]
)
def test_only_the_instance_that_differs_is_changed(client: Any, aws: Stubber, state: str, operation: str) -> None:
    other = "disabled" if state == "enabled" else "enabled"
    answer_describe(aws, instance("i-1", state), instance("i-2", other))
    aws.add_response(operation, {}, {"InstanceIds": ["i-2"]})
    assert ec2_instance_monitoring.run(FakeModule(client, state=state)) == {
        "changed": True,
        "monitoring": {"i-1": state, "i-2": state},
        "diff": {"before": {"i-2": other}, "after": {"i-2": state}},
    }


@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_instances_as_desired_are_left_alone(client: Any, aws: Stubber, state: str) -> None:
    answer_describe(aws, instance("i-1", state), instance("i-2", state))
    assert not ec2_instance_monitoring.run(FakeModule(client, state=state))["changed"]


def test_a_terminated_instance_is_passed_over_when_disabling(client: Any, aws: Stubber) -> None:
    answer_describe(aws, instance("i-1", "enabled", "terminated"))
    assert not ec2_instance_monitoring.run(FakeModule(client, state="disabled"))["changed"]


@pytest.mark.parametrize(("state", "found"), [("enabled", "disabled"), ("disabled", "enabled")])
def test_check_mode_predicts_and_writes_nothing(client: Any, aws: Stubber, state: str, found: str) -> None:
    answer_describe(aws, instance("i-1", found), instance("i-2", found))
    result = ec2_instance_monitoring.run(FakeModule(client, check_mode=True, state=state))
    assert (result["changed"], result["monitoring"]) == (True, {"i-1": state, "i-2": state})


def test_a_refused_call_names_the_instance_and_keeps_the_reason_of_aws(client: Any, aws: Stubber) -> None:
    answer_describe(aws, instance("i-1", "enabled"), instance("i-2"))
    aws.add_client_error("monitor_instances", "UnauthorizedOperation", "ec2:MonitorInstances")
    with pytest.raises(InstanceMonitoringError, match=r"monitoring of \['i-2'\] to enabled.*ec2:MonitorInstances"):
        ec2_instance_monitoring.run(FakeModule(client))
