/** Every request that drover makes, by its name at AWS: these are the rights that a login needs. */

export interface Reads {
  readonly ec2:
    | 'DescribeAddresses'
    | 'DescribeAvailabilityZones'
    | 'DescribeImages'
    | 'DescribeInstanceAttribute'
    | 'DescribeInstanceTypes'
    | 'DescribeInstances'
    | 'DescribeInternetGateways'
    | 'DescribeKeyPairs'
    | 'DescribeNetworkInterfaces'
    | 'DescribeRouteTables'
    | 'DescribeSecurityGroupRules'
    | 'DescribeSecurityGroups'
    | 'DescribeReplaceRootVolumeTasks'
    | 'DescribeSnapshots'
    | 'DescribeSpotPriceHistory'
    | 'DescribeSubnets'
    | 'DescribeVolumes'
    | 'DescribeVolumesModifications'
    | 'DescribeVpcs'
    | 'GetConsoleOutput';
  readonly s3: 'GetBucketPolicy' | 'GetObject' | 'HeadObject' | 'ListBuckets' | 'ListObjectsV2';
  readonly route53: 'GetHostedZone' | 'ListHostedZones' | 'ListResourceRecordSets';
  readonly elbv2:
    | 'DescribeListeners'
    | 'DescribeLoadBalancers'
    | 'DescribeTags'
    | 'DescribeTargetGroups'
    | 'DescribeTargetHealth';
  readonly pricing: 'GetProducts';
  readonly ec2connect: never;
}

export interface Changes {
  readonly ec2:
    | 'AllocateAddress'
    | 'AssociateAddress'
    | 'AttachInternetGateway'
    | 'AttachNetworkInterface'
    | 'AttachVolume'
    | 'AuthorizeSecurityGroupEgress'
    | 'AuthorizeSecurityGroupIngress'
    | 'CreateImage'
    | 'CreateInternetGateway'
    | 'CreateNetworkInterface'
    | 'CreateReplaceRootVolumeTask'
    | 'CreateRoute'
    | 'CreateSecurityGroup'
    | 'CreateSnapshot'
    | 'CreateSubnet'
    | 'CreateTags'
    | 'CreateVolume'
    | 'CreateVpc'
    | 'DeleteInternetGateway'
    | 'DeleteKeyPair'
    | 'DeleteNetworkInterface'
    | 'DeleteSecurityGroup'
    | 'DeleteSnapshot'
    | 'DeleteSubnet'
    | 'DeleteTags'
    | 'DeleteVolume'
    | 'DeleteVpc'
    | 'DeregisterImage'
    | 'DetachInternetGateway'
    | 'DetachNetworkInterface'
    | 'DetachVolume'
    | 'DisableImageDeprecation'
    | 'DisableImageDeregistrationProtection'
    | 'DisassociateAddress'
    | 'EnableImageDeprecation'
    | 'EnableImageDeregistrationProtection'
    | 'ImportKeyPair'
    | 'ModifyImageAttribute'
    | 'ModifyInstanceAttribute'
    | 'ModifySubnetAttribute'
    | 'ModifyVolume'
    | 'RebootInstances'
    | 'ReleaseAddress'
    | 'RevokeSecurityGroupEgress'
    | 'RevokeSecurityGroupIngress'
    | 'RunInstances'
    | 'StartInstances'
    | 'StopInstances'
    | 'TerminateInstances';
  readonly s3:
    | 'AbortMultipartUpload'
    | 'CompleteMultipartUpload'
    | 'CreateBucket'
    | 'CreateMultipartUpload'
    | 'DeleteBucket'
    | 'DeleteBucketPolicy'
    | 'DeleteObject'
    | 'DeleteObjects'
    | 'DeletePublicAccessBlock'
    | 'PutBucketPolicy'
    | 'PutBucketTagging'
    | 'PutObject'
    | 'UploadPart';
  readonly route53: 'ChangeResourceRecordSets' | 'CreateHostedZone' | 'DeleteHostedZone';
  readonly elbv2:
    | 'CreateListener'
    | 'CreateLoadBalancer'
    | 'CreateTargetGroup'
    | 'DeleteLoadBalancer'
    | 'DeleteTargetGroup'
    | 'RegisterTargets';
  readonly pricing: never;
  readonly ec2connect: 'SendSerialConsoleSSHPublicKey';
}
