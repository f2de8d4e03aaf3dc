import { expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import type { WireLine } from '../../platforms/contract.ts';
import { createRedactor } from '../files/redactor.ts';
import { createWireLog } from './wire-log.ts';

const line = (text: string, more: Partial<WireLine> = {}): WireLine =>
  ({ at: 0, endpoint: endpointName('host1'), text, ...more }) as WireLine;

it('has the newest two thousand lines, the oldest first', () => {
  const log = createWireLog(createRedactor());
  expect(log.lines()).toEqual([]);
  for (const text of ['a', 'b']) log.push(line(text));
  expect(log.lines().map(({ text }) => text)).toEqual(['a', 'b']);
  for (let at = 0; at < 2_001; at++) log.push(line(`${at}`));
  const texts = log.lines().map(({ text }) => text);
  expect([texts.length, texts[0], texts.at(-1)]).toEqual([2_000, '1', '2000']);
});

it('blots out secrets, also those that were looked up later', () => {
  const redactor = createRedactor();
  const logged: (string | undefined)[] = [];
  const log = createWireLog(redactor, ({ text, failed }) => logged.push(text, failed));
  log.push(line('login hunter2', { failed: 'hunter2 was refused' }));
  log.push(line('fine'));
  redactor.add('hunter2');
  log.push(line('again hunter2', { failed: 'hunter2' }));
  expect(logged.slice(-2)).toEqual(['again ********', '********']);
  const [first, second] = log.lines();
  expect(first).toMatchObject({ text: 'login ********', failed: '******** was refused', endpoint: 'host1' });
  expect(second).not.toHaveProperty('failed');
});
