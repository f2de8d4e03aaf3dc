/** What a new VM has twice: two drives on one file would destroy it. */
import { refused } from '../../lib/spec-values.ts';
import type { Drive } from '../make/write-drives.ts';
import { ignitionName, seedName } from '../xml/metadata.ts';
import type { NewVolume } from './vm-volume.ts';

/** `paths` are of what it only reads: its images and media. Throws op.refused. */
export function refuseDoubled(disks: readonly (NewVolume | Drive)[], paths: readonly string[]): void {
  const seen = new Set<string>();
  for (const disk of disks) {
    // Two storages may have one folder.
    const place = 'pool' in disk ? `${disk.pool.folder ?? disk.pool.pool.name}/${disk.name}` : disk.path;
    if (seen.has(place)) throw refused(`two of its disks are ${place}`, 'name each volume once');
    if (paths.includes(place))
      throw refused(`its disk ${place} is its image or its medium too`, 'choose another volume');
    seen.add(place);
  }
}

/** What is called as a seed would be taken for it, and go with the VM. Throws op.refused. */
export function refuseSeedNames(vm: string, disks: readonly (NewVolume | Drive)[], media: readonly string[]): void {
  const names = [seedName(vm), ignitionName(vm)];
  const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const ofDisks = disks.map((disk) => ('pool' in disk ? disk.name : nameIn(disk.path)));
  const refuse = (what: string, own: readonly string[]) => {
    const taken = own.find((name) => names.includes(name));
    if (taken === undefined) return;
    throw refused(
      `the ${what} ${taken} is called as the seed of ${vm} is`,
      'choose another name for the VM, or for it',
    );
  };
  refuse('medium', media.map(nameIn));
  refuse('disk', ofDisks);
}
