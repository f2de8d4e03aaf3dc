import { describe, it } from 'vitest';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { guestsOf, host1, site } from './hosts.ts';

closeTerminals();

describe.each([
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
])('a terminal of $columns x $rows', (size) => {
  it('F-123 shows pools, hosts and the guests of all three hosts, with live metrics', async () => {
    const drover = await openFresh(size);
    await untilConnected(drover);
    // The first key closes what the first start shows over the list.
    drover.type('g');
    for (const pool of ['Production', 'QA Lab']) await drover.untilRow(pool, /\d+\/\d+/);
    for (const host of site.hosts) {
      await drover.filter(`node:${host.name}`);
      await drover.untilRow(host.name, /■ \d+\/\d+ .*\d+%/);
      for (const { name, running } of guestsOf(host.number)) {
        await drover.untilRow(name, running ? /running .*\d+% .*\d+M/ : /stopped/);
      }
    }
  });

  it('F-008 folds a host away and shows the tabs of a guest', async () => {
    const drover = await openFresh(size);
    await untilConnected(drover);
    await drover.goTo('web1');
    for (const [tab, content] of [
      ['Disks', 'web1.qcow2'],
      ['Networks', '52:54:00:'],
      ['Snapshots', 'snapshot'],
    ] as const) {
      drover.type(']');
      await drover
        .until((screen) => screen.includes(content), 10_000)
        .catch((error: Error) => {
          throw new Error(`the tab ${tab}: ${error.message}`);
        });
    }
    // the cursor stays on the guest when the filter goes
    drover.type('\x1b');
    await drover.until((screen) => !screen.includes('filter:'));
    drover.type('h');
    await drover.until(`─ ${host1.name} ─`);
    drover.type('h');
    await drover.until(() => drover.row('web1') === undefined);
    drover.type('l');
    await drover.untilRow('web1', 'running');
  });
});
