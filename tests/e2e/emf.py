# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the embedded metric format as CloudWatch Logs does, which the embedded AWS does not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

# The constraints of the JSON schema in the specification:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
SCHEMA = Path(__file__).parents[1] / "unit/lambdas/emf_schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))


def documents(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The EMF documents among log lines."""
    return [json.loads(line) for line in lines if line.startswith('{"_aws"')]


def metrics(document: dict[str, Any]) -> Counter[tuple[str, tuple[str, ...], str, str]]:
    """The values of a document by what makes a metric: namespace, dimensions, name and unit.

    :raises jsonschema.ValidationError: it is not as the schema wants it.
    """
    VALIDATOR.validate(document)
    found: Counter[tuple[str, tuple[str, ...], str, str]] = Counter()
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                key = (directive["Namespace"], tuple(dimensions), metric["Name"], metric.get("Unit", "None"))
                found[key] += document[metric["Name"]]
    return found


def counts(documents: Iterable[dict[str, Any]], namespace: str) -> dict[str, int]:
    """The sums of what documents count by name; each metric has to be of a namespace, unit Count, no dimensions.

    :raises jsonschema.ValidationError: a document is not as the schema wants it.
    """
    found = sum((metrics(document) for document in documents), Counter())
    assert {(key[0], key[1], key[3]) for key in found} <= {(namespace, (), "Count")}, found
    return {key[2]: value for key, value in found.items()}
