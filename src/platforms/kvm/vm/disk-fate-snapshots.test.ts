import { describe, expect, it } from 'vitest';
import { BASE, domain, file, said, snapshotOf } from '../testkit/host-of-words.ts';

const own = { 'base.qcow2': [BASE] } as const;
const folders = { default: '/d' };

describe('the fate of what snapshots have made', () => {
  const TOP = '/d/base.snap1';
  const pools = { default: { ...own, 'base.snap1': [TOP, BASE] } } as const;
  const external = {
    snap1: snapshotOf(file(BASE)).replace('<disks>', "<memory snapshot='external' file='/d/mem'/><disks>"),
  };

  it('lets the base image of an external snapshot go after the disk, and lists what else stays', async () => {
    expect(await said({ pools, folders }, domain(file(TOP)), external)).toEqual({
      goes: [TOP, BASE],
      stays: ['/d/mem (memory of the snapshot snap1)'],
      unknown: [],
    });
  });

  it('keeps a base image that is a template, and says of what', async () => {
    expect(await said({ pools, folders }, domain(file(TOP)))).toEqual({
      goes: [TOP],
      stays: [`${BASE} (base image of ${TOP})`],
      unknown: [],
    });
  });

  it('keeps the base image when the disk on it stays', async () => {
    const others = { web2: { saved: domain(file(TOP)) } };
    expect(await said({ pools, folders, others }, domain(file(TOP)), external)).toEqual({
      goes: [],
      stays: [
        '/d/mem (memory of the snapshot snap1)',
        `${TOP} (also used by web2)`,
        `${BASE} (${TOP} is layered on it, used by web2)`,
      ],
      unknown: [],
    });
  });

  it('lists a disk that only a snapshot names', async () => {
    const detached = { s: snapshotOf(file(BASE), file('/d/detached.raw', 'raw')) };
    expect(await said({ pools, folders }, domain(file(TOP)), detached)).toEqual({
      goes: [TOP, BASE],
      stays: ['/d/detached.raw (named by the snapshot s)'],
      unknown: [],
    });
  });

  it('spares an NVRAM file that another guest uses as well', async () => {
    const xml = '<domain><os><nvram>/n/doomed.fd</nvram></os></domain>';
    expect(await said({ pools: {} }, xml)).toEqual({ goes: ['/n/doomed.fd'], stays: [], unknown: [] });
    const others = { web2: { saved: xml } };
    expect(await said({ pools: {}, others }, xml)).toEqual({
      goes: [],
      stays: ['/n/doomed.fd (also used by web2)'],
      unknown: [],
    });
  });
});
