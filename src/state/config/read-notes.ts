/**
 * The `notes:` section of the configuration: what people should know of a VM or node, by its id, with who wrote it and when.
 *
 *     notes:
 *       host1/4dea22b3-1d52-d8f3-2516-782e98ab3fa0:
 *         { text: "moves on Friday", by: anna@desk, at: "2026-11-29T16:00:00.000Z", uuid: 4dea22b3-… }
 */
import type { NodeId, VmId } from '../../ids.ts';
import type { Note } from '../fleet/fleet.ts';
import { type LocatedEntry, locate, plainOf } from './located.ts';
import type { Complain } from './read-endpoints.ts';
import { isNodeReference } from './read-pools.ts';

const LONGEST = 1_000;

/** Why this can't be a note; undefined when it can. */
export function noteComplaint(text: string): string | undefined {
  if (text.trim() === '') return 'a note needs a text';
  if (text.length > LONGEST) return `a note has ${LONGEST} characters at most`;
  return /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text)
    ? 'a note is one line, without control characters or direction marks'
    : undefined;
}

/** Wrong entries are reported and left out. */
export function readNotes(section: LocatedEntry | undefined, complain: Complain): ReadonlyMap<NodeId | VmId, Note> {
  const notes = new Map<NodeId | VmId, Note>();
  if (!section || section.value.kind === 'nothing') return notes;
  if (section.value.kind !== 'map') {
    complain(section.value.at, 'notes must be ids with a text below them');
    return notes;
  }
  for (const [id, { at, value }] of section.value.entries) {
    const wordAt = (key: string) => {
      const found = value.kind === 'map' ? plainOf(locate(value, [key])) : undefined;
      return typeof found === 'string' ? found : undefined;
    };
    const text = wordAt('text') ?? '';
    const wrong = isNodeReference(id) && id.includes('/') ? noteComplaint(text) : 'a note is of endpoint/id';
    if (wrong !== undefined) {
      complain(at, `notes: ${JSON.stringify(id)}: ${wrong}`);
      continue;
    }
    const uuid = wordAt('uuid');
    notes.set(id as NodeId | VmId, {
      text,
      by: wordAt('by') ?? '',
      at: Date.parse(wordAt('at') ?? ''),
      ...(uuid !== undefined && { uuid }),
    });
  }
  return notes;
}
