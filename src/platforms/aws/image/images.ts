/** AMIs: those of this account are listed; others are found by name, owner and architecture. */
import type { ArchitectureValues, Image as Ec2Image, Filter } from '@aws-sdk/client-ec2';
import { FleetError } from '../../../errors.ts';
import { imageId } from '../../../ids.ts';
import { gib } from '../../../units.ts';
import type { Image, ImageOps, LossPlan, VmOps } from '../../contract.ts';
import { refuseTakenName } from '../../lib/listed.ts';
import { shellWord } from '../../lib/take-back.ts';
import { readPages } from '../../transport/http/rest-pages.ts';
import type { About } from '../api.ts';
import {
  type AwsRegion,
  aboutRegion,
  accepted,
  nameOf,
  nativeId,
  pageOf,
  present,
  readAll,
  tagged,
  tagsOf,
  where,
} from '../region.ts';
import { onInstance } from '../vm-call.ts';
import { changeImage, isProtected, propertiesOf } from './image-changes.ts';

/** The most that EC2 gives at once (API reference, DescribeImages: MaxResults). */
const PAGE = 1000;
/** A copy of its disks is made in the background. */
const IMAGE_MS = 3_600_000;

interface Which {
  readonly Owners?: string[];
  readonly Filters?: Filter[];
}

const pageOfImages =
  ({ api }: AwsRegion, which: Which, about: About) =>
  async (marker: string | undefined) => {
    const answer = await api.read('DescribeImages', { ...pageOf(PAGE, marker), ...which }, about);
    return { items: answer.Images ?? [], next: answer.NextToken || undefined };
  };

export const readImages = (region: AwsRegion, which: Which, about: About): Promise<readonly Ec2Image[]> =>
  readAll('DescribeImages', pageOfImages(region, which, about));

/** Of a hundred thousand no more than a page is held at a time: EC2 gives them in no order. */
async function newestImage(region: AwsRegion, which: Which, about: About): Promise<Ec2Image | undefined> {
  let newest: Ec2Image | undefined;
  for await (const page of readPages('DescribeImages', pageOfImages(region, which, about)))
    for (const image of page)
      if (newest === undefined || (image.CreationDate ?? '') > (newest.CreationDate ?? '')) newest = image;
  return newest;
}

async function listImages(region: AwsRegion, about: About): Promise<readonly Image[]> {
  const all = await readImages(region, { Owners: ['self'] }, about);
  return all.map((image) => imageOf(region.endpoint, image));
}

function imageOf(endpoint: AwsRegion['endpoint'], image: Ec2Image): Image {
  const { ImageId = '', Name, Tags, CreationDate = '', BlockDeviceMappings = [], RootDeviceName } = image;
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs;
  const created = Date.parse(CreationDate);
  return {
    id: imageId(endpoint, ImageId),
    name: Name || nameOf(Tags, ImageId),
    type: 'disk',
    format: undefined,
    size: root?.VolumeSize === undefined ? undefined : gib(root.VolumeSize),
    storage: undefined,
    path: ImageId,
    os: image.PlatformDetails || image.Platform || undefined,
    arch: image.Architecture,
    created: Number.isNaN(created) ? undefined : created,
    status: image.State,
    visibility: image.Public === true ? 'public' : 'private',
    protected: isProtected(image),
    properties: propertiesOf(image),
  };
}

export interface FoundImage {
  readonly id: string;
  readonly name: string;
  readonly rootDevice: string | undefined;
  /** GiB; undefined where its root is a part of the host. */
  readonly rootSize: number | undefined;
  readonly arch: string | undefined;
}

/**
 * The image of this id, or the newest one with this name: of this account first, then of Amazon and those that it has verified.
 * `NAME`, a pattern with `*`, or `OWNER/NAME`. Rejects with image.not-found.
 */
export async function findImage(region: AwsRegion, word: string, arch: string, about: About): Promise<FoundImage> {
  const missing = () =>
    new FleetError('image.not-found', `${region.endpoint} has no image ${JSON.stringify(word)}`, {
      fix: 'name an AMI by its id, or its name, with * for what varies, and its owner before a /: amazon/al2023-ami-2023*',
    });
  if (/^ami-[0-9a-f]+$/.test(word)) {
    const [image] = await readImages(region, { Filters: [where('image-id', word)] }, about);
    if (!image) throw missing();
    return found(image);
  }
  const [, owner, name = word] = /^(self|amazon|aws-marketplace|\d{12})\/(.+)$/.exec(word) ?? [];
  const Filters = [
    where('name', name),
    where('state', 'available'),
    ...(arch === '' ? [] : [where('architecture', arch)]),
  ];
  for (const Owners of owner === undefined ? [['self'], ['amazon', 'aws-marketplace']] : [[owner]]) {
    const newest = await newestImage(region, { Owners, Filters }, about);
    if (newest) return found(newest);
  }
  throw missing();
}

