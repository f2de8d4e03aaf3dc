/** What storages a pretended cluster has at first, and what is in them. */

const GIB = 1024 ** 3;

/** As in `storage.cfg`. */
export interface WorldStorage {
  readonly type: string;
  readonly shared?: 1;
  readonly disable?: 1;
  readonly content: string;
  readonly [key: string]: string | number | undefined;
}

/** A disk or file. */
export interface WorldVolume {
  /** The node on whose storage it is; of a shared one the node through which it came. */
  readonly node: string;
  readonly content: string;
  readonly format: string;
  readonly size: number;
  /** Epoch, seconds. */
  readonly ctime: number;
  readonly vmid?: number;
  readonly protected?: 1;
  /** Of a backup: what was written about it, and the guest as it was. */
  readonly notes?: string;
  readonly archived?: Readonly<Record<string, string>>;
  readonly kind?: 'qemu' | 'lxc';
}

export const startStorages = (): Map<string, WorldStorage> =>
  new Map<string, WorldStorage>([
    ['local', { type: 'dir', path: '/var/lib/vz', content: 'iso,vztmpl,backup,import' }],
    ['local-lvm', { type: 'lvmthin', vgname: 'pve', thinpool: 'data', content: 'images,rootdir' }],
    ['local-zfs', { type: 'zfspool', pool: 'rpool/data', content: 'images,rootdir' }],
    ['thick', { type: 'lvm', vgname: 'vg1', content: 'images' }],
    [
      'nas',
      {
        type: 'nfs',
        shared: 1,
        path: '/mnt/pve/nas',
        server: '192.0.2.50',
        export: '/srv/pve',
        content: 'backup,images,iso,import,vztmpl',
      },
    ],
    ['retired', { type: 'dir', path: '/srv/old', content: 'images', disable: 1 }],
  ]);

/** By their volume ids, each on one node. */
export const startVolumes = (): Map<string, WorldVolume> =>
  new Map<string, WorldVolume>([
    [
      'local:iso/debian-13.iso',
      { node: 'pve1', content: 'iso', format: 'iso', size: 629_145_600, ctime: 1_790_000_000 },
    ],
    [
      'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
      { node: 'pve2', content: 'vztmpl', format: 'tzst', size: 123_456_789, ctime: 1_790_000_100 },
    ],
    [
      'nas:import/debian-13.qcow2',
      { node: 'pve1', content: 'import', format: 'qcow2', size: 3 * GIB, ctime: 1_790_000_150 },
    ],
    ['nas:iso/rescue.iso', { node: 'pve1', content: 'iso', format: 'iso', size: 734_003_200, ctime: 1_790_000_200 }],
    [
      'nas:backup/vzdump-qemu-100-2026_10_01-02_00_00.vma.zst',
      {
        node: 'pve1',
        content: 'backup',
        format: 'vma.zst',
        size: 1_234_567_890,
        ctime: 1_790_000_300,
        vmid: 100,
        protected: 1,
      },
    ],
    // left behind by a guest that is gone
    [
      'local-zfs:vm-999-disk-0',
      { node: 'pve1', content: 'images', format: 'raw', size: 8 * GIB, ctime: 1_790_000_400, vmid: 999 },
    ],
  ]);

/** A volume of a guest, by the words of its configuration: `local-lvm:vm-100-disk-0,size=8G`. Undefined: none. */
export function volumeIn(
  text: string,
  guest: { readonly kind: string; readonly node: string; readonly vmid: number },
  at: number,
): readonly [string, WorldVolume] | undefined {
  const [, volid = ''] = /^([\w-]+:[^,]+)/.exec(text) ?? [];
  if (!/disk|cloudinit/.test(volid)) return undefined;
  const size = Number(/size=(\d+)G/.exec(text)?.[1] ?? 1) * GIB;
  const content = guest.kind === 'lxc' ? 'rootdir' : 'images';
  const ctime = Math.floor(at / 1000);
  return [volid, { node: guest.node, content, format: 'raw', size, ctime, vmid: guest.vmid }];
}
