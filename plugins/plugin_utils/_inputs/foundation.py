# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inputs of the role foundation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any, Final

from ansible_collections.taskmanager.aws.plugins.module_utils.inputs import aws
from ansible_collections.taskmanager.aws.plugins.module_utils.inputs.kinds import (
    Kind,
    integer,
    missing,
    shown,
    values,
    wrong_values,
)

KINDS: Final[dict[str, Kind]] = {
    "foundation_vpc.name": aws.NAME_TAG_OR_NONE,
    "foundation_subnets[].name": aws.NAME_TAG,
    "foundation_subnets[].zone": aws.ZONE,
    "foundation_instance.name": aws.NAME_TAG,
    "foundation_instance.image_id?": aws.IMAGE_ID,
    "foundation_db_instance.identifier": aws.DB_IDENTIFIER,
    "foundation_db_instance.class?": aws.DB_CLASS,
    "foundation_db_instance.storage?": aws.STORAGE,
    "foundation_db_instance.port?": aws.PORT,
    "foundation_topic": aws.TOPIC_NAME,
    "foundation_queue.name": aws.QUEUE_NAME,
    "foundation_queue.visibility_timeout?": integer(0, 43_200, "a number of seconds"),
    "foundation_queue.dead_letter_queue?": aws.QUEUE_NAME,
    "foundation_queue.max_receive_count?": integer(1, 1_000),
}
# What finding, and removing, does without.
NEEDED_TO_CREATE: Final = [
    "foundation_vpc.name",
    "foundation_vpc.cidr",
    "foundation_subnets",
    "foundation_instance.type",
    "foundation_instance.image_id",
    "foundation_db_instance.class",
    "foundation_db_instance.storage",
    "foundation_db_instance.engine",
    "foundation_db_instance.port",
    "foundation_db_login",
    "foundation_database",
    "foundation_tables",
    "foundation_queue.visibility_timeout",
    "foundation_queue.dead_letter_queue",
    "foundation_queue.max_receive_count",
]


def contradictions(inputs: Mapping[str, Any]) -> list[str]:
    """What is needed to create, and networks and queues that don't fit each other."""
    if not inputs["foundation_manage"]:
        return []
    if inputs["foundation_state"] == "absent":
        return missing(inputs, ["foundation_vpc.name"], "to remove the VPC: the account's default one is never removed")
    return [
        *missing(inputs, NEEDED_TO_CREATE, "with foundation_manage"),
        *wrong_values(inputs, {"foundation_database?": aws.DATABASE_NAME}),
        *_of_networks(inputs),
        *_of_queues(inputs["foundation_queue"]),
    ]


def _of_networks(inputs: Mapping[str, Any]) -> Iterator[str]:
    networks: dict[str, IPv4Network] = {}
    for path in ("foundation_vpc.cidr?", "foundation_subnets[].cidr"):
        for place, cidr in values(inputs, path):
            try:
                networks[place] = IPv4Network(cidr)
            except ValueError as error:
                yield f"{place} is {shown(cidr)}: it must be an IPv4 network, such as 10.20.0.0/16: {error}"
                continue
            if not 16 <= networks[place].prefixlen <= 28:
                yield f"{place} is {shown(cidr)}: AWS takes networks from /16 to /28"
    vpc = networks.pop("foundation_vpc.cidr", None)
    for place, network in networks.items():
        if vpc and not network.subnet_of(vpc):
            yield f"{place} is {network}, which is not in the VPC's network, {vpc}"
    for (place, network), (other, taken) in combinations(networks.items(), 2):
        if network.overlaps(taken):
            yield f"{place} is {network}, which overlaps {other}, {taken}"
    zones = {zone for _place, zone in values(inputs, "foundation_subnets[].zone")}
    if len(zones) == 1:
        yield f"foundation_subnets are all in the zone {zones.pop()}: RDS needs subnets in two zones at least"


def _of_queues(queue: Mapping[str, Any]) -> Iterator[str]:
    if queue.get("dead_letter_queue") == queue.get("name"):
        yield f"foundation_queue.dead_letter_queue is {shown(queue['name'])}, the queue itself: give another name"
