# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of an event source mapping: what is compared and refused, and whose mapping it is."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from ansible_collections.taskmanager.aws.plugins.module_utils.event_source import (
    InvalidEventSourceError,
    Settings,
    VisibilityTimeoutError,
    canonical,
    check,
    mapping_to,
    plan,
    request_of,
    settings_of,
    visibility_warning,
)

QUEUE = "arn:aws:sqs:eu-north-1:123456789012:orders"
FIFO_QUEUE = f"{QUEUE}.fifo"
FUNCTION = "arn:aws:lambda:eu-north-1:123456789012:function:take_order"
PAID = {"body": {"status": ["paid"], "total": [{"numeric": [">", 9]}]}}
EXPRESS = {"body": {"delivery": [{"prefix": "express"}]}}
DEFAULTS = Settings(
    batch_size=10,
    maximum_batching_window=0,
    maximum_concurrency=None,
    report_batch_item_failures=True,
    filter_criteria=(),
    enabled=True,
)
ALL_GIVEN = Settings(100, 5, 7, False, canonical([PAID, EXPRESS]), False)


def mapping(state: str = "Enabled", function_arn: str = FUNCTION, **fields: Any) -> dict[str, Any]:
    return {"FunctionArn": function_arn, "State": state, "BatchSize": 10} | fields


def filters(*patterns: Any) -> dict[str, Any]:
    return {"Filters": [{"Pattern": json.dumps(pattern, indent=1)} for pattern in patterns]}


REPORTS: dict[str, Any] = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
Drift = tuple[dict[str, Any], dict[str, Any]]  # fields of the mapping, settings that differ
# What somebody set by hand, on a mapping as by default.
SET: list[Drift] = [
    ({"BatchSize": 7}, {"batch_size": 7}),
    ({"MaximumBatchingWindowInSeconds": 5}, {"maximum_batching_window": 5}),
    ({"ScalingConfig": {"MaximumConcurrency": 2}}, {"maximum_concurrency": 2}),
    ({"FunctionResponseTypes": []}, {"report_batch_item_failures": False}),
    ({"FilterCriteria": filters(PAID)}, {"filter_criteria": canonical([PAID])}),
    ({"state": "Disabled"}, {"enabled": False}),
]
# What somebody changed or took away, on a mapping where each setting is given.
GIVEN: dict[str, Any] = {
    "state": "Disabled",
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 5,
    "ScalingConfig": {"MaximumConcurrency": 7},
    "FunctionResponseTypes": [],
    "FilterCriteria": filters(PAID, EXPRESS),
}
TAKEN: list[Drift] = [
    ({"BatchSize": 10}, {"batch_size": 10}),
    ({"MaximumBatchingWindowInSeconds": 0}, {"maximum_batching_window": 0}),
    ({"ScalingConfig": {}}, {"maximum_concurrency": None}),
    (REPORTS, {"report_batch_item_failures": True}),
    ({"FilterCriteria": {}}, {"filter_criteria": ()}),
    ({"FilterCriteria": filters(PAID)}, {"filter_criteria": canonical([PAID])}),
    ({"state": "Enabled"}, {"enabled": True}),
]


@pytest.mark.parametrize(("drift", "shown"), SET, ids=[str(shown) for _, shown in SET])
def test_a_setting_that_drifted_from_its_default_is_the_whole_plan(
    drift: dict[str, Any], shown: dict[str, Any]
) -> None:
    change = plan(settings_of(mapping(**(REPORTS | drift))), DEFAULTS)
    assert (change.changed, change.before) == (True, shown)
    assert change.after == {key: asdict(DEFAULTS)[key] for key in shown}


@pytest.mark.parametrize(("drift", "shown"), TAKEN, ids=[str(shown) for _, shown in TAKEN])
def test_a_setting_that_drifted_from_what_is_given_is_the_whole_plan(
    drift: dict[str, Any], shown: dict[str, Any]
) -> None:
    change = plan(settings_of(mapping(**(GIVEN | drift))), ALL_GIVEN)
    assert (change.changed, change.before) == (True, shown)
    assert change.after == {key: asdict(ALL_GIVEN)[key] for key in shown}


@pytest.mark.parametrize(
    ("found", "wanted"), [(mapping(**REPORTS), DEFAULTS), (mapping(**GIVEN), ALL_GIVEN)], ids=["defaults", "all given"]
)
def test_a_mapping_as_desired_needs_no_change(found: dict[str, Any], wanted: Settings) -> None:
    change = plan(settings_of(found), wanted)
    assert (change.changed, change.before, change.after) == (False, {}, {})


