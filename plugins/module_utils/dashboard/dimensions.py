# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dimensions that AWS's own namespaces have, to tell of a misspelt one. Pure.

From the pages "CloudWatch metrics" of the services that the list below leads to; a namespace or a dimension that is not
here is no finding, since AWS adds them now and then.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.findings import Finding, nearest, shown
from ansible_collections.taskmanager.aws.plugins.module_utils.dashboard.metrics import Metric

NAMESPACES: Final = {
    "AWS/ApiGateway": "ApiName Method Resource Stage ApiId Route",
    "AWS/AppRunner": "ServiceName ServiceID Instance",
    "AWS/AppStream": "Fleet FleetName",
    "AWS/AppSync": "GraphQLAPIId Resolver",
    "AWS/ApplicationELB": "LoadBalancer TargetGroup AvailabilityZone DomainName",
    "AWS/Athena": "QueryState QueryType WorkGroup CapacityReservation EngineVersion",
    "AWS/AutoScaling": "AutoScalingGroupName",
    "AWS/Backup": "BackupVaultName ResourceType",
    "AWS/Bedrock": "ModelId ImageSize BucketedStepSize",
    "AWS/Billing": "ServiceName LinkedAccount Currency",
    "AWS/CertificateManager": "CertificateArn",
    "AWS/Chatbot": "ConfigurationName",
    "AWS/CloudFront": "DistributionId Region FunctionName",
    "AWS/CloudHSM": "ClusterId HsmId Region",
    "AWS/CloudSearch": "ClientId DomainName",
    "AWS/CodeBuild": "ProjectName BuildId BuildNumber",
    "AWS/Cognito": "UserPool UserPoolClient",
    "AWS/Connect": "InstanceId MetricGroup QueueName ContactFlowName",
    "AWS/DAX": "ClusterId NodeId",
    "AWS/DMS": "ReplicationInstanceIdentifier ReplicationTaskIdentifier",
    "AWS/DX": "ConnectionId OpticalLaneNumber VirtualInterfaceId",
    "AWS/DataSync": "AgentId TaskId",
    "AWS/DocDB": "DBClusterIdentifier DBInstanceIdentifier Role",
    "AWS/DynamoDB": "TableName GlobalSecondaryIndexName Operation OperationType ReceivingRegion StreamLabel Verb "
    "DelegatedOperation",
    "AWS/EBS": "VolumeId",
    "AWS/EC2": "InstanceId AutoScalingGroupName ImageId InstanceType",
    "AWS/EC2Spot": "FleetRequestId AvailabilityZone InstanceType",
    "AWS/ECS": "ClusterName ServiceName TaskDefinitionFamily CapacityProviderName",
    "AWS/EFS": "FileSystemId StorageClass",
    "AWS/ELB": "LoadBalancerName AvailabilityZone",
    "AWS/ES": "ClientId DomainName NodeId",
    "AWS/ElastiCache": "CacheClusterId CacheNodeId ReplicationGroupId clusterId",
    "AWS/ElasticBeanstalk": "EnvironmentName InstanceId",
    "AWS/ElasticMapReduce": "JobFlowId JobId",
    "AWS/Events": "RuleName EventBusName EventSourceName",
    "AWS/FSx": "FileSystemId VolumeId StorageTier DataType",
    "AWS/Firehose": "DeliveryStreamName",
    "AWS/GameLift": "FleetId InstanceType MatchmakingConfigurationName QueueName",
    "AWS/GatewayELB": "LoadBalancer TargetGroup AvailabilityZone",
    "AWS/GlobalAccelerator": "Accelerator Listener EndpointGroup SourceRegion DestinationEdge TransportProtocol",
    "AWS/Glue": "JobName JobRunId Type",
    "AWS/IoT": "ActionType BehaviorName CheckName JobId Protocol RuleName ScheduledAuditName SecurityProfileName",
    "AWS/KMS": "KeyId",
    "AWS/Kafka": "Cluster Name Broker ID Topic Consumer Group",
    "AWS/Kinesis": "StreamName ShardId ConsumerName",
    "AWS/KinesisAnalytics": "Id Flow Application",
    "AWS/KinesisVideo": "StreamName",
    "AWS/Lambda": "FunctionName Resource ExecutedVersion EventSourceMappingUUID",
    "AWS/Lex": "BotAlias BotName BotVersion InputMode Operation",
    "AWS/Location": "OperationName ResourceName ApiKeyName",
    "AWS/Logs": "LogGroupName DestinationType FilterName",
    "AWS/MediaConvert": "Queue Operation Job",
    "AWS/MediaLive": "ChannelId Pipeline ActiveInputFailoverLabel OutputGroupName",
    "AWS/NATGateway": "NatGatewayId",
    "AWS/Neptune": "DBClusterIdentifier DBInstanceIdentifier Role DatabaseClass EngineName",
    "AWS/NetworkELB": "LoadBalancer TargetGroup AvailabilityZone",
    "AWS/NetworkFirewall": "FirewallName AvailabilityZone Engine CustomAction",
    "AWS/PrivateLinkEndpoints": "Endpoint Type Service Name Subnet Id VPC Endpoint Id VPC Id",
    "AWS/RDS": "DBInstanceIdentifier DBClusterIdentifier DatabaseClass EngineName SourceRegion Role",
    "AWS/Redshift": "ClusterIdentifier NodeID Stage latency service class wlmid QueueName",
    "AWS/Route53": "HealthCheckId HostedZoneId Region",
    "AWS/S3": "BucketName StorageType FilterId",
    "AWS/SES": "ConfigurationSetName",
    "AWS/SNS": "TopicName Application Platform Country SMSType",
    "AWS/SQS": "QueueName",
    "AWS/SageMaker": "EndpointName VariantName EndpointConfigName",
    "AWS/SecretsManager": "Service Resource",
    "AWS/States": "StateMachineArn ActivityArn LambdaFunctionArn ServiceIntegrationResourceArn APIName",
    "AWS/StorageGateway": "GatewayId GatewayName VolumeId",
    "AWS/Transfer": "ServerId WorkflowId",
    "AWS/TransitGateway": "TransitGateway TransitGatewayAttachment",
    "AWS/VPN": "VpnId TunnelIpAddress",
    "AWS/WAFV2": "WebACL Rule RuleGroup Region Country Attack Device",
    "AWS/WorkSpaces": "DirectoryId WorkspaceId RunningMode",
    "AWS/X-Ray": "GroupName",
    "CWAgent": "",
    "ContainerInsights": "ClusterName NodeName ServiceName Namespace PodName InstanceId TaskDefinitionFamily",
    "ECS/ContainerInsights": "ClusterName ServiceName TaskDefinitionFamily ContainerInstanceId EC2InstanceId",
    "LambdaInsights": "function_name function_version",
}


def dimension_findings(path: str, metric: Metric) -> Iterator[Finding]:
    """Tell of a dimension that its namespace does not have and that is nearly one it has."""
    known = NAMESPACES.get(metric.namespace, "").split()
    for name in metric.dimensions:
        if known and name not in known and (meant := nearest(name, known)):
            yield Finding(path, f"the dimension {shown(name)}", f"one that {metric.namespace} has", meant)
