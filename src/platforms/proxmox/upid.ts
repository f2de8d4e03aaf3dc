/**
 * Names of tasks: `UPID:pve1:0000C530:001C9BEC:5A9F8F1C:qmstart:100:root@pam:` (PVE::Tools::upid_decode): node, process,
 * its start, start in hex seconds, type, what it is about, who.
 */
export interface Upid {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  readonly about: string;
  readonly user: string;
}

const UPID = /^UPID:([^:\s]+):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:([^:\s]+):([^:\s]*):([^:\s]+):$/;

export function readUpid(text: unknown): Upid | undefined {
  if (typeof text !== 'string') return undefined;
  const [, node, type, about = '', user] = UPID.exec(text) ?? [];
  if (node === undefined || type === undefined || user === undefined) return undefined;
  return { upid: text, node, type, about, user };
}

/** What tasks do to guests and images, as people say it: what began, and what ended. */
const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    qmstart: 'Start',
    qmstop: 'Stop',
    qmshutdown: 'Shutdown',
    qmreboot: 'Reboot',
    qmreset: 'Reset',
    qmpause: 'Pause',
    qmsuspend: 'Suspend to disk',
    qmresume: 'Resume',
    qmdestroy: 'Delete',
    qmconfig: 'Change of settings',
    qmigrate: 'Migration',
    qmclone: 'Clone',
    qmcreate: 'Creation',
    qmrestore: 'Restore',
    qmtemplate: 'Conversion to a template',
    qmmove: 'Move of a disk',
    qmsnapshot: 'Snapshot',
    qmdelsnapshot: 'Deletion of a snapshot',
    qmrollback: 'Rollback to a snapshot',
    resize: 'Resize of a disk',
    vzstart: 'Start',
    vzstop: 'Stop',
    vzshutdown: 'Shutdown',
    vzreboot: 'Reboot',
    vzdestroy: 'Delete',
    vzmigrate: 'Migration',
    vzclone: 'Clone',
    vzcreate: 'Creation',
    vzrestore: 'Restore',
    vzsnapshot: 'Snapshot',
    vzdelsnapshot: 'Deletion of a snapshot',
    vzrollback: 'Rollback to a snapshot',
    vzdump: 'Backup',
    hastart: 'Start by high availability',
    hastop: 'Stop by high availability',
    hamigrate: 'Migration by high availability',
    imgdel: 'Deletion of a volume',
    imgcopy: 'Upload',
    download: 'Download',
  }),
);

/** Undefined for tasks that change neither: consoles, updates. */
export const taskWord = (type: string): string | undefined => WORDS.get(type);
