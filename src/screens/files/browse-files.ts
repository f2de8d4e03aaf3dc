/** Files of a node as lists that are gone through: folders are opened, files are edited or received, others are sent there. */
import type { BrowseAction } from '../../actions/action.ts';
import { deleteNodeFile, renameNodeFile, seeNodeFile } from '../../actions/node/change-files.ts';
import { readNodeText, writeNodeText } from '../../actions/node/edit-file.ts';
import { receiveNodeFile, sendNodeFile } from '../../actions/node/node-files.ts';
import { needed } from '../../actions/object-action.ts';
import { taskFor } from '../../actions/perform.ts';
import { permitted, whyNotOf } from '../../actions/permitted.ts';
import { progressOf } from '../../actions/progress.ts';
import { bind } from '../../actions/target.ts';
import { restoreFromFile } from '../../actions/vm-files.ts';
import { FleetError } from '../../errors.ts';
import { type EndpointName, endpointOf, type NodeId } from '../../ids.ts';
import type { Connection, FileEntry, Node, OperationName } from '../../platforms/contract.ts';
import type { TaskSpec, WorkResult } from '../../state/tasks.ts';
import { clean } from '../../terminal/width.ts';
import { formatBytes } from '../../units.ts';
import type { Choice } from '../dialogs/dialogs.ts';
import { editLines } from '../forms/edit-lines.ts';
import type { Stage } from '../stage.ts';

/** A list takes two thousand choices. */
const MOST_SHOWN = 1_990;

type Step =
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly is: FileEntry }
  | { readonly kind: 'link'; readonly path: string }
  | { readonly kind: 'send' | 'make' | 'rename' | 'delete'; readonly folder: string };

/** Until the list is left. Rejects with what a folder can't be read for. */
export async function browseFiles(stage: Stage, action: BrowseAction, id: NodeId): Promise<void> {
  let path = '';
  let folder = '';
  for (;;) {
    const { object: node, connection } = permitted(action, 'node', id, stage.services);
    const list = await needed(connection, 'node.files')(id, path, new AbortController().signal);
    const { entries } = list;
    if (entries === undefined) {
      // A link has led to a file.
      await onFile(stage, node, list.path, list.is);
      path = folder;
      continue;
    }
    const step = await stage.dialogs.pick<Step>({
      title: clean(`${node.name}:${list.path}`),
      choices: () => choicesOf(list.path, entries),
    });
    if (!step) return;
    path = list.path;
    folder = list.path;
    if (step.kind === 'open') path = step.path;
    else if (step.kind === 'link') path = (await onLink(stage, node, step.path)) ?? path;
    else if (step.kind === 'file') await onFile(stage, node, step.path, step.is);
    else if (step.kind === 'send') await sendThere(stage, node, step.folder);
    else if (step.kind === 'make') await makeThere(stage, node, step.folder);
    else path = await changeFolder(stage, node, step.folder, step.kind);
  }
}

/** Answers the folder that is looked at then. */
async function changeFolder(stage: Stage, node: Node, folder: string, what: 'rename' | 'delete'): Promise<string> {
  const isOther = await (what === 'rename' ? renameThere : deleteThere)(stage, node, folder);
  return isOther ? folder.slice(0, Math.max(1, folder.lastIndexOf('/'))) : folder;
}

