/** Every request that drover makes, by its name at AWS: these are the rights that a login needs. */
import type {
  CreateTagsCommandInput,
  CreateTagsCommandOutput,
  DeleteTagsCommandInput,
  DeleteTagsCommandOutput,
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput,
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeImagesCommandInput,
  DescribeImagesCommandOutput,
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput,
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  DescribeVolumesCommandInput,
  DescribeVolumesCommandOutput,
  GetConsoleOutputCommandInput,
  GetConsoleOutputCommandOutput,
  ModifyInstanceAttributeCommandInput,
  ModifyInstanceAttributeCommandOutput,
  RebootInstancesCommandInput,
  RebootInstancesCommandOutput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from '@aws-sdk/client-ec2';

interface Call<In, Out> {
  readonly in: In;
  readonly out: Out;
}

export interface Reads {
  readonly DescribeAddresses: Call<DescribeAddressesCommandInput, DescribeAddressesCommandOutput>;
  readonly DescribeAvailabilityZones: Call<
    DescribeAvailabilityZonesCommandInput,
    DescribeAvailabilityZonesCommandOutput
  >;
  readonly DescribeImages: Call<DescribeImagesCommandInput, DescribeImagesCommandOutput>;
  readonly DescribeInstanceAttribute: Call<
    DescribeInstanceAttributeCommandInput,
    DescribeInstanceAttributeCommandOutput
  >;
  readonly DescribeInstances: Call<DescribeInstancesCommandInput, DescribeInstancesCommandOutput>;
  readonly DescribeInstanceTypes: Call<DescribeInstanceTypesCommandInput, DescribeInstanceTypesCommandOutput>;
  readonly DescribeVolumes: Call<DescribeVolumesCommandInput, DescribeVolumesCommandOutput>;
  readonly GetConsoleOutput: Call<GetConsoleOutputCommandInput, GetConsoleOutputCommandOutput>;
}

export interface Changes {
  readonly StartInstances: Call<StartInstancesCommandInput, StartInstancesCommandOutput>;
  readonly StopInstances: Call<StopInstancesCommandInput, StopInstancesCommandOutput>;
  readonly RebootInstances: Call<RebootInstancesCommandInput, RebootInstancesCommandOutput>;
  readonly TerminateInstances: Call<TerminateInstancesCommandInput, TerminateInstancesCommandOutput>;
  readonly ModifyInstanceAttribute: Call<ModifyInstanceAttributeCommandInput, ModifyInstanceAttributeCommandOutput>;
  readonly CreateTags: Call<CreateTagsCommandInput, CreateTagsCommandOutput>;
  readonly DeleteTags: Call<DeleteTagsCommandInput, DeleteTagsCommandOutput>;
}
