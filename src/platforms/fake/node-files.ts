/** Files of simulated nodes: a few to look at, and what is written. */
import { FleetError } from '../../errors.ts';
import type { NodeId } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { Destination, FileEntry, FileWrite, FolderList, Source } from '../contract.ts';
import type { Calls } from './call.ts';
import type { File, Tree } from './node-tree.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

const HOME = '/root';

function newTree(name: string, now: number): Tree {
  const folder = { content: undefined, mode: 0o755, changed: now };
  const text = (content: string) => ({ content: Buffer.from(content), mode: 0o644, changed: now });
  return new Map<string, File>([
    ['/', folder],
    ['/etc', folder],
    ['/etc/hostname', text(`${name}\n`)],
    ['/etc/motd', text('This machine is simulated.\n')],
    [HOME, folder],
    [`${HOME}/notes.txt`, text('(simulated) notes\n')],
    ['/srv', folder],
    ['/srv/iso', folder],
    ['/srv/vms', folder],
  ]);
}

export function createNodeFiles(server: FakeServer, calls: Calls) {
  const treeOf = (id: NodeId, name: string): Tree => {
    const tree = server.nodeFiles.get(id) ?? newTree(name, server.clock.now());
    server.nodeFiles.set(id, tree);
    return tree;
  };
  const fileAt = (tree: Tree, path: string): File => {
    const file = tree.get(path);
    if (!file) throw new FleetError('op.refused', `${path} is not there`);
    return file;
  };
  return {
    files: (id: NodeId, given: string, signal: AbortSignal): Promise<FolderList> =>
      calls.node('node.files', id, signal, ({ name }) => {
        const path = absolute(given);
        const tree = treeOf(id, name);
        const is = fileAt(tree, path);
        return { path, is: entryOf(path, is), entries: is.content ? undefined : entriesOf(tree, path) };
      }),
    readFile: (id: NodeId, path: string, to: Destination, signal: AbortSignal) =>
      calls.node('node.readFile', id, signal, async ({ name }) => {
        const { content } = fileAt(treeOf(id, name), absolute(path));
        if (!content) throw new FleetError('op.refused', `${path} is a folder, and no file`);
        await to.clear();
        await to.write(content);
        return { warnings: [] };
      }),
    writeFile: (id: NodeId, path: string, from: Source, how: FileWrite, signal: AbortSignal) =>
      calls.node('node.writeFile', id, signal, async ({ name }) => {
        const tree = treeOf(id, name);
        const at = absolute(path);
        refuse(at, tree.get(at), how);
        fileAt(tree, folderOf(at));
        const pieces: Uint8Array[] = [];
        for await (const piece of from.read(0)) pieces.push(piece);
        const mode = tree.get(at)?.mode ?? how.mode ?? 0o644;
        tree.set(at, { content: Buffer.concat(pieces), mode, changed: server.clock.now() });
        return accepted();
      }),
    makeFolder: (id: NodeId, path: string, signal: AbortSignal) =>
      calls.node('node.makeFolder', id, signal, ({ name }) => {
        const tree = treeOf(id, name);
        const at = absolute(path);
        if (tree.has(at)) throw new FleetError('op.conflict', `${at} is there already`);
        fileAt(tree, folderOf(at));
        tree.set(at, { content: undefined, mode: 0o755, changed: server.clock.now() });
        return accepted();
      }),
    renameFile: (id: NodeId, from: string, to: string, signal: AbortSignal) =>
      calls.node('node.renameFile', id, signal, ({ name }) => {
        const tree = treeOf(id, name);
        const [path, target] = [absolute(from), absolute(to)];
        fileAt(tree, path);
        if (tree.has(target)) throw new FleetError('op.conflict', `${target} is there already`);
        fileAt(tree, folderOf(target));
        if (target.startsWith(`${path}/`)) throw new FleetError('op.refused', `${target} is within ${path}`);
        for (const [at, file] of [...tree])
          if (at === path || at.startsWith(`${path}/`)) {
            tree.delete(at);
            tree.set(`${target}${at.slice(path.length)}`, file);
          }
        return accepted();
      }),
    deleteFile: (id: NodeId, given: string, seen: FileEntry, signal: AbortSignal) =>
      calls.node('node.deleteFile', id, signal, ({ name }) => {
        const tree = treeOf(id, name);
        const path = absolute(given);
        const is = entryOf(path, fileAt(tree, path));
        if (is.kind !== seen.kind || is.size !== seen.size || is.changed !== seen.changed)
          throw new FleetError('op.conflict', `${path} was changed since it was looked at`, {
            fix: 'look at it again',
          });
        if (entriesOf(tree, path).length > 0)
          throw new FleetError('op.refused', `${path} has something in it`, { fix: 'delete what is in it first' });
        tree.delete(path);
        return accepted();
      }),
  };
}

const absolute = (path: string): string =>
  path === '' || path === '.' ? HOME : path.startsWith('/') ? path.replace(/(?<=.)\/+$/, '') : `${HOME}/${path}`;

const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

function entriesOf(tree: Tree, folder: string): readonly FileEntry[] {
  return [...tree].flatMap(([path, file]) => (path !== '/' && folderOf(path) === folder ? [entryOf(path, file)] : []));
}

const entryOf = (path: string, { content, mode, changed }: File): FileEntry => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  kind: content ? 'file' : 'folder',
  size: content ? bytes(content.length) : undefined,
  changed,
  mode,
  owner: 0,
  group: 0,
});

function refuse(path: string, there: File | undefined, { overwrite, basedOn }: FileWrite): void {
  if (there && !there.content) throw new FleetError('op.refused', `${path} is a folder, and no file`);
  if (basedOn && (there?.changed !== basedOn.changed || there?.content?.length !== basedOn.size))
    throw new FleetError('op.conflict', `${path} was changed since it was read`, { fix: 'read it again' });
  if (there && !overwrite && !basedOn)
    throw new FleetError('op.conflict', `${path} is there already`, { fix: 'choose another name, or --overwrite' });
}
