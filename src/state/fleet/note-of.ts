import type { Node, Vm } from '../../platforms/contract.ts';
import type { Fleet, Note } from './fleet.ts';

/** What was written of this very machine; undefined where nothing was, or of one that had the id before. */
export function noteOf(object: Vm | Node, { grouping }: Pick<Fleet, 'grouping'>): Note | undefined {
  const note = grouping.notes.get(object.id);
  return note?.uuid === undefined || ('uuid' in object && object.uuid === note.uuid) ? note : undefined;
}
