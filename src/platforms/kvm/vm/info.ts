import type { VmId } from '../../../ids.ts';
import { type Bytes, bytes } from '../../../units.ts';
import type { Disk, VmInfo } from '../../contract.ts';
import { ADDRESS_SOURCE, METADATA, procedures, XML } from '../rpc/protocol.ts';
import { type DomainXml, readDomainXml } from '../xml/domain-xml.ts';
import { KCLI_NAMESPACE, type KcliMetadata, readKcliMetadata } from '../xml/metadata.ts';
import { pendingLines } from '../xml/pending.ts';
import { usableAddresses } from './addresses.ts';
import { isSaved, leasedAddresses, unlessGone } from './guest.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { listSnapshots } from './snapshot-list.ts';
import { stateOf } from './states.ts';

/** The guest agent is inside the guest: it may be there and not answer. */
const AGENT_MS = 1_500;
/** QEMU itself may hang: then the size stays unknown. */
const BLOCK_INFO_MS = 1_500;

export const readInfo = (calls: GuestCalls, id: VmId, signal: AbortSignal): Promise<VmInfo> =>
  onGuest(calls, id, signal, async (call) => {
    const { client, domain } = call;
    const options = { signal };
    const [xmlText, nextText, { state, reason }, saved, kcli, persistent, snapshots] = await Promise.all([
      client.call(procedures.domainXml, { domain, flags: 0 }, options),
      domain.id === -1
        ? undefined
        : client.call(procedures.domainXml, { domain, flags: XML.inactive }, options).catch(unlessGone(undefined)),
      client.call(procedures.domainState, { domain, flags: 0 }, options),
      isSaved(client, domain, signal),
      client
        .call(procedures.domainMetadata, { domain, type: METADATA.element, uri: KCLI_NAMESPACE, flags: 0 }, options)
        .then(readKcliMetadata)
        .catch(unlessGone<KcliMetadata>({})),
      client.call(procedures.domainIsPersistent, { domain }, options),
      listSnapshots(id, call),
    ]);
    const xml = await readDomainXml(xmlText);
    const pending = persistent && nextText !== undefined ? pendingLines(xml, await readDomainXml(nextText)) : [];
    const [disks, found] = await Promise.all([readDisks(call, xml), domain.id === -1 ? [] : guestAddresses(call, xml)]);
    const ips = [...new Set([...(kcli.ip === undefined ? [] : [kcli.ip]), ...found])];
    return {
      state: stateOf(state, reason, saved).state,
      created: kcli.creationdate,
      maxMemory: xml.maxMemory,
      maxCpus: xml.maxCpus,
      // The watch asks the host's leases only, never the agent inside the guest.
      ...(ips.length > 0 ? { row: { ips } } : {}),
      nics: xml.nics.map((nic, i) => ({
        device: `eth${i}`,
        mac: nic.mac,
        net: nic.source,
        type: nic.model ?? nic.type,
      })),
      disks,
      snapshots: snapshots.map(({ snapshot }) => snapshot),
      description: xml.description,
      more: [...pending, ...moreOf(xml, kcli, persistent)],
    };
  });

/** Sizes come from the storage pools. A file that no pool has listed yet is asked for by the daemon, of QEMU while it runs. */
async function readDisks({ client, domain, signal }: GuestCall, xml: DomainXml): Promise<readonly Disk[]> {
  return Promise.all(
    xml.disks.map(async (disk) => ({
      device: disk.target,
      path: disk.path ?? disk.elsewhere ?? '',
      size: disk.path === undefined ? undefined : await sizeOf(disk.path),
      type: typeOf(disk.device),
      format: disk.format || undefined,
      bus: disk.bus || undefined,
      storage: disk.volume?.pool,
      readOnly: disk.readOnly,
      shareable: disk.shareable,
    })),
  );
  async function sizeOf(path: string): Promise<Bytes | undefined> {
    try {
      const volume = await client.call(procedures.volumeByPath, { path }, { signal });
      const { capacity } = await client.call(procedures.volumeInfo, { volume }, { signal });
      return bytes(capacity);
    } catch (error) {
      unlessGone(undefined)(error);
      return client
        .call(procedures.blockInfo, { domain, path, flags: 0 }, { signal, deadlineMs: BLOCK_INFO_MS })
        .then(({ capacity }) => bytes(capacity))
        .catch(() => undefined);
    }
  }
}

const typeOf = (device: string): Disk['type'] =>
  device === 'cdrom' || device === 'floppy' || device === 'lun' ? device : 'disk';

/** The host's leases first; the guest's own word for bridged networks, where the host knows nothing. */
async function guestAddresses({ client, domain, signal }: GuestCall, xml: DomainXml): Promise<readonly string[]> {
  const leased = await leasedAddresses(client, domain, signal);
  if (leased.length > 0 || !xml.hasAgent) return leased;
  return client
    .call(
      procedures.domainAddresses,
      { domain, source: ADDRESS_SOURCE.agent, flags: 0 },
      { signal, deadlineMs: AGENT_MS },
    )
    .then(usableAddresses)
    .catch(() => []);
}

function moreOf(xml: DomainXml, kcli: KcliMetadata, persistent: boolean): VmInfo['more'] {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Title', xml.title],
    ['Type', xml.type],
    ['Machine', [xml.arch, xml.machine].filter(Boolean).join(', ')],
    ['Firmware', xml.firmware],
    ['CPU', xml.cpuMode],
    ['Graphics', xml.graphics.join(', ')],
    ['Serial console', xml.hasSerial ? 'yes' : 'no'],
    ['Guest agent', xml.hasAgent ? 'has a channel' : 'none'],
    ['Emulator', xml.emulator],
    ['Lasting', persistent ? undefined : 'no: it is gone once it stops'],
    ['Owner', kcli.owner],
    ['User', kcli.user],
    ['Domain', kcli.domain],
    ['Kubernetes', [kcli.kube, kcli.kubetype].filter(Boolean).join(', ')],
  ];
  return lines.flatMap(([label, value]) => (value ? [[label, value] as const] : []));
}
