/** Words that leave open which user, program or caller is meant, or that have a plainer form. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Write instead: the user, the caller, another program, another client; again, recreate, reload; fix, repair, restore. */
const WORDS = /\b(?:nobody|somebody|whoever|anew|mend|mended|mends)\b/gi;

/** How many of them a folder of src/ has. Folders that are not named have none. A number may only be lowered. */
const CEILINGS: Readonly<Record<string, number>> = {
  platforms: 4,
  'platforms/aws': 49,
  'platforms/fake': 17,
  'platforms/kvm': 1,
  'platforms/lib': 1,
  'platforms/openstack': 37,
  'platforms/proxmox': 50,
  'platforms/transport': 32,
  'platforms/vsphere': 30,
};

interface Found {
  readonly folder: string;
  /** `src/clock.ts:3: somebody`. */
  readonly place: string;
}

/** The folder of the first level, or that of a platform; files that are beside them count for the folder that they are in. */
const folderOf = (path: string): string => /^platforms\/[^/]+(?=\/)|^[^/]+(?=\/)/.exec(path)?.[0] ?? '.';

const wordsIn = (path: string, text: string): readonly Found[] =>
  text.split('\n').flatMap((line, index) =>
    Array.from(line.matchAll(WORDS), ([word]) => ({
      folder: folderOf(path),
      place: `src/${path}:${index + 1}: ${word}`,
    })),
  );

/** What is wrong, as sentences. The text does not say which words are new: all those of the folder are listed. */
function complaints(found: readonly Found[], ceilings: Readonly<Record<string, number>>): readonly string[] {
  const byFolder = Map.groupBy(found, ({ folder }) => folder);
  return [...new Set([...byFolder.keys(), ...Object.keys(ceilings)])].toSorted().flatMap((folder) => {
    const places = (byFolder.get(folder) ?? []).map(({ place }) => place).toSorted();
    const ceiling = ceilings[folder] ?? 0;
    if (places.length < ceiling) return [`${folder} has ${places.length}: lower its ceiling, which is ${ceiling}`];
    return places.length > ceiling ? [`${folder} has ${places.length}, more than ${ceiling}`, ...places] : [];
  });
}

const SOURCE = new URL('../src/', import.meta.url);

it('names the user, the program or the caller in plain words', () => {
  const found = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) => wordsIn(path, readFileSync(new URL(path, SOURCE), 'utf8')));
  expect(found).toEqual([]);
});

it.each([
  ['clock.ts', 'x\n/** When Somebody sets it. */', ['src/clock.ts:2: Somebody']],
  ['cli/a/b.ts', 'anew; mended', ['src/cli/a/b.ts:1: anew', 'src/cli/a/b.ts:1: mended']],
  ['platforms/aws/a/b.tsx', 'nobody’s', ['src/platforms/aws/a/b.tsx:1: nobody']],
  ['words.ts', 'A renewed amendment.', []],
])('finds them in %s: %j', (path, text, found) => {
  expect(wordsIn(path, text)).toEqual(found);
});