function found({ ImageId = '', Name, RootDeviceName, BlockDeviceMappings = [], Architecture }: Ec2Image): FoundImage {
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs;
  return {
    id: ImageId,
    name: Name || ImageId,
    rootDevice: RootDeviceName,
    rootSize: root?.VolumeSize,
    arch: Architecture satisfies ArchitectureValues | undefined,
  };
}

export function createImageOps(
  region: AwsRegion,
): Pick<Required<ImageOps>, 'list' | 'update' | 'planDelete' | 'delete'> {
  const { api } = region;
  const own = async (id: string, about: About): Promise<Ec2Image> =>
    present(
      'image',
      id,
      (await readImages(region, { Owners: ['self'] }, about)).find(({ ImageId }) => ImageId === nativeId(id as never)),
    );
  const snapshotsOf = ({ BlockDeviceMappings = [] }: Ec2Image): readonly string[] =>
    BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);

  return {
    list: (_of, signal) => listImages(region, aboutRegion(region, signal)),
    async update(id, changes, signal) {
      const about = aboutRegion(region, signal);
      await changeImage(region, await own(id, about), changes, about);
      return accepted;
    },
    async planDelete(id, signal): Promise<LossPlan> {
      const about = aboutRegion(region, signal);
      const image = await own(id, about);
      const { items } = await api.machines({ Filters: [where('image-id', nativeId(id))] }, about);
      return {
        goes: [
          `the image ${image.Name ?? nativeId(id)} (${nativeId(id)})`,
          ...snapshotsOf(image).map((snapshot) => `its snapshot ${snapshot}`),
        ],
        stays: items.filter(({ gone }) => !gone).map(({ name }) => `${name} (was made of it)`),
        ...(isProtected(image) && { refused: protectedSentence(image) }),
      };
    },
    async delete(id, signal) {
      const about = aboutRegion(region, signal);
      const image = await own(id, about);
      const subject = image.Name ?? nativeId(id);
      if (isProtected(image))
        throw new FleetError('op.refused', protectedSentence(image), {
          fix: `drover image update ${shellWord(subject)} --protected=false`,
        });
      await api.change('DeregisterImage', { ImageId: nativeId(id) }, { ...about, subject });
      const left: string[] = [];
      for (const SnapshotId of snapshotsOf(image)) {
        await api
          .change('DeleteSnapshot', { SnapshotId }, { ...about, subject: SnapshotId })
          .catch((error: unknown) => {
            signal.throwIfAborted();
            if (!(error instanceof FleetError)) throw error;
            left.push(SnapshotId);
          });
      }
      return left.length === 0
        ? accepted
        : {
            warnings: [
              {
                feature: 'image.delete',
                detail: `its snapshots stay and cost money: ${left.join(', ')}; aws ec2 delete-snapshot deletes them`,
              },
            ],
          };
    },
  };
}

const protectedSentence = ({ Name, ImageId }: Ec2Image): string =>
  `${Name ?? ImageId} is protected against deletion (deregistration protection)`;

/** An image of an instance, which may run meanwhile. */
export const createExport =
  (region: AwsRegion): Required<VmOps>['export'] =>
  (id, { name, storage }, signal) =>
    onInstance(region, id, signal, async ({ machine, change, name: vm }) => {
      const about = aboutRegion(region, signal);
      if (storage !== '') throw new FleetError('op.unsupported', `${vm}: AMIs are in no storage`);
      refuseTakenName('image', region.endpoint, await listImages(region, about), name);
      const { ImageId } = await change('CreateImage', {
        InstanceId: machine.id,
        Name: name,
        ...tagged('image', [...tagsOf(name), { Key: 'source', Value: machine.id }]),
      });
      return { ...accepted, ...(ImageId !== undefined && { answer: ImageId }), takesUpToMs: IMAGE_MS };
    });
