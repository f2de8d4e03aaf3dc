/** VMs of templates that are made by keys where the cursor is: in a pool on the node that its policy takes, or on an endpoint. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

const CONFIG = `default-template: Lab/web
endpoints:
  busy: { platform: fake, vms: 3, running: 100, latency: 0, events-every: 0, seed: 1 }
  calm: { platform: fake, vms: 9, running: 0, latency: 0, events-every: 0, seed: 1 }
pools:
  Site: { nodes: [busy, calm] }
`;

let fleet: OpenFleet;
afterEach(() => fleet.close());

async function open(config = CONFIG) {
  fleet = await openFleet({ size: '120x60', config });
  for (const [name, memory] of [
    ['Common/small', 512],
    ['Lab/web', 777],
    ['Lab/huge', 1_000_000],
  ] as const) {
    const folder = join(dirname(fleet.configFile), '.local/share/drover/templates', name);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'template.yaml'),
      `variables: { OWNER: }\nvm: { memory: ${memory}, description: $OWNER }\n`,
    );
  }
  await fleet.see(/Site +3\/12/);
  await fleet.press('g');
}

it('F-003 F-018 F-074 makes a VM of the default template in a pool, on the node that its policy takes', async () => {
  await open();
  await fleet.press(':', 'create vm here', 'enter');
  await fleet.see('Create VM on pool Site');
  const order = ['Lab/web', 'Common/small', 'Lab/huge'].map((name) => fleet.frame().indexOf(name));
  expect(order.every((at, index) => at > (order[index - 1] ?? 0))).toBe(true);
  await fleet.press('enter');
  await fleet.see('$OWNER');
  await fleet.press('web9', 'down', 'shop', 'pgdn', 'enter');
  await fleet.see('Create VM on calm?');
  await fleet.press('pgdn', 'enter');
  await fleet.see('calm has the VM web9, which is running');
});

it('F-209 F-413 a pool chooses by what its variable PLACEMENT says, and says why none of its nodes can take a VM', async () => {
  await open(CONFIG.replace('calm] }', 'calm], variables: { PLACEMENT: vms } }'));
  await fleet.press(':', 'create vm here', 'enter');
  await fleet.see('Create VM on pool Site');
  await fleet.chooseFromMenu('none: an empty form');
  await fleet.see('Create VM on busy?');
  await fleet.press('esc');
  await fleet.press(':', 'create vm here', 'enter');
  await fleet.see('Create VM on pool Site');
  await fleet.chooseFromMenu('Lab/huge');
  await fleet.see('$OWNER');
  await fleet.press('web9', 'down', 'shop', 'pgdn', 'enter');
  await fleet.see('no node of pool Site can take it: busy: no node of the pool is up');
});

it('F-074 F-155 by keys a script runs on the node first, and no VM is made where that fails', async () => {
  await open();
  const folder = join(dirname(fleet.configFile), '.local/share/drover/templates/Lab/web');
  await writeFile(join(folder, 'provision.sh'), 'exit 0\n');
  await fleet.press(':', 'create vm here', 'enter');
  await fleet.see('Create VM on pool Site');
  await fleet.press('enter');
  await fleet.see('$OWNER');
  await fleet.press('web9', 'down', 'shop', 'pgdn', 'enter');
  await fleet.see('Create VM on calm?');
  await fleet.press('pgdn', 'enter');
  // Simulated nodes have no shell that could run it.
  await fleet.see("fra-01 can't make a folder for the script");
  fleet.dontSee(/web9 +(running|starting|stopped)/);
});

it('F-074 F-099 a variable that one node needs leaves the value of another node as it is', async () => {
  const inner = '  Inner: { in: Site, nodes: [calm], variables: { OWNER: team } }\n';
  await open(`${CONFIG.replace('[busy, calm]', '[busy]')}${inner}`);
  await fleet.press(':', 'create vm here', 'enter');
  await fleet.see('Create VM on pool Site');
  await fleet.press('enter');
  await fleet.see('$OWNER*');
  await fleet.press('web9', 'down', 'shop', 'pgdn', 'enter');
  await fleet.see('Create VM on calm?');
  await fleet.see(/Description +team/);
});
