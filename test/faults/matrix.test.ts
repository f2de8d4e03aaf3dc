import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const testsOf = (name: string) =>
  read(existsSync(new URL(`${name}.slow.test.ts`, import.meta.url)) ? `${name}.slow.test.ts` : `${name}.test.ts`);

/** `configuration: \`title\`` at the end of a row. */
const cited = [...read('README.md').matchAll(/\| (\w+): `(.+)` \|$/gm)].map(
  ([, file, title]) => [file ?? '', (title ?? '').replaceAll('\\|', '|')] as const,
);

it('has a test for every row of the README', () => {
  expect(cited.length).toBeGreaterThan(30);
  for (const [file, title] of cited) expect(testsOf(file)).toContain(`'${title}'`);
});

it('has a row of the README for every test', () => {
  const files = [...new Set(cited.map(([file]) => file))];
  const titles = files.flatMap((file) =>
    [...testsOf(file).matchAll(/(?<!describe\()'([^'\n]* [^'\n]*)',\s*(?:async )?\(/g)].map(([, title]) => title),
  );
  for (const title of titles) expect(cited.map(([, one]) => one)).toContain(title);
});
