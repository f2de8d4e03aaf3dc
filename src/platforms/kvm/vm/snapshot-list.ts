/** The snapshots of a guest, read once for its details, for the list and for what is planned. */
import { snapshotId, type VmId } from '../../../ids.ts';
import type { Snapshot } from '../../contract.ts';
import { XmlError } from '../../transport/xml.ts';
import { versionText } from '../host/host.ts';
import { type DomainSnapshot, procedures } from '../rpc/protocol.ts';
import { readSnapshotXml, type SnapshotXml } from '../xml/snapshot-xml.ts';
import { unlessGone } from './guest.ts';
import type { GuestCall } from './guest-call.ts';
import { isTakenForNumber } from './snapshot-names.ts';
import { inOrder } from './snapshot-order.ts';

export interface GuestSnapshot extends Omit<SnapshotXml, 'snapshot'> {
  readonly snapshot: Snapshot;
  /** As the daemon wants it named. */
  readonly native: DomainSnapshot;
}

/** The first releases that can do these, by libvirt's NEWS.rst. */
const DELETES_EXTERNAL = 9_000_000;
const REVERTS_TO_EXTERNAL = 9_009_000;

export const revertsToExternal = ({ libvirt }: Pick<GuestCall, 'libvirt'>): boolean => libvirt >= REVERTS_TO_EXTERNAL;
/** Of a snapshot that was just taken, and why it is not offered later. */
export const whyNoRevert = ({ libvirt }: Pick<GuestCall, 'libvirt'>): string =>
  `libvirt ${versionText(libvirt)} can't revert to a snapshot that is in files of its own: ${versionText(REVERTS_TO_EXTERNAL)} can`;

/** Parents before their children, older before newer ones. */
export async function listSnapshots(vm: VmId, call: GuestCall): Promise<readonly GuestSnapshot[]> {
  const { client, domain, signal } = call;
  const [{ snapshots }, hasCurrent] = await Promise.all([
    client.call(procedures.listSnapshots, { domain, needResults: true, flags: 0 }, { signal }),
    client.call(procedures.hasCurrentSnapshot, { domain, flags: 0 }, { signal }),
  ]).catch(unlessGone([{ snapshots: [], count: 0 }, false] as const));
  const current = hasCurrent
    ? await client.call(procedures.currentSnapshot, { domain, flags: 0 }, { signal }).catch(unlessGone(undefined))
    : undefined;
  const read = await Promise.all(
    snapshots.map(async (native) => {
      const text = await client
        .call(procedures.snapshotXml, { snapshot: native, flags: 0 }, { signal })
        .catch(unlessGone(undefined));
      const nothing = nameOnly(vm, native.name);
      const xml = text === undefined ? nothing : await readSnapshotXml(vm, text).catch(unlessBroken(nothing));
      return { ...xml, native };
    }),
  );
  const external = new Map(read.map(({ snapshot: { id, external } }) => [id, external]));
  const found = read.map(({ snapshot, ...more }): GuestSnapshot => {
    const hasInternalParent = snapshot.parent !== undefined && external.get(snapshot.parent) === false;
    const disabled = whyNot(snapshot, hasInternalParent, call);
    const row = { ...snapshot, current: more.native.name === current?.name };
    return { ...more, snapshot: Object.keys(disabled).length > 0 ? { ...row, disabled } : row };
  });
  const byId = new Map(found.map((one) => [one.snapshot.id, one]));
  return inOrder(found.map(({ snapshot }) => snapshot)).flatMap(({ id }) => byId.get(id) ?? []);
}

function whyNot(
  { name, external }: SnapshotXml['snapshot'],
  hasInternalParent: boolean,
  call: Pick<GuestCall, 'libvirt'>,
): NonNullable<Snapshot['disabled']> {
  const version = versionText(call.libvirt);
  if (!external) {
    return isTakenForNumber(name)
      ? { 'snapshot.revert': `QEMU may take ${name} for the number of another snapshot, and go back to that one` }
      : {};
  }
  const noDelete =
    call.libvirt < DELETES_EXTERNAL
      ? `libvirt ${version} can't delete a snapshot that is in files of its own: ${versionText(DELETES_EXTERNAL)} can`
      : hasInternalParent
        ? "libvirt can't delete a snapshot that is in files of its own, made on top of one that is inside the image"
        : undefined;
  return {
    ...(!revertsToExternal(call) && { 'snapshot.revert': whyNoRevert(call) }),
    ...(noDelete !== undefined && { 'snapshot.delete': noDelete }),
  };
}

/** One that was deleted between the list and the question, or whose definition this login may not read, or that is broken. */
const nameOnly = (vm: VmId, name: string): SnapshotXml => ({
  snapshot: {
    id: snapshotId(vm, name),
    name,
    parent: undefined,
    created: undefined,
    memory: undefined,
    external: undefined,
    description: undefined,
  },
  images: [],
  layers: [],
  memoryFile: undefined,
});

const unlessBroken =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof XmlError) return value;
    throw error;
  };
