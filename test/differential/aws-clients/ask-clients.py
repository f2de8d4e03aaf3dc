"""What boto3 and kcli say of an account, and do to it. Address, login and questions come as JSON on stdin, answers go as JSON to stdout."""

import contextlib
import json
import os
import sys

import boto3

asked = json.load(sys.stdin)
# kcli knows no address: boto3 takes it, as it takes the login
os.environ.update(
    AWS_ENDPOINT_URL=asked["url"],
    AWS_DEFAULT_REGION=asked["region"],
    AWS_ACCESS_KEY_ID=asked["key"],
    AWS_SECRET_ACCESS_KEY=asked["secret"],
    AWS_EC2_METADATA_DISABLED="true",
)
ec2, s3, route53 = (boto3.client(name) for name in ("ec2", "s3", "route53"))


def pages(client, action, key, **which):
    return [one for page in client.get_paginator(action).paginate(**which) for one in page[key]]


def tags_of(thing):
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags", [])}


def name_of(thing, other):
    return tags_of(thing).get("Name") or other


def named(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def rules_of(groups):
    names = {one["GroupId"]: one["GroupName"] for one in groups}
    for rule in pages(ec2, "describe_security_group_rules", "SecurityGroupRules"):
        first, last = rule.get("FromPort", -1), rule.get("ToPort", -1)
        ports = None if first < 0 else str(first) if first == last else f"{first}-{last}"
        peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or names[rule["ReferencedGroupInfo"]["GroupId"]]
        protocol = "any" if rule["IpProtocol"] == "-1" else rule["IpProtocol"]
        yield [rule["GroupId"], "out" if rule["IsEgress"] else "in", protocol, ports, peer]


def records_of(zones):
    for zone in zones:
        for one in pages(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]):
            for value in one["ResourceRecords"]:
                yield [zone["Name"][:-1], one["Name"][:-1], one["Type"], one["TTL"], value["Value"]]


def rows():
    """All that the account has, by drover's names of kinds."""
    instances = [
        one
        for reservation in pages(ec2, "describe_instances", "Reservations")
        for one in reservation["Instances"]
        if one["State"]["Name"] != "terminated"
    ]
    called = {one["InstanceId"]: name_of(one, one["InstanceId"]) for one in instances}
    volumes = pages(ec2, "describe_volumes", "Volumes")
    volume_names = {one["VolumeId"]: name_of(one, one["VolumeId"]) for one in volumes}
    vpcs = pages(ec2, "describe_vpcs", "Vpcs")
    vpc_names = {one["VpcId"]: name_of(one, "default" if one["IsDefault"] else one["VpcId"]) for one in vpcs}
    groups = pages(ec2, "describe_security_groups", "SecurityGroups")
    buckets = s3.list_buckets()["Buckets"]
    zones = pages(route53, "list_hosted_zones", "HostedZones")
    addresses = ec2.describe_addresses()["Addresses"]
    return {
        "vm": [
            [
                one["InstanceId"],
                called[one["InstanceId"]],
                one["State"]["Name"],
                one["Placement"]["AvailabilityZone"],
                one["InstanceType"],
                tags_of(one).get("plan"),
                [one[key] for key in ("PublicIpAddress", "PrivateIpAddress") if key in one],
            ]
            for one in instances
        ],
        "volume": [
            [
                one["VolumeId"],
                volume_names[one["VolumeId"]],
                one["VolumeType"],
                one["Size"],
                [called[attached["InstanceId"]] for attached in one["Attachments"]],
            ]
            for one in volumes
        ],
        "volumesnapshot": [
            [
                one["SnapshotId"],
                name_of(one, one["SnapshotId"]),
                volume_names.get(one["VolumeId"], one["VolumeId"]),
                one["VolumeSize"],
                one["State"],
            ]
            for one in pages(ec2, "describe_snapshots", "Snapshots", OwnerIds=["self"])
        ],
        "image": [
            [one["ImageId"], one["Name"], one["State"]]
            for one in pages(ec2, "describe_images", "Images", Owners=["self"])
        ],
        "network": [[one["VpcId"], vpc_names[one["VpcId"]], one["CidrBlock"]] for one in vpcs],
        "subnet": [
            [
                one["SubnetId"],
                name_of(one, one["SubnetId"]),
                vpc_names[one["VpcId"]],
                one["CidrBlock"],
                one["AvailabilityZone"],
                one["MapPublicIpOnLaunch"],
                one["AvailableIpAddressCount"],
            ]
            for one in pages(ec2, "describe_subnets", "Subnets")
        ],
        "securitygroup": [
            [one["GroupId"], one["GroupName"], vpc_names[one["VpcId"]], one["Description"]] for one in groups
        ],
        "securityrule": list(rules_of(groups)),
        "keypair": [[one["KeyName"], one["KeyFingerprint"]] for one in ec2.describe_key_pairs()["KeyPairs"]],
        "address": [
            [one["AllocationId"], one["PublicIp"], called.get(one.get("InstanceId"))] for one in addresses
        ],
        "bucket": [[one["Name"]] for one in buckets],
        "file": [
            [bucket["Name"], one["Key"], one["Size"]]
            for bucket in buckets
            for one in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])
        ],
        "zone": [[one["Name"][:-1], one["Config"]["PrivateZone"]] for one in zones],
        "dns": list(records_of(zones)),
    }


