import { expect, it } from 'vitest';
import { commandWords, hasCommand, nameOfNew } from '../../actions/command-words.ts';
import { takesFingerprints } from '../../actions/fingerprint.ts';
import { tables } from '../../actions/tables.ts';
import { FleetError } from '../../errors.ts';
import { findCommand } from '../commands.ts';
import { dangerOf, type FindCommand } from './schedule-words.ts';

const find: FindCommand = (first, second) => {
  const found = findCommand(first, second);
  return found && 'command' in found ? found.command : undefined;
};

it('F-220 takes what the screen puts off, as the command that it makes of it', () => {
  const taken = tables.actions.flatMap((action) => {
    if (action.kind !== 'object' || !hasCommand(action)) return [];
    const made = nameOfNew(action);
    const command = commandWords(
      action,
      ['host1/a1'],
      made ? { [made.key]: 'new' } : {},
      takesFingerprints(action) ? ['0123456789ab'] : [],
    );
    return 'words' in command ? [[action, command.words] as const] : [];
  });
  expect(taken.length).toBeGreaterThan(50);
  for (const [action, words] of taken) {
    // Not the verbs that only a user at a terminal has a use for.
    const refused = /can't be scheduled: it needs a user at a terminal/;
    try {
      expect([action.id, dangerOf(words, find)]).toEqual([action.id, action.danger]);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      expect(error.message).toMatch(refused);
    }
  }
});

it.each([
  ['vm start web1', 'none'],
  ['vm list', 'none'],
  ['pool add lab', 'none'],
  ['vm stop web1', 'interrupts'],
  ['-C host1 stop vm web1', 'interrupts'],
  ['vm reboot web1', 'interrupts'],
  ['vm delete web1', 'destroys'],
  ['endpoint remove host1', 'interrupts'],
  ['pool remove lab', 'interrupts'],
  ['template delete web', 'destroys'],
  ['template-group delete lab', 'destroys'],
  ['profile delete small', 'destroys'],
  ['definition remove lab images', 'destroys'],
  ['node rm host1 /srv/old', 'destroys'],
] as const)('F-220 asks of %s whether it may run by itself: %s', (line, danger) => {
  expect(dangerOf(line.split(' '), find)).toBe(danger);
});
