import { describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import type { Settings } from '../contract.ts';
import { addressOf } from './address.ts';
import { detectIn } from './detect.ts';

const address = (values: Settings) =>
  addressOf({ name: endpointName('vc1'), platform: 'vsphere', values: { user: 'anna@vsphere.local', ...values } });

describe('where a vCenter is', () => {
  it.each([
    ['vc1.example.org', 443, '/sdk'],
    ['vc1.example.org:8443', 8443, '/sdk'],
    ['https://vc1.example.org/sdk', 443, '/sdk'],
    ['https://vc1.example.org:8443/proxy/sdk/', 8443, '/proxy/sdk'],
  ])('%s', (url, port, base) => {
    expect(address({ url }).target).toMatchObject({ secure: true, host: 'vc1.example.org', port, base });
  });

  it('is never reached without TLS, but on this machine', () => {
    expect(() => address({ url: 'http://vc1.example.org/sdk' })).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
    expect(address({ url: 'http://127.0.0.1:8989/sdk' }).target.secure).toBe(false);
  });

  it('says which field is missing', () => {
    expect(() => address({})).toThrow('vc1: url is missing');
  });

  it('never repeats a password that was put into it', () => {
    expect(() => address({ url: 'https://anna:hunter2@vc1.example.org/sdk' })).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.not.stringContaining('hunter2') }),
    );
  });
});

describe('what govc users have set', () => {
  it('becomes an endpoint, with the password left where it is', () => {
    const env = { GOVC_URL: 'https://vc1.example.org/sdk', GOVC_USERNAME: 'anna', GOVC_PASSWORD: 'hunter2' };
    expect(detectIn(env)).toEqual([
      {
        name: 'vc1',
        why: 'GOVC_URL is set',
        values: { url: 'vc1.example.org', user: 'anna', password: 'env:GOVC_PASSWORD' },
      },
    ]);
  });

  it('is read without the password that its URL may hold', () => {
    const [found] = detectIn({ GOVC_URL: 'anna%40vsphere.local:hunter2@10.0.0.1:8443/sdk' });
    expect(found).toMatchObject({ name: 'vcenter', values: { url: '10.0.0.1:8443', user: 'anna@vsphere.local' } });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('does not switch verification off', () => {
    const [found] = detectIn({ GOVC_URL: 'vc1', GOVC_INSECURE: '1' });
    expect(found?.why).toMatch(/GOVC_INSECURE does not count/);
    expect(Object.keys(found?.values ?? {})).toEqual(['url']);
  });

  it('is nothing when nothing is set', () => expect(detectIn({})).toEqual([]));
});