def change_record(zone, action):
    record = {"Name": "www.boto.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.9"}]}
    changes = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)


def make():
    """One of each kind. Answers their ids, for `take_away`."""
    zone = f'{asked["region"]}a'
    vpc = ec2.create_vpc(CidrBlock="10.88.0.0/16", TagSpecifications=named("vpc", "boto-vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.88.1.0/24", AvailabilityZone=zone, TagSpecifications=named("subnet", "boto-subnet")
    )["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="boto-group", Description="made by boto3", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]},
            {"IpProtocol": "udp", "FromPort": 53, "ToPort": 54, "UserIdGroupPairs": [{"GroupId": group}]},
        ],
    )
    vm = ec2.run_instances(
        ImageId=asked["image"], InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=subnet,
        SecurityGroupIds=[group], TagSpecifications=named("instance", "boto-vm"),
    )["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[vm])
    volume = ec2.create_volume(
        AvailabilityZone=zone, Size=3, VolumeType="gp3", TagSpecifications=named("volume", "boto-volume")
    )["VolumeId"]
    ec2.attach_volume(InstanceId=vm, VolumeId=volume, Device="/dev/sdf")
    snapshot = ec2.create_snapshot(VolumeId=volume, TagSpecifications=named("snapshot", "boto-snapshot"))["SnapshotId"]
    image = ec2.create_image(InstanceId=vm, Name="boto-image")["ImageId"]
    ec2.create_key_pair(KeyName="boto-key")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=address, InstanceId=vm)
    s3.create_bucket(Bucket="boto-bucket", CreateBucketConfiguration={"LocationConstraint": asked["region"]})
    s3.put_object(Bucket="boto-bucket", Key="a/b.txt", Body=b"four")
    hosted = route53.create_hosted_zone(Name="boto.example", CallerReference="boto")["HostedZone"]["Id"]
    change_record(hosted, "CREATE")
    return {
        "vpc": vpc, "subnet": subnet, "group": group, "vm": vm, "volume": volume, "snapshot": snapshot,
        "image": image, "address": address, "hosted": hosted,
    }


def take_away(vpc, subnet, group, vm, volume, snapshot, image, address, hosted):
    leads = ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]
    ec2.disassociate_address(AssociationId=leads["AssociationId"])
    ec2.release_address(AllocationId=address)
    ec2.detach_volume(VolumeId=volume, InstanceId=vm, Device="/dev/sdf")
    ec2.terminate_instances(InstanceIds=[vm])
    made_of = ec2.describe_images(ImageIds=[image])["Images"][0]["BlockDeviceMappings"]
    ec2.deregister_image(ImageId=image)
    for one in [snapshot, *(device["Ebs"]["SnapshotId"] for device in made_of if "Ebs" in device)]:
        ec2.delete_snapshot(SnapshotId=one)
    ec2.delete_volume(VolumeId=volume)
    ec2.delete_key_pair(KeyName="boto-key")
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    s3.delete_object(Bucket="boto-bucket", Key="a/b.txt")
    s3.delete_bucket(Bucket="boto-bucket")
    change_record(hosted, "DELETE")
    route53.delete_hosted_zone(Id=hosted)


def kcli(method, *arguments):
    from kvirt.providers.aws import Kaws

    provider = Kaws(access_key_id=asked["key"], access_key_secret=asked["secret"], region=asked["region"])
    return getattr(provider, method)(*arguments)


# kcli prints to stdout what it has to say
with contextlib.redirect_stdout(sys.stderr):
    verbs = {"rows": rows, "make": make, "take_away": lambda made: take_away(**made), "kcli": kcli}
    answers = [verbs[verb](*arguments) for verb, *arguments in asked["ask"]]
json.dump(answers, sys.stdout, default=str)
