import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { NodeId } from '../../src/ids.ts';
import type { CommandOutput, Connection, NodeOps, NodeState } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import { bytes } from '../../src/units.ts';
import { type Bench, patient, present } from './bench.ts';
import { destinationOf, sourceOf } from './memory-files.ts';

/** Commands and files of nodes, and the way to their guests. */
export function nodes(bench: () => Bench, { operations }: PlatformFacts): void {
  async function withNode(): Promise<{ connection: Connection; node: NodeId; ops: Required<NodeOps> }> {
    const { connection, feeds } = await bench().watch();
    const [first] = feeds;
    const node = first?.kind === 'inventory' ? first.inventory.nodes[0] : undefined;
    return { connection, node: present(node).id, ops: present(connection.node) as Required<NodeOps> };
  }

  it('has the files of nodes as a whole, or none', () => {
    const ofFiles = [
      ...(['node.files', 'node.readFile', 'node.writeFile', 'node.makeFolder'] as const),
      ...(['node.renameFile', 'node.deleteFile'] as const),
    ];
    expect([0, ofFiles.length]).toContain(ofFiles.filter((name) => operations.includes(name)).length);
  });

  if (operations.includes('node.enterMaintenance')) {
    it('a node is taken out of service and put back, and one that runs VMs stays and names them', async () => {
      const { server } = bench();
      const running = await server.runningVm();
      const idle = await present(server.idleNode)();
      const watching = await bench().watch();
      const { connection, feeds, vms } = watching;
      const ops = present(connection.node) as Required<NodeOps>;
      const states = () =>
        feeds.flatMap((feed) =>
          feed.kind === 'changes'
            ? feed.changes.flatMap((one) => (one.kind === 'node-upsert' && one.node.id === idle ? one.node.state : []))
            : [],
        );
      const until = (state: NodeState) =>
        watching.until(`${idle} to be ${state}`, () => states().at(-1) === state || undefined);
      await bench().supporting(connection, 'node.enterMaintenance', async () => {
        expect((await ops.enterMaintenance(idle, patient())).warnings).toEqual([]);
        await until('maintenance');
        expect((await ops.enterMaintenance(idle, patient())).warnings).toMatchObject([
          { feature: 'node.enterMaintenance' },
        ]);
      });
      await bench().supporting(connection, 'node.exitMaintenance', async () => {
        expect((await ops.exitMaintenance(idle, patient())).warnings).toEqual([]);
        await until('up');
        expect((await ops.exitMaintenance(idle, patient())).warnings).toMatchObject([
          { feature: 'node.exitMaintenance' },
        ]);
      });
      const { name, node } = await watching.untilState(running, 'running');
      const others = [...vms.values()].filter((vm) => vm.node === node && vm.state === 'running').length;
      await expect(ops.enterMaintenance(present(node), patient())).rejects.toMatchObject({
        code: 'op.conflict',
        message: expect.stringContaining(others > 5 ? 'more VMs' : name),
      });
    });
  }

  if (operations.includes('node.route')) {
    it('says how the guests of its nodes are reached', async () => {
      const { connection, node, ops } = await withNode();
      await bench().supporting(connection, 'node.route', async () => {
        const { jump, unreachable } = await ops.route(node, patient());
        if (unreachable !== undefined) expect(unreachable).toMatch(/\w+ \w+/);
        else if (jump) expect(jump.host).not.toBe('');
      });
    });
  }

  if (operations.includes('node.run')) {
    it('F-201 runs a command on a node: what it writes on either stream, and its exit code', async () => {
      const { connection, node, ops } = await withNode();
      const run = async (command: string, stop = new AbortController().signal) => {
        const said = { stdout: '', stderr: '' };
        const tell = ({ from, data }: CommandOutput) => {
          said[from] += Buffer.from(data).toString();
        };
        const { code } = await ops.run(node, command, { tell, stop }, patient());
        return { code, ...said };
      };
      await bench().supporting(connection, 'node.run', async () => {
        expect(await run('echo from the node')).toEqual({ code: 0, stdout: 'from the node\n', stderr: '' });
        expect(await run('exit 7')).toEqual({ code: 7, stdout: '', stderr: '' });
        expect(await run('drover-has-no-such-command')).toEqual({
          code: 127,
          stdout: '',
          stderr: expect.stringContaining('drover-has-no-such-command'),
        });
        const stop = new AbortController();
        const ended = run('sleep 1234', stop.signal);
        stop.abort();
        // what SIGTERM has ended
        await expect(ended).resolves.toMatchObject({ code: 143 });
      });
    });
  }

  if (operations.includes('node.writeFile')) {
    it('F-043 F-044 F-449 makes a folder, writes a file into it, reads it, renames and deletes both, and refuses what was changed', async () => {
      const { connection, node, ops } = await withNode();
      const home = (await ops.files(node, '', patient())).path;
      const folder = `${home}/drover-suite-${randomBytes(4).toString('hex')}`;
      const list = async () =>
        (await ops.files(node, folder, patient())).entries?.map(({ name, kind }) => [name, kind]);
      await bench().supporting(connection, 'node.makeFolder', () => ops.makeFolder(node, folder, patient()));
      expect(await list()).toEqual([]);

      const [first, second] = [randomBytes(300_000), randomBytes(300_001)];
      const file = `${folder}/naïve "name"`;
      const write = (content: Buffer, how: Parameters<NonNullable<NodeOps['writeFile']>>[3]) =>
        ops.writeFile(node, file, sourceOf(content), how, patient());
      await bench().supporting(connection, 'node.writeFile', () => write(first, { overwrite: false, mode: 0o640 }));
      const before = await bench().supporting(connection, 'node.files', () => ops.files(node, file, patient()));
      expect(before).toMatchObject({ path: file, is: { kind: 'file', size: first.length, mode: 0o640 } });
      expect(await list()).toEqual([['naïve "name"', 'file']]);

      await expect(write(second, { overwrite: false })).rejects.toMatchObject({ code: 'op.conflict' });
      await write(second, { overwrite: false, basedOn: before.is });
      await expect(write(first, { overwrite: true, basedOn: before.is })).rejects.toMatchObject({
        code: 'op.conflict',
        message: `${file} was changed since it was read`,
      });
      const to = destinationOf(Buffer.alloc(0));
      await bench().supporting(connection, 'node.readFile', () => ops.readFile(node, file, to, patient()));
      expect(to.content().equals(second)).toBe(true);
      expect((await ops.files(node, file, patient())).is.mode).toBe(0o640);
      await expect(ops.files(node, `${folder}/none`, patient())).rejects.toMatchObject({ code: 'op.refused' });

      const other = `${folder}/another "name"`;
      const seen = async (path: string) => {
        const at = path.lastIndexOf('/');
        const { entries } = await ops.files(node, path.slice(0, at), patient());
        return present(entries?.find(({ name }) => name === path.slice(at + 1)));
      };
      await bench().supporting(connection, 'node.renameFile', () => ops.renameFile(node, file, other, patient()));
      expect(await list()).toEqual([['another "name"', 'file']]);
      await ops.makeFolder(node, `${folder}/inner`, patient());
      await expect(ops.renameFile(node, other, `${folder}/inner`, patient())).rejects.toMatchObject({
        code: 'op.conflict',
      });
      await bench().supporting(connection, 'node.deleteFile', async () => {
        const shown = await seen(other);
        const older = { ...shown, size: bytes(1) };
        await expect(ops.deleteFile(node, other, older, patient())).rejects.toMatchObject({ code: 'op.conflict' });
        await expect(ops.deleteFile(node, folder, await seen(folder), patient())).rejects.toMatchObject({
          code: 'op.refused',
          message: expect.stringContaining('in it'),
        });
        await ops.deleteFile(node, other, shown, patient());
        await ops.deleteFile(node, `${folder}/inner`, await seen(`${folder}/inner`), patient());
        expect(await list()).toEqual([]);
        await ops.deleteFile(node, folder, await seen(folder), patient());
      });
      await expect(list()).rejects.toMatchObject({ code: 'op.refused' });
    });
  }
}
