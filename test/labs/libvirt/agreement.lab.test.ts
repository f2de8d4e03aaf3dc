/** One minute; `DROVER_AGREEMENT_MINUTES=10` is the long form. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock, wait } from '../../../src/clock.ts';
import type { Connection } from '../../../src/platforms/contract.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { compare, listenToVirsh, type Said, type Shown, shownIn } from './agreement.ts';
import { type Host, makeGuests, removeGuests, site, untilLoginPrompt, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';

const MINUTES = Number(process.env['DROVER_AGREEMENT_MINUTES'] ?? 1);
const DROVERS = ['first drover', 'second drover'];
const guestsOf = (host: Host): readonly [string, string] => [`agree${host.number}a`, `agree${host.number}b`];
/** A second of work in six, and memory that grows and shrinks by a megabyte a second. */
const LOAD = [
  '(while :; do i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done; busybox sleep 5; done) &',
  '(mkdir -p /tmp; while :; do i=0; while [ $i -lt 30 ]; do busybox dd if=/dev/zero of=/tmp/m$i bs=1M count=1 2>/dev/null;' +
    ' busybox sleep 1; i=$((i+1)); done; while [ $i -gt 0 ]; do i=$((i-1)); busybox rm -f /tmp/m$i; busybox sleep 1; done; done) &',
];

const opened: Connection[] = [];
beforeAll(async () => {
  for (const host of site.hosts) {
    const [busy, idle] = guestsOf(host);
    await removeGuests(host, busy, idle);
    await makeGuests(host, busy, idle);
    for (const guest of [busy, idle]) {
      await virsh(host, 'start', guest);
      await untilLoginPrompt(host, guest);
    }
    await work(host, busy);
  }
});
afterAll(async () => {
  for (const connection of opened) await connection.close();
  for (const host of site.hosts) await removeGuests(host, ...guestsOf(host));
});

async function work(host: Host, guest: string): Promise<void> {
  const endpoint = sshEndpoint(host);
  const connection = await connectTo(endpoint);
  const attachment = await connection.console?.serial?.(
    await idOfGuest(host, endpoint, guest),
    { force: true },
    patient(),
  );
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  const terminal = openTerminal(attachment.stream);
  await terminal.see(/login:/, '\r');
  terminal.type('root\r');
  await terminal.see(/root@.*# /, '\r');
  for (const line of LOAD) terminal.type(`${line}\r`);
  terminal.type('echo works-$((40+2))\r');
  await terminal.see(/works-42/);
  attachment.stream.destroy();
  await terminal.ended;
  await connection.close();
}

it(
  'shows of CPU and memory what virsh says, while another drover and virsh poll the same hosts',
  async () => {
    const ending = new AbortController();
    const said = new Map<string, readonly Said[]>();
    const shown: Shown[] = [];
    const listening = site.hosts.map(async (host) => {
      for (const [guest, all] of await listenToVirsh(host, ending.signal)) said.set(guest, all);
    });
    const watching = site.hosts.flatMap((host) =>
      DROVERS.map(async (who) => {
        const connection = await connectTo(sshEndpoint(host));
        opened.push(connection);
        const names = new Map<string, string>();
        await connection.watch({
          signal: ending.signal,
          interest: () => [],
          everyMs: () => 2_000,
          sink(feed) {
            if (feed.kind === 'inventory') for (const vm of feed.inventory.vms) names.set(vm.id, vm.name);
            if (feed.kind === 'samples') shown.push(...shownIn(who, feed.block, (id) => names.get(id) ?? id));
          },
        });
      }),
    );
    await wait(systemClock, MINUTES * 60_000, patient());
    ending.abort();
    await Promise.all([...listening, ...watching]);

    const { seen, compared, unknown, alone, outliers } = compare(shown, said);
    process.stderr.write(
      `${MINUTES} min: ${compared} values compared, ${unknown} unknown, ${alone} without a neighbour, ${outliers.length} outliers; virsh saw ${seen}\n${outliers.join('\n')}\n`,
    );
    expect(compared).toBeGreaterThan(MINUTES * 100);
    expect(outliers).toEqual([]);
  },
  MINUTES * 60_000 + 120_000,
);
