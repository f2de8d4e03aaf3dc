import { expect, it } from 'vitest';
import { readPoolXml } from '../xml/pool-xml.ts';
import { refuseVolumes } from './refuse-volumes.ts';

const pool = (type: string, source: string) => `<pool type='${type}'><source>${source}</source></pool>`;

it.each([
  [pool('iscsi', "<host name='san'/>"), 'p: volumes of a storage of type iscsi are made where it comes from'],
  [pool('logical', "<name>vg0</name><product name='thin'/>"), 'p is for thin volumes of vg0/thin'],
])('F-256 makes no volumes in %s, and says who does', async (xml, message) => {
  const read = await readPoolXml(xml);
  expect(() => refuseVolumes('p', read)).toThrow(message);
});

it('makes volumes in a volume group', async () => {
  const read = await readPoolXml(pool('logical', '<name>vg0</name>'));
  expect(() => refuseVolumes('p', read)).not.toThrow();
});
