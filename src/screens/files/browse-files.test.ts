import { expect, it } from 'vitest';
import type { BrowseAction } from '../../actions/action.ts';
import { endpointName, nodeId } from '../../ids.ts';
import type { Connection, FileEntry, FolderList, Node } from '../../platforms/contract.ts';
import { emptyMap } from '../../state/config/located.ts';
import type { TaskSpec } from '../../state/tasks.ts';
import type { Stage } from '../stage.ts';
import { browseFiles } from './browse-files.ts';

const HOST = endpointName('host1');
const NODE = { id: nodeId(HOST, 'n'), name: 'host1' } as Node;
const action = { needs: 'node.files', title: 'Files' } as unknown as BrowseAction;
const entry = (name: string, kind: FileEntry['kind']): FileEntry => ({
  name,
  kind,
  size: undefined,
  changed: undefined,
  mode: undefined,
  owner: undefined,
  group: undefined,
});

const ROOT: FolderList = {
  path: '/root',
  is: entry('root', 'folder'),
  entries: [entry('way', 'link'), entry('disks', 'link')],
};
const LISTS: Readonly<Record<string, FolderList>> = {
  '': ROOT,
  '/root': ROOT,
  '/root/way': { path: '/etc/motd', is: entry('motd', 'file'), entries: undefined },
  '/root/disks': { path: '/srv', is: entry('srv', 'folder'), entries: [] },
};

const files = {
  whyNot: { vm: 'its VMs are not saved to files' },
  node: { files: async (_id: string, path: string) => LISTS[path] },
} as unknown as Connection;

/** Takes these choices, by how their labels begin, and leaves the list; the titles that came, with the choices. */
const browsed = (...labels: readonly string[]): Promise<readonly string[]> => browsedBy(files, () => {}, ...labels);

async function browsedBy(
  connection: Connection,
  began: (task: TaskSpec) => void,
  ...labels: readonly string[]
): Promise<readonly string[]> {
  const seen: string[] = [];
  const left = [...labels];
  const stage = {
    message: { say() {} },
    services: {
      store: {
        fleet: { find: () => NODE, endpoints: new Map(), vms: new Map(), nodes: new Map([[NODE.id, NODE]]) },
      },
      sessions: { connection: () => connection, current: () => undefined },
      config: () => ({ file: emptyMap }),
      tasks: {
        run(task: TaskSpec) {
          began(task);
          return { id: 1, ended: Promise.resolve({ items: [] }) };
        },
      },
      policyFor: () => ({}),
      operations: {},
    },
    dialogs: {
      async pick({ title, choices }: { title: string; choices(): readonly { label: string; value: unknown }[] }) {
        const label = left.shift();
        seen.push(
          `${title}: ${choices()
            .map((one) => one.label)
            .join(', ')}`,
        );
        return label === undefined ? undefined : choices().find((one) => one.label.startsWith(label))?.value;
      },
    },
  } as unknown as Stage;
  await browseFiles(stage, action, NODE.id);
  return seen;
}

it('F-043 a link can be opened, renamed and deleted; what leads to a file is one, and its folder comes back', async () => {
  const titles = await browsed('way', 'Open', 'Edit nothing');
  expect(titles[1]).toBe('/root/way@: Open what it leads to, Rename the link, Delete the link');
  expect(titles[2]).toMatch(/^\/etc\/motd: Edit it, Receive .*, Rename it, Delete it$/);
  expect(titles[3]).toMatch(/^host1:\/root: /);
});

it('F-043 a link that leads to a folder opens that', async () => {
  const titles = await browsed('disks', 'Open');
  expect(titles[2]).toMatch(/^host1:\/srv: .*\+ delete this folder$/);
});

it('F-034 a VM is restored from the file that was chosen in the list of its node', async () => {
  const began: TaskSpec[] = [];
  const connection = { ...files, vm: { restore: async () => ({ warnings: [] }) } } as unknown as Connection;
  const titles = await browsedBy(connection, (task) => void began.push(task), 'way', 'Open', 'Restore the VM');
  expect(titles[2]).toContain('Restore the VM whose memory is saved in it');
  expect(began.map(({ action, work }) => [action, work.map(({ id }) => id)])).toEqual([['vm.restore', [HOST]]]);
});
