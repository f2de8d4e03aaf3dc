import type { VmId } from '../../../ids.ts';
import { type Bytes, bytes } from '../../../units.ts';
import type { Disk, MoreLine, VmInfo } from '../../contract.ts';
import { type AddressRule, readAddressRule } from '../address/address-rule.ts';
import { fixedAddress, guestAddresses, onceEach } from '../address/guest-addresses.ts';
import { nicAddresses } from '../address/nic-addresses.ts';
import { ADVANCED, BOOT, DISPLAY } from '../boot/boot-lines.ts';
import { isSettling, pendingIn } from '../definition/pending.ts';
import { type Notes, readNotes } from '../metadata/notes.ts';
import { METADATA, XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { type DomainXml, readDomainXml } from '../xml/domain-xml.ts';
import { KCLI_NAMESPACE } from '../xml/metadata.ts';
import { isSaved, unlessGone } from './guest.ts';
import { type GuestCall, type GuestCalls, onGuest } from './guest-call.ts';
import { listSnapshots } from './snapshot-list.ts';
import { stateOf } from './states.ts';

/** QEMU itself may hang: then the size stays unknown. */
const BLOCK_INFO_MS = 1_500;

export const readInfo = (
  calls: GuestCalls,
  id: VmId,
  signal: AbortSignal,
  rule: AddressRule = readAddressRule(''),
): Promise<VmInfo> =>
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
        .then(readNotes)
        .catch(unlessGone<Notes>({ lines: [] })),
      client.call(procedures.domainIsPersistent, { domain }, options),
      listSnapshots(id, call),
    ]);
    const xml = await readDomainXml(xmlText);
    const [disks, qemu, found] = await Promise.all([
      readDisks(call, xml),
      domain.id === -1 ? undefined : qemuOf(domain.name, calls, signal),
      domain.id === -1 ? [] : guestAddresses(call, !xml.agentIsAway),
    ]);
    const started = qemu?.started;
    const settling = calls.clock !== undefined && isSettling(started, calls.clock.now());
    const pending = persistent && nextText !== undefined ? await pendingIn(xmlText, nextText, settling) : [];
    const onNics = await nicAddresses(call, xml.nics, found);
    const addresses = rule(onceEach([...(kcli.ip === undefined ? [] : [fixedAddress(kcli.ip)]), ...found]));
    return {
      state: stateOf(state, reason, saved).state,
      created: kcli.creationdate,
      ...(started !== undefined && { started }),
      maxMemory: xml.maxMemory,
      maxCpus: xml.maxCpus,
      ...(domain.id !== -1 && {
        row: {
          // The watch asks the host's leases only, never the agent inside the guest.
          ...(addresses.length > 0 && { ips: addresses.map(({ address }) => address) }),
          pending,
        },
      }),
      ...(addresses.length > 0 && { addresses }),
      nics: xml.nics.map((nic, i) => ({
        device: `eth${i}`,
        mac: nic.mac,
        net: nic.source,
        type: nic.model ?? nic.type,
        ...onNics[i],
      })),
      disks,
      snapshots: snapshots.map(({ snapshot }) => snapshot),
      description: xml.description,
      more: [...moreOf(xml, kcli, persistent, qemu?.pid), ...xml.hardware],
      ...(kcli.user !== undefined && { user: kcli.user }),
    };
  });

interface Qemu {
  /** Epoch, ms. */
  readonly started: number;
  /** Its process on the host. */
  readonly pid: string | undefined;
}

/**
 * libvirt does not say since when a guest runs, nor as which process. Where drover sees the files of the host it is since its QEMU has
 * written its number, which is done once.
 */
async function qemuOf(name: string, { files }: GuestCalls, signal: AbortSignal): Promise<Qemu | undefined> {
  if (!files) return undefined;
  const path = `/run/libvirt/qemu/${name}.pid`;
  const [looks, line] = await Promise.all([files.look([path], signal), files.firstLine(path, signal)]);
  const look = looks.get(path);
  if (look?.is !== 'there') return undefined;
  return { started: look.changed * 1000, pid: /^\d{1,10}$/.exec(line ?? '')?.[0] };
}

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
      ...(disk.bootOrder !== undefined && { bootOrder: disk.bootOrder }),
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

function moreOf(xml: DomainXml, kcli: Notes, persistent: boolean, pid: string | undefined): VmInfo['more'] {
  const lines: readonly (readonly [string, string | undefined, section?: string])[] = [
    ['Title', xml.title],
    ['Operating system', xml.guestOs],
    ['Lasting', persistent ? undefined : 'no: it is gone once it stops'],
    ...kcli.lines,
    ['Firmware', xml.firmware, BOOT],
    ['Graphics', xml.graphics.join(', '), DISPLAY],
    ['Serial console', xml.hasSerial ? 'yes' : 'no', DISPLAY],
    ['Type', xml.type, ADVANCED],
    ['Machine', [xml.arch, xml.machine].filter(Boolean).join(', '), ADVANCED],
    ['CPU', xml.cpuMode, ADVANCED],
    ['Guest agent', xml.hasAgent ? 'has a channel' : 'none', ADVANCED],
    ['Emulator', xml.emulator, ADVANCED],
    ['Process', pid && `${pid} on its node`, ADVANCED],
  ];
  return lines.flatMap(([label, value, section]): readonly MoreLine[] =>
    value ? [section === undefined ? [label, value] : [label, value, section]] : [],
  );
}
