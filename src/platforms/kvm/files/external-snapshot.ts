/** A snapshot that was asked for in files of its own: what they are called, and what the guest does for it. */
import { basename, dirname, extname } from 'node:path';
import { FleetError, sentence } from '../../../errors.ts';
import { shellWord } from '../../../shell-word.ts';
import type { SnapshotSpec, Warning } from '../../contract.ts';
import { attribute, child, childrenOf, escapeXml, type XmlElement } from '../../transport/xml.ts';
import type { HostFiles } from '../host/host-files.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { SNAPSHOT } from '../rpc/flags.ts';
import type { DomainSnapshot } from '../rpc/protocol.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';
import { disksOf, isInSnapshots } from '../xml/domain-xml.ts';
import { type HostView, viewHost } from './host-view.ts';

export interface ExternalPlan {
  /** Of the document of the snapshot: memory and disks. */
  readonly parts: string;
  readonly memoryFile: string | undefined;
  readonly flags: number;
  /** Files that are made for it. */
  readonly files: readonly string[];
  /** For the sentence when no answer comes: it names the files that may be there. */
  readonly verb: string;
  /** Its agent answers, and can write out what the guest has not written yet. */
  readonly hasAgent: boolean;
  /** It runs, and its memory is not kept. */
  readonly isLive: boolean;
  readonly name: string;
  left(): Promise<readonly string[]>;
}

/** `xml` is the definition of now. Rejects with op.unsupported for a disk that can have no file beside it. */
export async function planExternal(
  call: GuestCall,
  spec: SnapshotSpec,
  xml: string,
  login: HostFiles | undefined,
): Promise<ExternalPlan> {
  const { name } = call.domain;
  const isOn = call.domain.id !== -1;
  const root = await readDocument(xml, 'domain');
  const disks = disksOf(root).filter(isInSnapshots);
  const view = await viewHost(call, login);
  const taken = new Set<string>();
  const layers: (readonly [target: string, file: string])[] = [];
  for (const { target, path, elsewhere = path } of disks) {
    if (path === undefined || path.startsWith('/dev/')) {
      const why = `its disk ${target} (${elsewhere}) is no file, and libvirt makes no file for it`;
      throw new FleetError('op.unsupported', `${name}: ${why}`);
    }
    layers.push([target, await freeName(view, path, spec.name, '', taken)]);
  }
  const [first] = disks;
  if (first?.path === undefined)
    throw new FleetError('op.refused', `${name} has no disk that a snapshot could be taken of`);
  const keepsMemory = spec.memory && isOn;
  const memoryFile = keepsMemory ? await freeName(view, first.path, spec.name, '.mem', taken) : undefined;
  // libvirt looks for the files of disks itself; it writes memory over whatever is there.
  if (memoryFile !== undefined && (await view.presence(memoryFile)) !== 'free')
    throw new FleetError('op.refused', `${name}: it can't be seen whether ${memoryFile} is there already`, {
      fix: `make ${dirname(memoryFile)} a storage, or take it without memory`,
    });
  const memory = memoryFile === undefined ? '' : `<memory snapshot="external" file="${escapeXml(memoryFile)}"/>`;
  const elements = layers.map(
    ([target, file]) =>
      `<disk name="${escapeXml(target)}" snapshot="external"><source file="${escapeXml(file)}"/></disk>`,
  );
  const files = [...layers.map(([, file]) => file), ...(memoryFile === undefined ? [] : [memoryFile])];
  return {
    name,
    files,
    verb: `take a snapshot in ${files.join(', ')}`,
    memoryFile,
    parts: `${memory}<disks>${elements.join('')}</disks>`,
    flags: SNAPSHOT.atomic + (memoryFile === undefined ? SNAPSHOT.diskOnly : 0),
    hasAgent: hasAgent(root),
    isLive: isOn && !keepsMemory,
    async left() {
      const now = await viewHost(call, login);
      const found = await Promise.all(
        files.map(async (file) => ((await now.presence(file)) === 'there' ? [file] : [])),
      );
      return found.flat();
    },
  };
}

/** As libvirt calls them, `web1.monday` beside `web1.qcow2`, with a number where that is taken. */
async function freeName(
  view: HostView,
  path: string,
  snapshot: string,
  end: string,
  taken: Set<string>,
): Promise<string> {
  const safe = snapshot.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 80);
  const stem = `${dirname(path)}/${basename(path, extname(path))}.${safe}`;
  for (let number = 1; ; number++) {
    const file = `${stem}${number === 1 ? '' : `-${number}`}${end}`;
    if (taken.has(file) || (await view.presence(file)) === 'there') continue;
    taken.add(file);
    return file;
  }
}

const hasAgent = (root: XmlElement): boolean =>
  childrenOf(child(root, 'devices'), 'channel').some((channel) => {
    const target = child(channel, 'target');
    return attribute(target, 'name') === 'org.qemu.guest_agent.0' && attribute(target, 'state') === 'connected';
  });

/**
 * Takes it by `send`, with its flags. What the agent can't do is done without: libvirt has made nothing then. After a failure the error
 * names files that are there all the same.
 */
export async function takeExternal(
  { flags, hasAgent: isAsked, isLive, name, left }: ExternalPlan,
  send: (flags: number) => Promise<DomainSnapshot>,
  warnings: Warning[],
): Promise<DomainSnapshot> {
  let why = isLive && !isAsked ? 'no agent answers in it' : undefined;
  try {
    if (isLive && isAsked) {
      const made = await send(flags + SNAPSHOT.quiesce).catch((error: unknown) => {
        if (!(error instanceof LibvirtError)) throw error;
        why = error.message;
      });
      if (made) return made;
    }
    const made = await send(flags);
    const detail = `${name} did not write out what it had in memory (${why}): its disks are as after a power cut`;
    if (why !== undefined) warnings.push({ feature: 'disks', detail });
    return made;
  } catch (error) {
    const files = error instanceof LibvirtError ? await left().catch(() => []) : [];
    if (files.length === 0) throw error;
    const fix = `remove them on the host once they are not wanted: rm ${files.map(shellWord).join(' ')}`;
    throw new FleetError('op.failed', `${name}: ${sentence(error)}; files are left: ${files.join(', ')}`, {
      fix,
      cause: error,
    });
  }
}
