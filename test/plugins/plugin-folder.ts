/** Folders with plugins, for tests: what stands in them is what a user would have written. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const description = (id: string, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    contract: 1,
    id,
    module: 'index.mjs',
    title: 'Sheds',
    summary: 'VMs of a garden.',
    endpoint: [
      { key: 'garden', label: 'Garden', help: 'Where the sheds are.', kind: 'text', required: true, place: true },
    ],
    ...more,
  });

/** One node and one VM, named as the endpoint says. */
export const WORKING = `
export default ({ ids, units }) => ({
  async connect({ name, values }) {
    const node = { id: ids.nodeId(name, 'n'), name: 'shed', pool: undefined, state: 'up', address: undefined, cpus: 1, memory: units.gib(1), version: '1' };
    const vm = {
      id: ids.vmId(name, values.garden), name: 'shed', uuid: values.garden, node: node.id, pool: undefined, state: 'running', rawState: 'on',
      cpus: 1, memory: units.gib(1), ips: [], autostart: undefined, plan: undefined, profile: undefined, image: undefined, tags: [],
    };
    return {
      whyNot: {},
      vm: {
        info: async () => ({ state: 'running', disks: [], nics: [], snapshots: [], created: undefined, description: undefined, more: [] }),
        start: async () => ({ warnings: [] }),
        stop: async () => ({ warnings: [] }),
      },
      async watch({ sink, signal }) {
        sink({ kind: 'inventory', at: Date.now(), inventory: { pools: [], nodes: [node], vms: [vm] } });
        sink({ kind: 'complete', at: Date.now() });
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
      close: async () => {},
    };
  },
  test: async () => [{ check: 'garden', ok: true, detail: 'it is there' }],
});
`;

/** Makes the folder with these files in it, and answers its path. */
export async function pluginFolder(
  parent: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}
