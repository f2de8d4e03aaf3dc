/** VMs as files: memory, exports, and the text that they are. */
import { endpointOf, type Id, type VmId } from '../ids.ts';
import type { Settings } from '../platforms/contract.ts';
import type { ObjectAction } from './action.ts';
import { VOLUME_NAME } from './new-name.ts';
import { needed, objectAction } from './object-action.ts';
import { textIn } from './text-in.ts';

/** As long as some hundred GiB take to or from a disk. */
const LIMIT_MS = 600_000;
const PATH = { source: '^/.*[^/]$', complaint: 'an absolute path of a file' };

/** Options of an edit of text: what it becomes, and what it was when it was read. */
const TEXT = 'text';
const BEFORE = 'before';

export const restoreFromFile = objectAction({
  id: 'vm.restore',
  noun: 'vm',
  on: 'endpoint',
  title: 'Restore from file',
  help: 'Let a VM go on whose memory was saved to a file.',
  keys: [],
  danger: 'none',
  needs: 'vm.restore',
  options: [
    { key: 'path', label: 'Path', help: 'The file on the node.', kind: 'text', required: true, pattern: PATH },
    { key: 'paused', label: 'Paused', help: 'Let it wait for resume.', kind: 'flag', default: false },
  ],
  fits: () => true,
  outcome: (args) => ({
    by: 'read',
    words: `has restored ${textIn(args, 'path')}`,
    limitMs: LIMIT_MS,
    async read(connection, signal, made) {
      if (made === undefined) return 'may have restored it';
      const { state } = await connection.vm.info(made as VmId, signal);
      return state === 'running' || state === 'paused' || `has a VM that is ${state}`;
    },
  }),
  send: (restore, { id }, args, signal) =>
    restore(id, { path: textIn(args, 'path'), paused: args['paused'] === true }, signal),
});

export const vmFileActions: readonly ObjectAction[] = [
  objectAction({
    id: 'vm.save',
    noun: 'vm',
    on: 'vm',
    title: 'Save memory to file',
    phrase: 'Save memory of … to a file',
    help: 'Write the memory of a VM to a file on its node and turn it off; restore brings it back from there.',
    keys: [],
    danger: 'interrupts',
    needs: 'vm.save',
    options: [
      {
        key: 'path',
        label: 'Path',
        help: 'The file on its node.',
        kind: 'text',
        required: true,
        examples: ['/var/lib/libvirt/images/web1.save'],
        pattern: PATH,
      },
    ],
    fits: ({ state }) =>
      state === 'running' || state === 'paused' || `only a VM that is on has memory to save; it is ${state}`,
    outcome: (args) => ({
      by: 'watch',
      words: `is saved to ${textIn(args, 'path')}`,
      limitMs: LIMIT_MS,
      reached: (vm) => vm?.state === 'stopped' || vm?.state === 'suspended',
    }),
    send: (save, { id }, args, signal) => save(id, textIn(args, 'path'), signal),
  }),
  restoreFromFile,
  objectAction({
    id: 'vm.export',
    noun: 'vm',
    on: 'vm',
    makes: true,
    title: 'Export as image',
    phrase: 'Export … as an image',
    help: 'Copy the first disk of a VM that is off to an image that other VMs can be made of.',
    keys: [],
    danger: 'none',
    needs: 'vm.export',
    options: [
      { key: 'name', label: 'Name', help: 'Name of the image.', kind: 'text', required: true, pattern: VOLUME_NAME },
      {
        key: 'storage',
        label: 'Storage',
        help: "Its storage; left empty, that of the VM's first disk.",
        kind: 'object',
        of: 'storage',
        default: '',
      },
    ],
    fits: ({ state }) => state === 'stopped' || `only a VM that is off can be exported; it is ${state}`,
    outcome: (args, vm) =>
      vm && {
        by: 'read',
        words: `is exported as ${textIn(args, 'name')}`,
        limitMs: LIMIT_MS,
        late: 'it may still come; read the lists of volumes and images again',
        async read({ volume, image }, signal, made) {
          if (made === undefined) return `may be exported as ${textIn(args, 'name')} now`;
          const of = endpointOf(vm.id);
          // A platform keeps it among one or the other.
          const lists = [volume?.list?.(of, signal), image?.list?.(of, signal)];
          const all = (await Promise.all(lists)).flatMap((one): readonly { readonly id: Id }[] => one ?? []);
          return all.some(({ id }) => id === made) || 'is not exported yet';
        },
      },
    send: (run, { id }, args, signal) =>
      run(id, { name: textIn(args, 'name'), storage: textIn(args, 'storage') }, signal),
  }),
  objectAction({
    id: 'vm.define',
    noun: 'vm',
    on: 'vm',
    title: 'Edit definition',
    phrase: 'Edit definition of …',
    help: 'Change what the platform has of a VM as text, in an editor; the platform checks it before it is saved.',
    keys: [],
    danger: 'none',
    needs: 'vm.define',
    aliases: ['vm.edit-xml'],
    options: [{ key: TEXT, label: 'Text', help: 'The new definition.', kind: 'lines', required: true }],
    fits: () => true,
    reads: async (connection, { id }, signal): Promise<Settings> => {
      const { text } = await needed(connection, 'vm.definition')(id, signal);
      return { [TEXT]: text, [BEFORE]: text };
    },
    compares: [BEFORE, TEXT],
    asked: () => 'has its new definition',
    send: (define, { id }, args, signal) => define(id, String(args[TEXT] ?? ''), String(args[BEFORE] ?? ''), signal),
  }),
];
