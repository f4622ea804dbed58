# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MiniStack 1.5.33 lacks of security groups; used by fixes.py."""

from typing import Any

from ministack.services import ec2

Params = dict[str, Any]
Rule = dict[str, Any]
SOURCES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


def security_group_rules() -> None:
    """Take prefix lists, keep one rule for each source, compare without descriptions, and change a description."""
    original = ec2._parse_ip_permissions

    def parse(params: Params, prefix: str) -> list[Rule]:
        rules = original(params, prefix)
        for index, rule in enumerate(rules, 1):
            rule["PrefixListIds"] = prefix_lists(params, f"{prefix}.{index}.PrefixListIds")
        return [single for rule in rules for single in split(rule)]

    ec2._parse_ip_permissions = parse
    ec2._rules_match = lambda one, other: identity(one) == identity(other)

    def updater(action: str, kept: str) -> Any:
        def handler(params: Params) -> Any:
            group = ec2._security_groups.get(ec2._p(params, "GroupId"))
            if not group:
                return ec2._error("InvalidGroup.NotFound", "The security group does not exist", 400)
            for described in ec2._parse_ip_permissions(params, "IpPermissions"):
                found = [rule for rule in group[kept] if ec2._rules_match(rule, described)]
                if not found:
                    return ec2._error("InvalidPermission.NotFound", "The specified rule does not exist", 400)
                found[0].update({name: described[name] for name in SOURCES})
            return ec2._xml(200, f"{action}Response", "<return>true</return>")

        return handler

    for direction, kept in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
        action = f"UpdateSecurityGroupRuleDescriptions{direction}"
        ec2._ACTION_MAP[action] = updater(action, kept)


def prefix_lists(params: Params, prefix: str) -> list[dict[str, str]]:
    """The prefix lists of a rule in a request."""
    count = sum(name.startswith(prefix) and name.endswith(".PrefixListId") for name in params)
    found = [
        {name: ec2._p(params, f"{prefix}.{each}.{name}") for name in ("PrefixListId", "Description")}
        for each in range(1, count + 1)
    ]
    return [{name: value for name, value in each.items() if value} for each in found]


def split(rule: Rule) -> list[Rule]:
    """One rule for each source; a group without an account is of one's own."""
    for pair in rule["UserIdGroupPairs"]:
        pair.setdefault("UserId", ec2.get_account_id())
    return [
        {**rule, **{each: [source] if each == name else [] for each in SOURCES}}
        for name in SOURCES
        for source in rule.get(name, [])
    ]


def identity(rule: Rule) -> tuple[Any, ...]:
    """What makes two rules the same."""
    sources = [
        (name, {key: value for key, value in source.items() if key != "Description"})
        for name in SOURCES
        for source in rule.get(name, [])
    ]
    return rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), sources


def security_group_dependencies() -> None:
    """Refuse to delete a group that another group's rule names."""
    delete = ec2._ACTION_MAP["DeleteSecurityGroup"]

    def handler(params: Params) -> Any:
        wanted = ec2._p(params, "GroupId")
        for group_id, group in ec2._security_groups.items():
            rules = [*group["IpPermissions"], *group["IpPermissionsEgress"]]
            named = [pair["GroupId"] for rule in rules for pair in rule.get("UserIdGroupPairs", [])]
            if group_id != wanted and wanted in named:
                return ec2._error("DependencyViolation", f"resource {wanted} has a dependent object", 400)
        return delete(params)

    ec2._ACTION_MAP["DeleteSecurityGroup"] = handler


def interfaces_by_group() -> None:
    """Tell of the network interfaces of instances too, and honour the filter `group-id`."""

    def handler(params: Params) -> Any:
        wanted = ec2._parse_member_list(params, "NetworkInterfaceId")
        groups = ec2._parse_filters(params).get("group-id")
        instances = [each for each in ec2._instances.values() if each["State"]["Name"] != "terminated"]
        found = [*ec2._network_interfaces.values(), *(interface_of(each) for each in instances)]
        items = "".join(
            ec2._eni_fields_xml(each)
            for each in found
            if (not wanted or each["NetworkInterfaceId"] in wanted)
            and (groups is None or any(group["GroupId"] in groups for group in each["Groups"]))
        )
        return ec2._xml(200, "DescribeNetworkInterfacesResponse", f"<networkInterfaceSet>{items}</networkInterfaceSet>")

    ec2._ACTION_MAP["DescribeNetworkInterfaces"] = handler


def interface_of(instance: Params) -> Params:
    """The first network interface of an instance, which upstream does not keep."""
    instance_id = instance["InstanceId"]
    return {
        "NetworkInterfaceId": instance_id.replace("i-", "eni-", 1),
        "SubnetId": instance["SubnetId"],
        "VpcId": instance["VpcId"],
        "Description": "",
        "OwnerId": ec2.get_account_id(),
        "Status": "in-use",
        "PrivateIpAddress": instance["PrivateIpAddress"],
        "MacAddress": "02:00:00:00:00:01",
        "Groups": instance["SecurityGroups"],
        "Attachment": {
            "AttachmentId": instance_id.replace("i-", "eni-attach-", 1),
            "InstanceId": instance_id,
            "AttachTime": instance["LaunchTime"],
        },
    }
