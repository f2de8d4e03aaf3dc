/** The guest whose memory is in a file goes on where it was. The file tells which one that is. */
import { FleetError } from '../../../errors.ts';
import type { RestoreSpec, VmOps, Warning } from '../../contract.ts';
import { textAt, XmlError } from '../../transport/xml.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { uuidBytes, uuidText } from '../link/uuid.ts';
import { LibvirtError, unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { AFTER_RESTORE, XML } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { idOf, isSaved } from '../vm/guest.ts';
import { readDocument } from '../xml/document.ts';
import { type DiskXml, disksOf } from '../xml/domain-xml.ts';
import { refusePath, viewHost } from './host-view.ts';
import { MEMORY_MS } from './save.ts';

/** What a file says of the guest that was saved to it. */
interface SavedGuest {
  readonly name: string;
  readonly uuid: Buffer;
  readonly disks: readonly DiskXml[];
}

/** Seconds between the last write to a disk and the end of the file, as clocks of file systems have them. */
const SLACK = 2;

export const createRestore =
  (host: Host, touched: (uuid: string) => void): NonNullable<VmOps['restore']> =>
  (_of, { path, paused }: RestoreSpec, signal) =>
    onHost(host, path, signal, async (call) => {
      refusePath(path);
      const saved = await readSaved(call, path);
      const uuid = uuidText(saved.uuid);
      const domain = await findGuest(call, saved, path);
      const warnings = await refuseOtherDisks(host, call, saved, domain, path);
      const flags = paused ? AFTER_RESTORE.paused : AFTER_RESTORE.running;
      const args = { path, xml: undefined, flags };
      try {
        await call.change('restore', () =>
          call.client.call(procedures.restore, args, { signal, deadlineMs: MEMORY_MS }),
        );
      } finally {
        touched(uuid);
      }
      return { warnings, id: idOf(host.place, uuid) };
    });

async function readSaved({ client, signal }: HostCall, path: string): Promise<SavedGuest> {
  const none = (why: string, cause: unknown) =>
    new FleetError('op.refused', `${path} is no file with the memory of a VM: ${why}`, { cause });
  try {
    const root = await readDocument(await client.call(procedures.savedXml, { path, flags: 0 }, { signal }), 'domain');
    const [name, uuid] = [textAt(root, 'name')?.trim(), uuidBytes(textAt(root, 'uuid')?.trim() ?? '')];
    if (name && uuid) return { name, uuid, disks: disksOf(root) };
    throw new XmlError('it names no VM');
  } catch (error) {
    if (error instanceof XmlError || (error instanceof LibvirtError && !REFUSALS.has(error.code)))
      throw none(error.message, error);
    throw error;
  }
}

/** That say nothing about the file. */
const REFUSALS: ReadonlySet<number> = new Set([
  VIR_ERR.noSupport,
  VIR_ERR.rpc,
  VIR_ERR.readOnly,
  VIR_ERR.accessDenied,
  VIR_ERR.timeout,
]);

/** The guest that the host has under this uuid. Rejects with op.conflict where the file is not of a guest that is off. */
async function findGuest(call: HostCall, { name, uuid }: SavedGuest, path: string): Promise<Domain | undefined> {
  const { client, signal } = call;
  const [own, namesake] = await Promise.all([
    client.call(procedures.domainByUuid, { uuid }, { signal }).catch(unlessNone),
    client.call(procedures.domainByName, { name }, { signal }).catch(unlessNone),
  ]);
  const refuse = (why: string, fix: string) => new FleetError('op.conflict', why, { fix });
  if (own && own.id !== -1)
    throw refuse(`${own.name} is on already`, 'force it off first: what it has in memory is lost');
  if (own && own.name !== name)
    throw refuse(`${path} has the memory of ${name}, which is called ${own.name} now`, `rename it to ${name} first`);
  if (namesake && !namesake.uuid.equals(uuid))
    throw refuse(
      `${path} has the memory of another ${name} (${uuidText(uuid)}) than this host has (${uuidText(namesake.uuid)})`,
      `rename the ${name} of this host first`,
    );
  if (own && (await isSaved(client, own, signal)))
    throw refuse(`${name} is suspended: libvirt keeps a memory of it already`, 'resume it, and force it off');
  return own;
}

const unlessNone = unlessCode(VIR_ERR.noDomain);

/**
 * Memory on disks that have changed destroys what is on them. Rejects with op.conflict where that is seen; a warning where it can't
 * be seen.
 */
async function refuseOtherDisks(
  host: Host,
  call: HostCall,
  { name, disks }: SavedGuest,
  domain: Domain | undefined,
  path: string,
): Promise<readonly Warning[]> {
  const { client, signal } = call;
  const written = disks.filter((disk) => !disk.readOnly && (disk.path ?? disk.elsewhere) !== undefined);
  const refuse = (why: string) =>
    new FleetError('op.conflict', `${name} can't go on where it was: ${why}`, { fix: `start it without ${path}` });
  if (domain) {
    const xml = await client.call(procedures.domainXml, { domain, flags: XML.inactive }, { signal });
    const now = new Set(disksOf(await readDocument(xml, 'domain')).map(placeOf));
    const other = written.find((disk) => !now.has(placeOf(disk)));
    if (other) throw refuse(`its disk ${other.target} was ${placeOf(other)}, and is another one now`);
  }
  const view = await viewHost(call, host.files);
  const savedAt = await view.written(path);
  const unseen: string[] = [];
  for (const disk of written) {
    const changed = disk.path === undefined ? undefined : await view.written(disk.path);
    if (savedAt === undefined || changed === undefined) unseen.push(placeOf(disk));
    else if (changed > savedAt + SLACK) throw refuse(`${placeOf(disk)} was written to after its memory was saved`);
  }
  const detail = `whether ${unseen.join(', ')} was used since can't be seen: if it was, the guest destroys what is on it`;
  return [
    ...(unseen.length === 0 ? [] : [{ feature: 'vm.restore', detail }]),
    ...(domain ? [] : [{ feature: 'vm.restore', detail: `${name} has no saved definition: it is gone when it stops` }]),
  ];
}

const placeOf = ({ path, elsewhere }: DiskXml): string => path ?? elsewhere ?? '';
