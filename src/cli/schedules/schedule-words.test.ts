import { expect, it } from 'vitest';
import { findCommand } from '../commands.ts';
import { dangerOf, type FindCommand } from './schedule-words.ts';

const find: FindCommand = (first, second) => {
  const found = findCommand(first, second);
  return found && 'command' in found ? found.command : undefined;
};

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