def test_every_setting_has_its_drift() -> None:
    settings = set(asdict(DEFAULTS))
    for table in (SET, TAKEN):
        assert {name for _, shown in table for name in shown} == settings


def test_patterns_are_compared_by_what_they_mean() -> None:
    one, other = (
        '{"body":{"delivery":[{"prefix":"express"}]}}',
        '{"body":{"status":["paid"],"total":[{"numeric":[">",9]}]}}',
    )
    swapped = {"body": dict(reversed(PAID["body"].items()))}
    for patterns in ([PAID, EXPRESS], [EXPRESS, swapped], [EXPRESS, PAID, EXPRESS]):
        assert settings_of(mapping(FilterCriteria=filters(*patterns))).filter_criteria == (one, other)


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"status": ["Paid"], "total": [{"numeric": [">", 9]}]}},
        {"body": {"status": ["paid"], "total": [{"numeric": [">", True]}]}},
        {"body": {"status": ["paid"]}},
    ],
)
def test_patterns_that_mean_something_else_differ(other: dict[str, Any]) -> None:
    assert canonical([other]) != canonical([PAID])


def test_the_plan_of_a_creation_shows_all_settings() -> None:
    change = plan(None, DEFAULTS)
    assert (change.changed, change.before, change.after) == (True, {}, asdict(DEFAULTS))


def test_the_plan_of_a_removal_shows_all_settings() -> None:
    change = plan(DEFAULTS, None)
    assert (change.changed, change.before, change.after) == (True, asdict(DEFAULTS), {})


def test_removing_what_does_not_exist_is_no_change() -> None:
    assert not plan(None, None).changed


def test_fields_that_lambda_leaves_out_are_off() -> None:
    assert settings_of(mapping()) == replace(DEFAULTS, report_batch_item_failures=False)


def test_settings_are_written_as_the_fields_of_the_api() -> None:
    assert request_of(ALL_GIVEN) == {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 5,
        "ScalingConfig": {"MaximumConcurrency": 7},
        "FunctionResponseTypes": [],
        "FilterCriteria": {"Filters": [{"Pattern": pattern} for pattern in canonical([PAID, EXPRESS])]},
        "Enabled": False,
    }


def test_what_is_off_is_written_so_that_an_update_clears_it() -> None:
    assert request_of(DEFAULTS) == {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "ScalingConfig": {},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {},
        "Enabled": True,
    }


LONGEST = {"body": {"a": ["x" * 4077]}}


@pytest.mark.parametrize(
    ("queue", "settings"),
    [
        (QUEUE, {"batch_size": 1}),
        (QUEUE, {"batch_size": 11, "maximum_batching_window": 1}),
        (QUEUE, {"batch_size": 10_000, "maximum_batching_window": 300}),
        (FIFO_QUEUE, {"batch_size": 10}),
        (QUEUE, {"maximum_concurrency": 2}),
        (QUEUE, {"maximum_concurrency": 1000}),
        (QUEUE, {"filter_criteria": canonical({"body": {"n": [n]}} for n in range(10))}),
        (QUEUE, {"filter_criteria": canonical([LONGEST, {"body": {"$or": [{"a": [1]}, {"b": [{"exists": False}]}]}}])}),
    ],
)
def test_settings_within_the_rules_are_accepted(queue: str, settings: dict[str, Any]) -> None:
    check(queue, replace(DEFAULTS, **settings))


