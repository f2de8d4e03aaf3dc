import { describe, expect, it } from 'vitest';
import type { FleetError } from '../../../errors.ts';
import { readHttpTarget } from './target.ts';

const read = (text: string, plainAllowed = false) =>
  readHttpTarget(text, { endpoint: 'pve', port: 8006, plainAllowed });

const complaint = (text: string): FleetError => {
  try {
    read(text);
  } catch (error) {
    return error as FleetError;
  }
  throw new Error(`${text} was taken`);
};

describe('an address', () => {
  it.each([
    ['pve1', 'pve1', 8006, ''],
    ['pve1:443', 'pve1', 443, ''],
    ['https://pve1.example.org', 'pve1.example.org', 8006, ''],
    ['https://pve1.example.org:443/', 'pve1.example.org', 443, ''],
    ['https://gate.example.org:443/pve/', 'gate.example.org', 443, '/pve'],
    ['[fe80::1]', 'fe80::1', 8006, ''],
    ['192.0.2.7:8007', '192.0.2.7', 8007, ''],
  ])('%s', (text, host, port, base) => expect(read(text)).toEqual({ secure: true, host, port, base }));

  it('may be plain HTTP on this machine, elsewhere only when the user says so', () => {
    expect(read('http://127.0.0.1:18006').secure).toBe(false);
    expect(complaint('http://pve1')).toMatchObject({ code: 'config.invalid' });
    expect(read('http://pve1', true)).toMatchObject({ secure: false, port: 8006 });
  });

  it('has no password, and does not repeat one', () => {
    const error = complaint('https://root:hunter2@pve1');
    expect(error.code).toBe('config.invalid');
    expect(error.message).not.toContain('hunter2');
  });

  it.each(['', 'ftp://pve1', 'https://', 'pve 1'])('is not %j', (text) =>
    expect(complaint(text).code).toBe('config.invalid'),
  );
});
