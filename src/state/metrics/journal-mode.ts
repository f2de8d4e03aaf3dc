import { statfs } from 'node:fs/promises';

/** statfs(2): file systems that several machines may have mounted. FUSE is any of them, sshfs among others. */
const OF_SEVERAL_MACHINES = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff53_4d42, // CIFS
  0xfe53_4d42, // SMB2
  0x0102_1997, // 9p
  0x5346_414f, // AFS
  0x00c3_6400, // Ceph
  0x0bd0_0bd0, // Lustre
  0x6573_5546, // FUSE
]);

export type JournalMode = 'WAL' | 'TRUNCATE';

/**
 * A write-ahead log lets others read while one writes, but only of one machine: its index is memory that they share. Drovers of
 * two machines with one home would damage the file by it (https://www.sqlite.org/wal.html).
 */
export const journalModeOf = ({ type }: { readonly type: number }): JournalMode =>
  OF_SEVERAL_MACHINES.has(type) ? 'TRUNCATE' : 'WAL';

export const journalModeAt = async (path: string): Promise<JournalMode> => journalModeOf(await statfs(path));
