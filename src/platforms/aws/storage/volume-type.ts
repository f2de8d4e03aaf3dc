/** Another type for a volume of EBS, in its place and while it is used (ModifyVolume). */
import { FleetError } from '../../../errors.ts';
import type { Accepted, DiskMoveSpec, Warning } from '../../contract.ts';
import { type AwsRegion, aboutRegion, accepted } from '../region.ts';
import { untilSo } from '../until.ts';
import { iopsOf, speedOf, typeOf } from './volumes.ts';

/** EC2 takes seconds to minutes for it; how fast the volume is follows in the hours after. */
const CHANGED_MS = 3_600_000;

export interface TypeChange {
  /** For sentences: `/dev/sdf of web1`. */
  readonly name: string;
  /** `vol-0123456789abcdef0`. */
  readonly volume: string;
  readonly spec: DiskMoveSpec;
}

/**
 * Resolves when it has the type. Rejects with op.refused for the type that it has and for a zone, with op.unsupported where a copy is
 * asked for, since nothing is copied, and with outcome.unknown when it is given up behind the request: EC2 takes none back.
 */
export async function changeType(
  region: AwsRegion,
  { name, volume, spec }: TypeChange,
  signal: AbortSignal,
): Promise<Accepted> {
  const { api } = region;
  const about = { ...aboutRegion(region, signal), subject: name };
  if (spec.keep)
    throw new FleetError('op.unsupported', `${name} gets another type in its place: there is no old volume to keep`);
  if (spec.format !== '' && spec.format !== 'raw')
    throw new FleetError('op.unsupported', `${name}: volumes of EBS have no format ${spec.format}`);
  const { type, zone } = typeOf(name, spec.storage);
  const { Volumes = [] } = await api.read('DescribeVolumes', { VolumeIds: [volume] }, about);
  const { VolumeType: before, AvailabilityZone, Size = 0, Iops: had } = Volumes[0] ?? {};
  if (zone !== undefined && zone !== AvailabilityZone)
    throw new FleetError('op.refused', `${name} is in ${AvailabilityZone}, and EBS moves no volume to another zone`, {
      fix: `make a snapshot of it, and a volume of that: drover volume snapshot ${volume}`,
    });
  if (zone !== undefined)
    throw new FleetError('op.refused', `${name} stays in its zone ${zone}: only a type is said`, {
      fix: `say ${type}`,
    });
  if (before === type) throw new FleetError('op.refused', `${name} is of type ${type} already`);
  await api.change('ModifyVolume', { VolumeId: volume, VolumeType: type, ...speedOf(type, Size) }, about);

  let isSlowYet = false;
  await untilSo(region, `${name} is of type ${type}`, CHANGED_MS, signal, async () => {
    const answer = await api.read('DescribeVolumesModifications', { VolumeIds: [volume] }, about);
    const told = answer.VolumesModifications?.find(({ TargetVolumeType }) => TargetVolumeType === type);
    if (told?.ModificationState === 'failed')
      throw new FleetError('op.failed', `${name}: ${told.StatusMessage || 'EC2 could not change its type'}`);
    isSlowYet = told?.ModificationState === 'optimizing';
    return isSlowYet || told?.ModificationState === 'completed';
  }).catch((error: unknown) => {
    const known = error instanceof FleetError ? error : undefined;
    if (!signal.aborted && (!known || known.code === 'op.failed' || known.code === 'op.timeout')) throw error;
    const why = signal.aborted
      ? 'given up, but EC2 takes no change back'
      : `how far it is can't be read (${known?.message})`;
    throw new FleetError('outcome.unknown', `${name}: ${why}: it becomes of type ${type}`, {
      fix: `look at it: aws ec2 describe-volumes-modifications --volume-ids ${volume}`,
      cause: error,
    });
  });
  const has = iopsOf(type, Size);
  const slower = `${name} had ${had} IOPS, and has ${has} as ${type}: aws ec2 modify-volume --volume-id ${volume} --iops changes that`;
  const warnings: Warning[] =
    had !== undefined && has !== undefined && has < had ? [{ feature: 'disk.move', detail: slower }] : [];
  if (!isSlowYet) return { ...accepted, warnings };
  const detail = `${name} is of type ${type}; until AWS has rearranged it, which may take a day, it is no faster than before`;
  return { ...accepted, warnings: [{ feature: 'disk.move', detail }, ...warnings] };
}
