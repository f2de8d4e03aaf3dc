/** What a host has said of itself, from the lines of the look. */
import { FleetError } from '../../../errors.ts';

export interface Facts {
  /** The first value of this name. */
  one(name: string): string | undefined;
  all(name: string): readonly string[];
  /** Whether a name has this value. */
  has(name: string, value: string): boolean;
}

/** Throws op.failed where the lines do not end as they should: half a look is none. */
export function readFacts(output: string, host: string): Facts {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab < 0) continue;
    const name = line.slice(0, tab);
    const value = line.slice(tab + 1).trim();
    if (value === '') continue;
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  if (!values.has('end')) throw new FleetError('op.failed', `${host} did not say what it has: its shell ended early`);
  return {
    one: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    has: (name, value) => values.get(name)?.includes(value) === true,
  };
}

/** A network or pool that `virsh … --all` lists: its name may have spaces, the columns behind it have none. */
export interface ListedThing {
  readonly name: string;
  readonly isActive: boolean;
  readonly startsItself: boolean;
}

/** `default   active   yes   yes`: the columns of `pool-list` end with autostart, those of `net-list` with autostart and persistent. */
export function listedThings(lines: readonly string[], columnsBehind: 2 | 3): readonly ListedThing[] {
  return lines.flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (words.length <= columnsBehind) return [];
    const [state, autostart] = words.slice(-columnsBehind);
    const name = line.trim().slice(0, line.trim().search(new RegExp(`(\\s+\\S+){${columnsBehind}}$`)));
    return [{ name, isActive: state === 'active', startsItself: autostart === 'yes' }];
  });
}

/** `ID=debian` and the like of os-release, without quotes. */
export function releaseOf(facts: Facts): Readonly<Record<'id' | 'like' | 'version' | 'name', string>> {
  const value = (key: string) => {
    const line = facts.all('os').find((one) => one.startsWith(`${key}=`));
    return line?.slice(key.length + 1).replace(/^(["'])(.*)\1$/, '$2') ?? '';
  };
  return { id: value('ID'), like: value('ID_LIKE'), version: value('VERSION_ID'), name: value('PRETTY_NAME') };
}
