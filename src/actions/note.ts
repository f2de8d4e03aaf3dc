/** Notes: what people should know of a VM or node, with who wrote it and when. They are the user's own, and in the configuration. */
import type { NodeId, VmId } from '../ids.ts';
import type { Settings } from '../platforms/contract.ts';
import { noteComplaint } from '../state/config/read-notes.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { noteOf } from '../state/fleet/note-of.ts';
import type { ConfigAction } from './action.ts';

type Noted = 'vm' | 'node';

const textIn = (args: Settings): string => String(args['text'] ?? '').trim();

const objectOf = (noun: Noted, id: string, { vms, nodes }: Fleet) =>
  noun === 'vm' ? vms.get(id as VmId) : nodes.get(id as NodeId);

const noteAction = (noun: Noted, what: string): ConfigAction => ({
  kind: 'config',
  id: `${noun}.note`,
  noun,
  title: 'Note',
  help: `Write what people should know of a ${what}; an empty text takes the note away.`,
  keys: [';'],
  danger: 'none',
  aliases: [`${noun}.annotate`],
  onExisting: true,
  options: [{ key: 'text', label: 'Text', help: 'One line; empty takes it away.', kind: 'text', required: true }],
  line: {
    start(id, fleet) {
      const object = objectOf(noun, id, fleet);
      return (object && noteOf(object, fleet)?.text) ?? '';
    },
    complaint: (text) => (text.trim() === '' ? undefined : noteComplaint(text.trim())),
  },
  change(id, args, { by, at, fleet }) {
    const of = id as VmId | NodeId;
    const text = textIn(args);
    if (text === '') return { kind: 'note-remove', of };
    const uuid = noun === 'vm' ? fleet.vms.get(id as VmId)?.uuid : undefined;
    return { kind: 'note-write', of, note: { text, by, at, ...(uuid !== undefined && { uuid }) } };
  },
  said: (id, args) => (textIn(args) === '' ? `${id} has no note now` : `${id} has a note now`),
});

export const noteActions: readonly ConfigAction[] = [
  { ...noteAction('vm', 'VM'), sharesKeyWith: 'node.note' },
  { ...noteAction('node', 'node'), sharesKeyWith: 'vm.note' },
];
