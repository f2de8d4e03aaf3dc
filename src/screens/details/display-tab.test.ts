/** What the display of a VM shows, in the details. */
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { host1, isUp, openStage } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName } from '../../ids.ts';
import type { Connection } from '../../platforms/contract.ts';
import { servePicture } from '../../platforms/testkit-display.ts';
import { createDetailsView } from './details-view.ts';

async function open(more: object = {}) {
  const said: Buffer[] = [];
  const streams: Duplex[] = [];
  const link = {
    vm: { info: async () => ({ disks: [], nics: [], snapshots: [], more: [] }) },
    node: {},
    console: {
      async display() {
        const [near, far] = duplexPair();
        const write = near.write.bind(near) as (chunk: Buffer) => boolean;
        near.write = ((chunk: Buffer) => {
          said.push(Buffer.from(chunk));
          return write(chunk);
        }) as typeof near.write;
        streams.push(near);
        void servePicture(far);
        return { stream: near, host: 'host1' };
      },
    },
    snapshot: { list: async () => [] },
    whyNot: {},
    ...more,
  } as unknown as Connection;
  const light = openStage({ vms: [aVm('web1')], connection: link });
  const details = createDetailsView(light.stage, light.state);
  light.state.detailsShown = true;
  light.state.view.toIndex(1);
  details.follow();
  await light.clock.pass(120);
  const text = () => details.lines({ columns: 60, rows: 8, side: 'below' }, false).map(painted);
  /** Until it is not loading any more. */
  const seen = async () => {
    while (text().join('').includes('loading…')) await setImmediate();
    return text();
  };
  return { ...light, details, streams, said, text, seen };
}

describe('the display of a VM', () => {
  it('F-251 is shown as it is, when its tab is looked at, and its other users stay', async () => {
    const { details, streams, said, seen } = await open();
    expect(streams).toHaveLength(0);
    expect(details.turnTo('Display')).toBe(true);
    const lines = await seen();
    expect(lines.join('\n')).toMatch(/[▀▄█▌▐▘▝▖▗▚▞▛▜▙▟]/);
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true]);
    // Version, login without a password, and that it is shared.
    expect(Buffer.concat(said).subarray(0, 14)).toEqual(Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(1, 1)]));
  });

  it('is looked at again after half a minute, and not at all behind another tab', async () => {
    const { details, clock, streams, seen } = await open();
    details.turnTo('Display');
    await seen();
    await clock.pass(29_000);
    details.refresh();
    expect(streams).toHaveLength(1);
    await clock.pass(2_000);
    details.refresh();
    await seen();
    expect(streams).toHaveLength(2);
    details.turnTo('Events');
    await clock.pass(60_000);
    details.refresh();
    expect(streams).toHaveLength(2);
  });

  it('F-054 is that of the VM where it runs after it has gone to another endpoint', async () => {
    const opened: string[] = [];
    const display = async (id: string) => {
      const [near, far] = duplexPair();
      opened.push(id);
      void servePicture(far);
      return { stream: near, host: 'x' };
    };
    const { details, store, clock, seen } = await open({ console: { display } });
    details.turnTo('Display');
    await seen();
    const there = aVm('web1', { endpoint: 'host2' });
    const [from, to] = [aVm('web1').id, there.id];
    const host2 = endpointName('host2');
    store.setEndpoint(isUp({ name: host2 }));
    store.push(host2, inventory([aNode('n1', 'host2')], [there]));
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: from }] });
    store.push(host2, { kind: 'changes', at: 0, changes: [{ kind: 'vm-moved', from, to }] });
    store.flush();
    details.refresh();
    await clock.pass(120);
    await seen();
    expect(opened).toEqual([from, to]);
    expect(details.tab).toBe('Display');
  });

  it('is none where the platform has none, and the reason stands there', async () => {
    const { details, text } = await open({ console: {}, whyNot: { 'console.display': 'EC2 shows no screen' } });
    details.turnTo('Display');
    expect(text().join('\n')).toContain('EC2 shows no screen');
  });
});
