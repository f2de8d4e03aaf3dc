import type { VmId } from '../../../ids.ts';
import type { Disk, Nic, VmInfo } from '../../contract.ts';
import { childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { madeAt, withCreateDate } from '../create-date.ts';
import { type NicDevice, readDevices } from '../devices.ts';
import { kcliPath } from '../inventory-spec.ts';
import { retrieve } from '../properties.ts';
import type { Session } from '../session.ts';
import { readSnapshots, SNAPSHOT_PATHS } from '../snapshot/snapshots.ts';
import type { MoRef } from '../soap/envelope.ts';
import { bootTimeOf, stateOf } from '../states.ts';
import { tagsOf, tagsText } from '../tags/tags.ts';
import { onVm, type VmCalls } from '../vm-call.ts';
import { ATTRIBUTE_VALUES, attributesOf } from './custom-attributes.ts';
import { metadataIn, OPTIONS, readOptions } from './metadata.ts';

const PATHS = [
  'config.annotation',
  OPTIONS,
  'config.files.vmPathName',
  'config.firmware',
  'config.guestFullName',
  'config.hardware.device',
  'config.hardware.memoryMB',
  'config.hardware.numCPU',
  'config.instanceUuid',
  'config.uuid',
  'config.version',
  ATTRIBUTE_VALUES,
  'guest.hostName',
  'guest.ipAddress',
  'guest.net',
  'guest.toolsRunningStatus',
  'runtime.bootTime',
  'runtime.connectionState',
  ...SNAPSHOT_PATHS,
  'summary.storage.committed',
  kcliPath('plan'),
  kcliPath('profile'),
  kcliPath('image'),
];

export const readInfo = (calls: VmCalls, id: VmId, signal: AbortSignal): Promise<VmInfo> =>
  onVm(calls, id, withCreateDate(calls.session, PATHS), signal, async ({ ref, power, values }) => {
    const text = (path: string): string | undefined => values.get(path)?.text || undefined;
    const { disks, nics } = readDevices(values.get('config.hardware.device'));
    const guestNics = childrenOf(values.get('guest.net'), 'GuestNicInfo');
    const ips = guestNics.flatMap((nic) => childrenOf(nic, 'ipAddress').map((one) => one.text));
    const ip = text('guest.ipAddress');
    const [tags, attributes, namedCards] = await Promise.all([
      knownTags(calls.session, ref, signal),
      attributesOf(calls.session, values, signal),
      namedNics(calls.session, nics, guestNics, signal),
    ]);
    const started = bootTimeOf(power, text('runtime.connectionState'), text('runtime.bootTime'));
    return {
      state: stateOf(power, text('runtime.connectionState'), undefined).state,
      created: madeAt(values),
      ...(started === undefined ? {} : { started }),
      // The row has the first address only.
      row: { ips: [...new Set([...(ip === undefined ? [] : [ip]), ...ips])] },
      nics: namedCards,
      disks: disks.map(
        ({ label, path, size, format, bus, readOnly }): Disk => ({
          device: label,
          path,
          size,
          type: format === 'iso' ? 'cdrom' : 'disk',
          format: format === 'iso' ? 'raw' : format === 'rdm' ? undefined : 'vmdk',
          bus,
          storage: format === 'iso' ? undefined : format,
          readOnly,
          shareable: undefined,
        }),
      ),
      snapshots: readSnapshots(id, values),
      description: text('config.annotation'),
      more: [
        ...(tags === '' ? [] : [['Tags', tags] as const]),
        ...moreOf(ref.value, text),
        ...Object.entries(metadataIn(readOptions(values))),
        ...Object.entries(attributes),
      ],
    };
  });

/** The API that tells them is another one, which may hang while this one answers. */
const TAGS_MS = 3_000;

/** '' also where they can't be read in time: the rest is shown all the same. */
function knownTags(session: Session, ref: MoRef, signal: AbortSignal): Promise<string> {
  const late = new AbortController();
  const stop = session.clock.after(TAGS_MS, () => late.abort());
  return tagsOf(session, ref, AbortSignal.any([signal, late.signal]))
    .then(tagsText, () => '')
    .finally(stop);
}

/** The guest's tools name the network of each card; otherwise a distributed port group is asked for its name. */
async function namedNics(
  session: Session,
  nics: readonly NicDevice[],
  guestNics: readonly XmlElement[],
  signal: AbortSignal,
): Promise<readonly Nic[]> {
  const told = new Map(guestNics.map((nic) => [textAt(nic, 'deviceConfigId'), textAt(nic, 'network')]));
  const unnamed = nics.flatMap(({ key, network, portgroup }) => (network || told.get(key) ? [] : (portgroup ?? [])));
  const names = new Map<string, string>();
  if (unnamed.length > 0) {
    const from = [...new Set(unnamed)].map((value) => ({ type: 'DistributedVirtualPortgroup', value }));
    // Names are nice to have: a network that may not be seen, or that is gone, keeps its key.
    await retrieve(session, [{ type: 'DistributedVirtualPortgroup', paths: ['name'] }], { from }, signal, (object) => {
      names.set(object.ref.value, object.values.get('name')?.text ?? '');
    }).catch(() => undefined);
  }
  return nics.map(({ key, label, mac, type, network, portgroup = '' }) => ({
    device: label,
    mac,
    net: network || told.get(key) || names.get(portgroup) || portgroup,
    type,
  }));
}

function moreOf(moref: string, text: (path: string) => string | undefined): VmInfo['more'] {
  const committed = text('summary.storage.committed');
  return [
    ['Guest OS', text('config.guestFullName')],
    ['Host name in the guest', text('guest.hostName')],
    ['VMware Tools', text('guest.toolsRunningStatus')],
    ['Hardware', text('config.version')],
    ['Firmware', text('config.firmware')],
    ['Files', text('config.files.vmPathName')],
    ['On disk', committed === undefined ? undefined : `${Math.round(Number(committed) / 1024 ** 2)} MiB`],
    ['BIOS UUID', text('config.uuid')],
    ['Reference', moref],
  ].flatMap(([label = '', value]) => (value === undefined ? [] : [[label, value] as const]));
}