@pytest.mark.parametrize(
    ("queue", "settings", "problem"),
    [
        (QUEUE, {"batch_size": 0}, "batch_size: 0, must be from 1 to 10000"),
        (QUEUE, {"batch_size": 10_001, "maximum_batching_window": 1}, "batch_size: 10001, must be from 1 to 10000"),
        (FIFO_QUEUE, {"batch_size": 11}, "batch_size: 11, must be from 1 to 10 for a FIFO queue"),
        (FIFO_QUEUE, {"maximum_batching_window": 1}, "maximum_batching_window: 1, must be 0 for a FIFO queue"),
        (QUEUE, {"maximum_batching_window": -1}, "maximum_batching_window: -1, must be from 0 to 300 seconds"),
        (QUEUE, {"maximum_batching_window": 301}, "maximum_batching_window: 301, must be from 0 to 300 seconds"),
        (QUEUE, {"batch_size": 11}, "maximum_batching_window: 0, must be at least 1 second for a batch_size of 11"),
        (QUEUE, {"maximum_concurrency": 0}, "maximum_concurrency: 0, must be from 2 to 1000"),
        (QUEUE, {"maximum_concurrency": 1}, "maximum_concurrency: 1, must be from 2 to 1000"),
        (QUEUE, {"maximum_concurrency": 1001}, "maximum_concurrency: 1001, must be from 2 to 1000"),
        (
            QUEUE,
            {"filter_criteria": canonical({"body": {"n": [n]}} for n in range(11))},
            "filter_criteria: 11 patterns, must be 10 at the most",
        ),
        (
            QUEUE,
            {"filter_criteria": canonical([{"body": {"a": ["x" * 4078]}}])},
            'filter_criteria: {"body":{"a":["' + "x" * 25 + "…, must be 4096 characters of JSON at the most, is 4097",
        ),
        (
            QUEUE,
            {"filter_criteria": canonical([{"body": {"status": "paid"}}])},
            'filter_criteria: "paid" at body.status in {"body":{"status":"paid"}}, must be a list of what is taken',
        ),
        (
            QUEUE,
            {"filter_criteria": canonical([{"body": []}])},
            'filter_criteria: [] at body in {"body":[]}, must be a list of what is taken',
        ),
    ],
)
def test_settings_against_the_rules_are_refused(queue: str, settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidEventSourceError) as refusal:
        check(queue, replace(DEFAULTS, **settings))
    assert f"\n- {problem}" in str(refusal.value)
    assert str(refusal.value).count("\n- ") == 1


@pytest.mark.parametrize(
    "arn",
    [
        "orders",
        "https://sqs.eu-north-1.amazonaws.com/123456789012/orders",
        "arn:aws:kinesis:eu-north-1:123456789012:stream/orders",
        f"{QUEUE}:",
        "",
    ],
)
def test_a_source_that_is_no_queue_is_refused(arn: str) -> None:
    with pytest.raises(InvalidEventSourceError, match="event_source_arn"):
        check(arn, DEFAULTS)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidEventSourceError) as refusal:
        check("orders", Settings(0, 301, 1, True, canonical([{"body": 1}]), True))
    assert str(refusal.value).count("\n- ") == 5


@pytest.mark.parametrize("name", ["take_order", FUNCTION, "123456789012:function:take_order"])
def test_a_mapping_is_found_by_name_and_arn_of_its_function(name: str) -> None:
    assert mapping_to(name, [mapping(function_arn=f"{FUNCTION}s"), mapping()]) == mapping()


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        pytest.param("take_order", f"{FUNCTION}:live", id="alias when the function is meant"),
        pytest.param("take_order:live", FUNCTION, id="function when the alias is meant"),
        pytest.param("order", FUNCTION, id="end of another name"),
        pytest.param("take", FUNCTION, id="start of another name"),
    ],
)
def test_a_mapping_to_something_else_is_not_taken(name: str, arn: str) -> None:
    assert mapping_to(name, [mapping(function_arn=arn)]) is None


def test_a_mapping_to_an_alias_is_found_by_the_alias() -> None:
    alias = mapping(function_arn=f"{FUNCTION}:live")
    assert mapping_to("take_order:live", [mapping(), alias]) == alias


@pytest.mark.parametrize(("visibility", "window"), [(60, 0), (65, 5), (43_200, 0)])
def test_a_visibility_timeout_as_aws_recommends_it_is_nothing_to_warn_of(visibility: int, window: int) -> None:
    settings = replace(DEFAULTS, maximum_batching_window=window)
    assert visibility_warning(settings, "take_order", 10, QUEUE, visibility) is None


@pytest.mark.parametrize(("visibility", "window", "recommended"), [(10, 0, 60), (59, 0, 60), (64, 5, 65)])
def test_a_shorter_one_is_warned_of(visibility: int, window: int, recommended: int) -> None:
    settings = replace(DEFAULTS, maximum_batching_window=window)
    warning = visibility_warning(settings, "take_order", 10, QUEUE, visibility)
    assert warning
    for part in (QUEUE, f"is {visibility} seconds", "take_order is 10 seconds", f"at least {recommended} seconds"):
        assert part in warning


@pytest.mark.parametrize("visibility", [0, 9])
def test_one_that_is_shorter_than_the_function_s_timeout_is_refused(visibility: int) -> None:
    with pytest.raises(VisibilityTimeoutError) as refusal:
        visibility_warning(DEFAULTS, "take_order", 10, QUEUE, visibility)
    for part in (QUEUE, f"is {visibility} seconds", "take_order is 10 seconds", "Raise the queue's", "at least 60 sec"):
        assert part in str(refusal.value)
