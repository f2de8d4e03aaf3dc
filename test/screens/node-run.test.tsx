/** Commands on nodes, by keys. */
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenFleet, openFleet } from './driver.tsx';

let fleet: OpenFleet;
afterEach(() => fleet.close());

describe('a command on nodes', () => {
  it('is typed into a form, and says what it wrote last', async () => {
    fleet = await openFleet({ size: '120x40', vms: 40 });
    await fleet.press('jj', '$');
    await fleet.see('Run a command on fra-01?');
    await fleet.press('echo from the node', 'pgdn', 'enter');
    await fleet.see('fra-01 has run it; from the node');
  });

  it('says its exit code when it fails', async () => {
    fleet = await openFleet({ size: '120x40', vms: 40 });
    await fleet.press('jj', '$', 'exit 7', 'pgdn', 'enter');
    await fleet.see('exit code 7');
  });

  it('runs on all nodes below a branch after a plan that names them', async () => {
    fleet = await openFleet({ size: '120x40', vms: 40 });
    await fleet.press('g', '$', 'hostname', 'pgdn', 'enter');
    await fleet.see('Run a command on 3 nodes?');
    await fleet.see('fra-02');
    await fleet.press('y');
    await fleet.see('3 done');
    expect(fleet.server.endpoint).toBe('demo');
  });
});
