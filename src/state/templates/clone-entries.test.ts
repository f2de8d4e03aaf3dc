import { expect, it } from 'vitest';
import { cloneEntries } from './clone-entries.ts';

it('F-160 begins with version 1.0 and its files, without the older versions of its original', async () => {
  const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text), executable: false });
  const clone = await cloneEntries([
    file('template.yaml', 'version: 3.2\nplatform: kvm # mine\n'),
    file('provision.sh', 'true\n'),
    file('versions/3.1.yaml', 'version: 3.1\n'),
  ]);
  expect(clone.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
    ['template.yaml', 'version: "1.0"\nplatform: kvm # mine\n'],
    ['provision.sh', 'true\n'],
  ]);
});
