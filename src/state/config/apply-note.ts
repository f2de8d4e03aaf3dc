import { FleetError } from '../../errors.ts';
import type { ConfigChange } from './change.ts';
import type { Draft } from './draft.ts';
import { noteComplaint } from './read-notes.ts';

type NoteChange = Extract<ConfigChange, { kind: `note-${string}` }>;

/** Throws FleetError when the change can't be made to what is in the draft. */
export function applyNoteChange(draft: Draft, change: NoteChange): void {
  const path = ['notes', change.of] as const;
  if (change.kind === 'note-remove') {
    if (!draft.has(path)) throw new FleetError('config.invalid', `${change.of} has no note`);
    draft.remove(path);
    return;
  }
  const { text, by, at, uuid } = change.note;
  const wrong = noteComplaint(text);
  if (wrong !== undefined) throw new FleetError('config.invalid', wrong);
  draft.put(path, { text, by, at: new Date(at).toISOString(), ...(uuid !== undefined && { uuid }) });
}
