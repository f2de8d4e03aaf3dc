/** What is in the drives of a guest as settings of its own, beside the rows of its disks: a medium, and the seed of cloud-init. */
import { FleetError } from '../../../errors.ts';
import { isRows, type Settings, type Warning } from '../../contract.ts';
import { shellWord } from '../../lib/take-back.ts';
import { seedsOf } from '../seed/own-seed.ts';
import type { DomainXml } from '../xml/domain-xml.ts';
import { attachedDisks, ISO, SEED } from './fields.ts';

const DISKS = attachedDisks.key;

export interface Drives {
  /** `sda`; of the first CD drive but that of the seed. */
  readonly iso: string | undefined;
  /** Of the drive with what cloud-init reads. */
  readonly seed: string | undefined;
}

export function drivesOf(vm: string, xml: DomainXml): Drives {
  const seeds = seedsOf(vm, xml);
  const drives = xml.disks.filter(({ device }) => device === 'cdrom');
  const isSeed = ({ path }: (typeof drives)[number]) => path !== undefined && seeds.has(path);
  return { iso: drives.find((drive) => !isSeed(drive))?.target, seed: drives.find(isSeed)?.target };
}

/** `rows` are those of its disks. What has no drive for media has none in it. */
export function driveSettings({ iso, seed }: Drives, { [DISKS]: rows }: Settings): Settings {
  const drive = isRows(rows) ? rows.find(({ device }) => device === iso) : undefined;
  return { [ISO]: drive?.['medium'] ?? '', [SEED]: seed !== undefined };
}

/**
 * What was asked for, with these as changes of the rows of its disks. Throws op.refused for a VM without such a drive, or whose
 * drive is to be detached as well, and op.unsupported for a seed that it does not have.
 */
export function withDrives(
  vm: string,
  { iso, seed }: Drives,
  { [ISO]: medium, [SEED]: isSeeded, ...asked }: Settings,
  now: Settings,
): { readonly asked: Settings; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const rows = asked[DISKS] ?? now[DISKS];
  const changes = new Map<string, string>();
  if (medium !== undefined && medium !== now[ISO]) {
    if (iso === undefined)
      throw new FleetError('op.refused', `${vm} has no CD drive for a medium`, { fix: 'add one to its definition' });
    if (isRows(rows) && !rows.some(({ device }) => device === iso))
      throw new FleetError('op.refused', `${vm}: its drive ${iso} is to be detached, and gets no medium`, {
        fix: 'leave its row, or the medium',
      });
    changes.set(iso, String(medium));
  }
  if (isSeeded === true && seed === undefined)
    throw new FleetError('op.unsupported', `${vm}: what cloud-init reads is made with a VM, not later`, {
      fix: 'make a VM of its image instead',
    });
  if (isSeeded === false && seed !== undefined) {
    changes.set(seed, '');
    const before = now[DISKS];
    const left = isRows(before) ? before.find(({ device }) => device === seed)?.['medium'] : undefined;
    if (left)
      warnings.push({ feature: SEED, detail: `its seed is left: drover volume delete ${shellWord(String(left))}` });
  }
  if (changes.size === 0 || !isRows(rows)) return { asked, warnings };
  const changed = rows.map((row) => {
    const into = changes.get(String(row['device']));
    return into === undefined ? row : { ...row, medium: into };
  });
  return { asked: { ...asked, [DISKS]: changed }, warnings };
}
