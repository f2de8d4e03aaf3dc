/** The application in a VM that was made of an appliance: where it is, opened, and said by the user. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { diskOf } from '../appliances/files.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
let opened: string;

beforeEach(async () => {
  const fleet = JSON.parse(simulated({ one: { vms: 3, latency: 0 } }));
  desk = await openDesk('{}');
  opened = join(desk.home, 'opened');
  const write = 'printf %s "$1" > "$0.part" && mv "$0.part" "$0"';
  const browser = ['/bin/sh', '-c', write, opened, '{url}'];
  const appliances = { shelf: join(desk.home, 'catalog.json') };
  await desk.write(JSON.stringify({ ...fleet, appliances, browser }));
});
afterEach(() => desk.clear());

/** Makes the VM box1 of an appliance with these words in its catalog. */
async function makeBox(more: object, ...flags: readonly string[]): Promise<void> {
  const offer = { name: 'box', title: 'Box 2', version: '2.1', url: 'box.img', ...more };
  await writeFile(join(desk.home, 'catalog.json'), JSON.stringify({ appliances: [offer] }));
  await writeFile(join(desk.home, 'box.img'), diskOf(65_536));
  expect((await desk.run('appliance', 'import', 'box', 'Lab/box', '-C', 'one')).stderr).toContain('is in the library');
  expect(await desk.run('vm', 'create', 'box1', '-C', 'one', '--template', 'Lab/box', ...flags)).toMatchObject({
    code: 0,
  });
}
const shown = async () => (await desk.run('vm', 'application', 'box1', '-o', 'json')).json<Record<string, string>>();
const say = (...args: readonly string[]) => desk.run('vm', 'application-details', 'box1', ...args);

it('F-066 F-175 knows which appliance a VM was made of, and opens its application and its management page', async () => {
  await makeBox(
    { provider: 'Acme', protocol: 'https', port: 8443, path: '/shop?x=1', managementPort: 9000 },
    '--no-start',
  );
  expect(await say('--host', 'box.example.org')).toMatchObject({ code: 0 });
  expect(await shown()).toMatchObject({
    ...{ name: 'box1', template: 'Lab/box', appliance: 'shelf/box', provider: 'Acme', version: '2.1' },
    application: 'https://box.example.org:8443/shop?x=1',
    management: 'https://box.example.org:9000/',
  });
  const { code, stderr } = await desk.run('vm', 'open', 'box1', '--management');
  expect([code, stderr]).toEqual([0, 'box1: https://box.example.org:9000/; /bin/sh was started\n']);
  await vi.waitFor(async () => expect(await readFile(opened, 'utf8')).toBe('https://box.example.org:9000/'), 20_000);
});

it('F-175 keeps what the user says of one VM before what its appliance says, until it is taken back', async () => {
  await makeBox({ provider: 'rPath', path: '/start' }, '--no-start');
  await say('--host', '2001:db8::7', '--port', '8080', '--management-protocol', 'http');
  expect(await shown()).toMatchObject({
    application: 'http://[2001:db8::7]:8080/start',
    management: 'http://[2001:db8::7]:8003/',
  });
  await say('--port', 'none');
  expect(await shown()).toMatchObject({ application: 'http://[2001:db8::7]/start' });
  for (const [key, value] of [
    ['--path', '//evil.example/'],
    ['--path', '/\\evil.example'],
    ['--host', 'good.example:80/x'],
    ['--port', '70000'],
  ] as const)
    expect((await say(key, value)).code).toBe(2);
  expect(await say('--clear')).toMatchObject({ stderr: 'box1: nothing is said of its application now\n' });
  expect(await readFile(desk.config, 'utf8')).not.toContain('management-protocol');
});

it('F-066 says why there is nothing to open, and takes no host from a catalog', async () => {
  await makeBox({ host: 'evil.example' });
  expect((await shown())['application']).toMatch(/^http:\/\/[\d.]+\/$/);
  const open = async (...args: readonly string[]) => {
    const { code, stderr } = await desk.run('vm', 'open', ...args);
    return `${code} ${stderr}`;
  };
  expect(await open('box1', '--management')).toContain('3 no management page of box1 is known');
  const [other = ''] = (await desk.run('vm', 'list', '-o', 'name')).stdout
    .split('\n')
    .filter((id) => !id.includes('box1'));
  expect(await open(other)).toContain('is not known to be made of an appliance');
  await desk.run('vm', 'stop', 'box1', '--force', '--yes');
  expect(await open('box1')).toContain('3 box1 has no address that is known');
});
