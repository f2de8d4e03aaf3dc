import { choicesOf } from '../../state/fields.ts';
import { type VmColumn, vmColumns } from '../../state/query/vm-columns.ts';
import type { Command } from '../command.ts';
import { globalFlags } from '../command.ts';
import { commands, findCommand } from '../commands.ts';
import type { Flag } from '../flags.ts';
import type { OwnCommand } from '../own-command.ts';
import { type Candidate, type Completion, plain } from './candidate.ts';
import { nounCandidates, secondWords } from './command-words.ts';
import { filterCandidates } from './filter-candidates.ts';
import type { LiveNames } from './live-names.ts';
import { rowCandidates } from './row-candidates.ts';
import { isTypeable, namesOf, subjectAt, subjectOfFlag } from './subjects.ts';

const words = (candidates: readonly Candidate[]): Completion => ({ kind: 'words', candidates });

/**
 * What can stand in place of `current`, the last and perhaps empty word, behind the words before it; all without quotes.
 * Only what starts with `current` is answered.
 */
export function complete(
  before: readonly string[],
  current: string,
  own: readonly OwnCommand[],
  names: LiveNames,
  all: readonly Command[] = commands,
): Completion {
  const { kind, candidates } = whatFits(before, current, own, names, all);
  const fitting = candidates.filter(({ value }) => value.startsWith(current) && isTypeable(value));
  return { kind, candidates: [...new Map(fitting.map((one) => [one.value, one])).values()] };
}

function whatFits(
  before: readonly string[],
  current: string,
  own: readonly OwnCommand[],
  names: LiveNames,
  all: readonly Command[],
): Completion {
  const { one, command, flags } = commandIn(before, own, all);
  const flagsAllowed = !before.includes('--');
  const waiting = flagsAllowed ? flagBefore(before, flags) : undefined;
  if (waiting) return valuesOf(waiting, '', current, command, names);
  if (flagsAllowed && current.startsWith('-')) {
    const inline = /^--([^=]+)=/.exec(current);
    const flag = flags.find(({ key }) => key === inline?.[1]);
    return flag ? valuesOf(flag, inline?.[0] ?? '', current, command, names) : words(flags.map(flagCandidate));
  }
  const placed = wordsOf(before, flags);
  const [first, second] = placed;
  if (first === undefined)
    return words([...nounCandidates(all), ...own.map(({ word, help }) => ({ value: word, help }))]);
  if (one) return words(one.candidates(placed.slice(1)));
  if (second === undefined) return words(secondWords(first, all));
  const subject = command && subjectAt(command, placed.length - 2);
  const [, , ...others] = placed;
  return words(subject ? namesOf(subject, names, others).filter(({ value }) => !others.includes(value)) : []);
}

interface Meant {
  readonly one: OwnCommand | undefined;
  readonly command: Command | undefined;
  readonly flags: readonly Flag[];
}

/** The command that the words name so far, and the flags that may stand there. */
function commandIn(before: readonly string[], own: readonly OwnCommand[], all: readonly Command[]): Meant {
  const [first, second] = wordsOf(before, globalFlags);
  const one = own.find(({ word }) => word === first);
  const found = one ? undefined : findCommand(first, second, all);
  const command = found && 'command' in found ? found.command : undefined;
  return { one, command, flags: [...(one?.flags ?? command?.flags(before) ?? []), ...globalFlags] };
}

/** Without flags and their values. */
function wordsOf(before: readonly string[], flags: readonly Flag[]): readonly string[] {
  const end = before.indexOf('--');
  const leading = end < 0 ? before : before.slice(0, end);
  const plainWords = leading.filter((word, at) => !word.startsWith('-') && !flagBefore(leading.slice(0, at), flags));
  return end < 0 ? plainWords : [...plainWords, ...before.slice(end + 1)];
}

/** The flag that the last word is, when it waits for a value. */
function flagBefore(before: readonly string[], flags: readonly Flag[]): Flag | undefined {
  const last = before.at(-1);
  if (!last?.startsWith('-')) return undefined;
  return flags.find(({ key, short, kind }) => kind !== 'flag' && (last === `--${key}` || last === `-${short}`));
}

function flagCandidate({ key, kind, help, default: preset }: Flag): Candidate {
  const name = kind === 'flag' && preset === true ? `--no-${key}` : `--${key}`;
  return { value: name, help: help.split('\n', 1)[0] ?? '' };
}

/** `inline` is `--key=` where the value stands in the same word. */
function valuesOf(
  flag: Flag,
  inline: string,
  current: string,
  command: Command | undefined,
  names: LiveNames,
): Completion {
  const behind = (candidates: readonly Candidate[]): readonly Candidate[] =>
    candidates.map(({ value, help }) => ({ value: `${inline}${value}`, help }));
  if (flag.key === 'filter') {
    return { kind: 'partial', candidates: behind(filterCandidates(current.slice(inline.length), names)) };
  }
  if (flag.key === 'columns') {
    return { kind: 'partial', candidates: behind(columnCandidates(current.slice(inline.length))) };
  }
  if (flag.key === 'sort') return words(behind(sortable.map(({ id, help }) => ({ value: id, help }))));
  if (flag.key === 'view') return words(behind(plain(names.views)));
  const subject = subjectOfFlag(flag.key, command);
  if (subject) return words(behind(namesOf(subject, names, [])));
  if (flag.key === 'platform') return words(behind(plain(names.platforms)));
  if (flag.kind === 'object') {
    const known = names.listed.get(flag.of) ?? [];
    return words(behind(plain([...new Set(known.map(([name]) => name))])));
  }
  if (flag.kind === 'path') return { kind: 'files', candidates: [] };
  if (flag.kind === 'list')
    return { kind: 'partial', candidates: behind(rowCandidates(flag, current.slice(inline.length))) };
  return words(behind(plain(choicesOf(flag))));
}

const sortable: readonly VmColumn[] = vmColumns.filter(({ drawn }) => !drawn);

/** The list so far, with each column that is not in it yet. */
function columnCandidates(current: string): readonly Candidate[] {
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  const taken = new Set(before.split(','));
  return sortable.filter(({ id }) => !taken.has(id)).map(({ id, help }) => ({ value: before + id, help }));
}