function choicesOf(path: string, entries: readonly FileEntry[]): readonly Choice<Step>[] {
  const at = (name: string) => `${path === '/' ? '' : path}/${name}`;
  const sorted = entries.toSorted(
    (a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || (a.name < b.name ? -1 : 1),
  );
  const above = path.slice(0, Math.max(1, path.lastIndexOf('/')));
  return [
    ...(path === '/' ? [] : [{ label: '..', value: { kind: 'open', path: above } as const }]),
    ...sorted.slice(0, MOST_SHOWN).map((is): Choice<Step> => {
      const size = is.kind === 'file' && is.size !== undefined ? `  ${formatBytes(is.size)}` : '';
      const mark = is.kind === 'folder' ? '/' : is.kind === 'link' ? '@' : '';
      return {
        label: clean(`${is.name}${mark}${size}`),
        value:
          is.kind === 'folder'
            ? { kind: 'open', path: at(is.name) }
            : is.kind === 'link'
              ? { kind: 'link', path: at(is.name) }
              : { kind: 'file', path: at(is.name), is },
      };
    }),
    { label: '+ send a file of this machine here', value: { kind: 'send', folder: path } },
    { label: '+ make a folder here', value: { kind: 'make', folder: path } },
    ...(path === '/'
      ? []
      : [
          { label: '+ rename this folder', value: { kind: 'rename', folder: path } as const },
          ...(entries.length === 0
            ? [{ label: '+ delete this folder', value: { kind: 'delete', folder: path } as const }]
            : []),
        ]),
  ];
}

/** Answers the path that is gone to. */
async function onLink(stage: Stage, node: Node, path: string): Promise<string | undefined> {
  const what = await stage.dialogs.pick({
    title: clean(`${path}@`),
    choices: () => [
      { label: 'Open what it leads to', value: 'open' as const },
      { label: 'Rename the link', value: 'rename' as const },
      { label: 'Delete the link', value: 'delete' as const },
    ],
  });
  if (what === 'rename') await renameThere(stage, node, path);
  if (what === 'delete') await deleteThere(stage, node, path);
  return what === 'open' ? path : undefined;
}

async function onFile(stage: Stage, node: Node, path: string, is: FileEntry): Promise<void> {
  const size = is.size === undefined ? '' : ` (${formatBytes(is.size)})`;
  const endpoint = endpointOf(node.id);
  const restores = canRestore(stage, endpoint);
  const what = await stage.dialogs.pick({
    title: clean(`${path}${size}`),
    choices: () => [
      { label: 'Edit it', value: 'edit' as const },
      { label: 'Receive it into the folder that drover was started in', value: 'receive' as const },
      ...(restores ? [{ label: 'Restore the VM whose memory is saved in it', value: 'restore' as const }] : []),
      { label: 'Rename it', value: 'rename' as const },
      { label: 'Delete it', value: 'delete' as const },
    ],
  });
  if (what === 'rename') await renameThere(stage, node, path);
  if (what === 'delete') await deleteThere(stage, node, path);
  if (what === 'edit') await editThere(stage, node, path).catch(stage.message.fail);
  if (what === 'restore') {
    const target = bind('endpoint', endpoint, stage.services);
    follow(stage, taskFor(restoreFromFile, [target], { path, paused: false }, stage.services));
  }
  if (what === 'receive') {
    run(stage, node, `Receive ${path} of ${node.name}`, 'node.readFile', async (connection, signal, report) => {
      const tell = progressOf(report, Date.now);
      const file = await receiveNodeFile(connection, node, path, { file: '', overwrite: false }, tell, signal);
      return { text: `${path} of ${node.name} is in ${file}` };
    });
  }
}

/** A path is that of one node: of several it would not be said which. */
function canRestore({ services }: Stage, endpoint: EndpointName): boolean {
  if (whyNotOf(restoreFromFile, { id: endpoint, name: endpoint }, services) !== undefined) return false;
  return [...services.store.fleet.nodes.keys()].filter((id) => endpointOf(id) === endpoint).length === 1;
}

async function editThere(stage: Stage, node: Node, path: string): Promise<void> {
  const { signal } = new AbortController();
  const read = await readNodeText(reach(stage, node, 'node.readFile'), node, path, signal);
  const text = await editLines(stage, node.name, read.text, signal);
  if (text === undefined) return stage.message.say(`${clean(path)}: nothing was changed`);
  const isSent = await writeNodeText(reach(stage, node, 'node.writeFile'), node, read, text, signal);
  stage.message.say(clean(isSent ? `${path} is changed on ${node.name}` : `${path}: nothing was sent`), 'good');
}

async function sendThere(stage: Stage, node: Node, folder: string): Promise<void> {
  const file = await stage.dialogs.prompt({
    title: clean(`Send to ${node.name}:${folder}`),
    lines: ['The file of this machine:'],
  });
  if (file === undefined || file === '') return;
  run(stage, node, `Send ${file} to ${node.name}`, 'node.writeFile', async (connection, signal, report) => {
    const tell = progressOf(report, Date.now);
    const sent = await sendNodeFile(connection, node, file, { path: `${folder}/`, overwrite: false }, tell, signal);
    return { text: sent === undefined ? 'nothing was sent' : `${sent} is on ${node.name}` };
  });
}

async function makeThere(stage: Stage, node: Node, folder: string): Promise<void> {
  const name = await stage.dialogs.prompt({
    title: clean(`Make a folder in ${node.name}:${folder}`),
    lines: ['Its name:'],
  });
  if (name === undefined || name === '') return;
  const path = `${folder === '/' ? '' : folder}/${name}`;
  const make = needed(reach(stage, node, 'node.makeFolder'), 'node.makeFolder');
  await make(node.id, path, new AbortController().signal).then(
    ({ dryRun }) => stage.message.say(clean(dryRun ? 'nothing was sent' : `${path} is on ${node.name}`), 'good'),
    stage.message.fail,
  );
}

/** Whether it has another path now. */
async function renameThere(stage: Stage, node: Node, path: string): Promise<boolean> {
  const start = path.slice(path.lastIndexOf('/') + 1);
  const to = await stage.dialogs.prompt({
    title: clean(`Rename ${path} of ${node.name}`),
    lines: ['Its new name, or its new path:'],
    start,
  });
  if (to === undefined || to === '' || to === start) return false;
  const { signal } = new AbortController();
  return renameNodeFile(reach(stage, node, 'node.renameFile'), node, { path }, to, signal).then((target) => {
    stage.message.say(clean(target === undefined ? 'nothing was sent' : `${path} is ${target} now`), 'good');
    return target !== undefined;
  }, failed(stage));
}

/** Whether it is gone. What is there is looked at again, so that the question is about what it is now. */
async function deleteThere(stage: Stage, node: Node, path: string): Promise<boolean> {
  const { signal } = new AbortController();
  const connection = reach(stage, node, 'node.deleteFile');
  try {
    const file = await seeNodeFile(connection, node, path, signal);
    const { kind, size, changed } = file.is;
    const details = [
      `${kind} ${file.path}`,
      ...(kind === 'file' && size !== undefined ? [`size ${formatBytes(size)}`] : []),
      ...(changed === undefined
        ? []
        : [`changed ${new Date(changed).toISOString().slice(0, 19).replace('T', ' ')} UTC`]),
    ].map(clean);
    const question = clean(`Delete ${file.path} of ${node.name}?`);
    if (!(await stage.dialogs.confirm({ title: 'Delete', question, details }))) return false;
    const isGone = await deleteNodeFile(connection, node, file, signal);
    stage.message.say(clean(isGone ? `${file.path} is deleted` : 'nothing was sent'), 'good');
    return isGone;
  } catch (error) {
    return failed(stage)(error);
  }
}

const failed =
  (stage: Stage) =>
  (error: unknown): false => {
    stage.message.fail(error);
    return false;
  };

const reach = ({ services }: Stage, { id }: Node, needs: OperationName): Connection =>
  permitted({ needs, title: 'Files' }, 'node', id, services).connection;

/** A transfer goes on as a task, which says how far it is, while the list is there again. */
function run(
  stage: Stage,
  node: Node,
  title: string,
  needs: OperationName,
  work: (connection: Connection, signal: AbortSignal, report: (text: string) => void) => Promise<WorkResult>,
): void {
  follow(stage, {
    action: needs,
    title: clean(title),
    work: [
      {
        id: node.id,
        name: node.name,
        lane: endpointOf(node.id),
        run: async (signal, report) => work(reach(stage, node, needs), signal, report),
      },
    ],
  });
}

function follow(stage: Stage, task: TaskSpec): void {
  const { ended } = stage.services.tasks.run(task);
  stage.message.say(`${clean(task.title)}…`);
  void ended.then(({ items: [item] }) => {
    if (item?.state === 'done') stage.message.say(item.text, 'good');
    else if (item)
      stage.message.fail(
        new FleetError(item.code ?? 'op.failed', item.text, item.fix === undefined ? {} : { fix: item.fix }),
      );
  });
}
