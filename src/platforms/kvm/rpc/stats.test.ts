import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { uuidText } from '../link/uuid.ts';
import { readDomainStats } from './stats.ts';

const reply = Buffer.from(
  readFileSync(new URL('../fixtures/stats-running-and-off.hex', import.meta.url), 'utf8').replace(/\s/g, ''),
  'hex',
);

describe('domain stats', () => {
  it('F-113 reads of a true reply what is wanted, for a running and a stopped guest', () => {
    const [web1, db1, ...more] = readDomainStats(reply);
    expect(more).toEqual([]);
    expect(web1).toMatchObject({ name: 'web1', state: 1, monitorAnswered: true, netCount: 1, blockCount: 1 });
    expect(uuidText(web1?.uuid ?? Buffer.alloc(16))).toMatch(/^[0-9a-f-]{36}$/);
    expect(web1?.balloonAvailable).toBeGreaterThan(web1?.balloonUsable ?? Number.NaN);
    expect(web1?.blockRead).toBeGreaterThanOrEqual(0);
    expect(web1?.netReceived).toBeGreaterThan(0);
    expect(db1).toMatchObject({ name: 'db1', id: -1, state: 5, monitorAnswered: false });
    expect(db1?.netReceived).toBeNaN();
  });

  it('does not believe a reply that was cut anywhere', () => {
    for (let length = 0; length < reply.length; length += 97) {
      expect(() => [...readDomainStats(reply.subarray(0, length))]).toThrow(/message/);
    }
  });
});
