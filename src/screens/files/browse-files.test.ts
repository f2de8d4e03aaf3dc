import { expect, it } from 'vitest';
import type { BrowseAction } from '../../actions/action.ts';
import { endpointName, nodeId } from '../../ids.ts';
import type { Connection, FileEntry, FolderList, Node } from '../../platforms/contract.ts';
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

/** Takes these choices, by how their labels begin, and leaves the list; the titles that came, with the choices. */
async function browsed(...labels: readonly string[]): Promise<readonly string[]> {
  const seen: string[] = [];
  const left = [...labels];
  const connection = { node: { files: async (_id: string, path: string) => LISTS[path] } } as unknown as Connection;
  const stage = {
    services: {
      store: { fleet: { find: () => NODE, endpoints: new Map(), vms: new Map() } },
      sessions: { connection: () => connection },
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
