/** The story that README tells of a pool and a template, run as it stands: on two simulated hosts in place of the user's. */
import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
afterEach(() => desk.clear());

/** Each command with what it prints; nothing where that is never the same. */
async function told(): Promise<readonly (readonly [command: string, printed: string])[]> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split('### From a pool to a VM\n');
  const [, block = ''] = /```console\n([\s\S]*?)```/.exec(section) ?? [];
  return block.split(/^\$ drover /m).flatMap((one) => {
    const [command = '', ...printed] = one.trim().split('\n');
    return command === '' ? [] : [[command, printed.join('\n')] as const];
  });
}

it('F-205 README goes from an empty pool to a VM that is made, changed, moved and deleted, with these words', async () => {
  desk = await openDesk(simulated({ host1: { vms: 3, latency: 0 }, host2: { vms: 2, latency: 0 } }));
  const story = (await told()).filter(([command]) => !command.startsWith('endpoint add'));
  expect(story.length).toBeGreaterThan(10);
  for (const [command, printed] of story) {
    const { code, stdout, stderr } = await desk.run(...command.split(' '));
    const lines = `${stdout}${stderr}`.split('\n').map((line) => line.trimEnd());
    expect([command, code, printed && lines.join('\n').trim()]).toEqual([command, 0, printed]);
  }
});
