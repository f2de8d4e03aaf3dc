"""What boto3, Amazon's own library for Python, reads of the account: rows by kind, as JSON. Argument: the address."""
import json
import sys

import boto3


def main(url: str) -> None:
    ec2 = boto3.client("ec2", endpoint_url=url)
    pages = lambda client, action, key, **which: [
        one for page in client.get_paginator(action).paginate(**which) for one in page[key]
    ]
    name = lambda thing, other: next((t["Value"] for t in thing.get("Tags", []) if t["Key"] == "Name"), other) or other
    instances = [
        one
        for reservation in pages(ec2, "describe_instances", "Reservations")
        for one in reservation["Instances"]
        if one["State"]["Name"] != "terminated"
    ]
    called = {one["InstanceId"]: name(one, one["InstanceId"]) for one in instances}
    groups = pages(ec2, "describe_security_groups", "SecurityGroups")
    s3 = boto3.client("s3", endpoint_url=url)
    route53 = boto3.client("route53", endpoint_url=url)
    elb = boto3.client("elbv2", endpoint_url=url)
    print(json.dumps({
        "vm": [[one["InstanceId"], called[one["InstanceId"]], one["Placement"]["AvailabilityZone"]] for one in instances],
        "volume": [
            [one["VolumeId"], one["Size"], [called[a["InstanceId"]] for a in one["Attachments"]]]
            for one in pages(ec2, "describe_volumes", "Volumes")
        ],
        "volumesnapshot": [
            [one["SnapshotId"], one["VolumeSize"], one["State"]]
            for one in pages(ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"])
        ],
        "image": [[one["ImageId"], one["Name"]] for one in pages(ec2, "describe_images", "Images", Owners=["self"])],
        "network": [[one["VpcId"], one["CidrBlock"]] for one in pages(ec2, "describe_vpcs", "Vpcs")],
        "subnet": [
            [one["SubnetId"], one["CidrBlock"], one["AvailabilityZone"]]
            for one in pages(ec2, "describe_subnets", "Subnets")
        ],
        "securitygroup": [[one["GroupId"], one["GroupName"]] for one in groups],
        "keypair": [[one["KeyName"]] for one in ec2.describe_key_pairs()["KeyPairs"]],
        "address": [[one["PublicIp"]] for one in ec2.describe_addresses()["Addresses"]],
        "bucket": [[one["Name"]] for one in s3.list_buckets()["Buckets"]],
        "zone": [[one["Name"].rstrip(".")] for one in pages(route53, "list_hosted_zones", "HostedZones")],
        "balancer": [[one["LoadBalancerName"]] for one in pages(elb, "describe_load_balancers", "LoadBalancers")],
        "flavor": [
            [one["InstanceType"], one["VCpuInfo"]["DefaultVCpus"], one["MemoryInfo"]["SizeInMiB"]]
            for one in pages(ec2, "describe_instance_types", "InstanceTypes")
        ],
    }))


main(sys.argv[1])
