import { describe, expect, it, vi } from 'vitest';
import { endpointName } from '../../ids.ts';
import type { Context, Settings } from '../contract.ts';
import { addressOf } from './address.ts';
import { detectIn } from './detect.ts';
import { platform } from './index.ts';

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

  it.each([
    ['url', {}],
    ['url', { url: '' }],
    ['url', { url: 5 }],
    ['user', { url: 'vc1', user: '' }],
  ])('says that %s is missing', (field, values) => {
    expect(() => address(values)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: `vc1: ${field} is missing`,
        fix: 'drover endpoint edit vc1',
      }),
    );
  });

  it('comes with the login, and with what its certificate is known by', () => {
    const url = 'vc1';
    const { target, ...login } = address({ url, password: 'secret', ca: '/ca.pem', fingerprint: 'AB' });
    expect(login).toEqual({ user: 'anna@vsphere.local', password: 'secret' });
    expect(target).toEqual({ ...address({ url }).target, ca: '/ca.pem', fingerprint: 'AB' });
    expect(Object.keys(address({ url, ca: '', fingerprint: '' }).target)).not.toContain('ca');
    expect(address({ url, password: '' }).password).toBeUndefined();
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

  it.each([
    [{}, []],
    [{ GOVC_URL: '' }, []],
    [{ GOVC_URL: 'https://[' }, []],
    [{ GOVC_URL: 'vc1' }, [{ name: 'vc1', why: 'GOVC_URL is set', values: { url: 'vc1' } }]],
    [{ GOVC_URL: 'vc1', GOVC_INSECURE: 'true' }, [{ why: expect.stringContaining('does not count here') }]],
    [{ GOVC_URL: 'vc1', GOVC_INSECURE: 'no' }, [{ why: 'GOVC_URL is set' }]],
    [{ GOVC_URL: 'anna@_x.org', GOVC_USERNAME: '' }, [{ name: 'vcenter', values: { url: '_x.org', user: 'anna' } }]],
    [{ GOVC_URL: 'vc1', GOVC_TLS_CA_CERTS: '/a.pem:/b.pem' }, [{ values: { url: 'vc1', ca: '/a.pem' } }]],
    [{ GOVC_URL: 'vc1', GOVC_TLS_CA_CERTS: '', GOVC_PASSWORD: '' }, [{ values: { url: 'vc1' } }]],
  ])('is, of %j, %j', (env, found) => {
    expect(detectIn(env)).toHaveLength(found.length);
    expect(detectIn(env)).toMatchObject(found);
    for (const [at, { values }] of detectIn(env).entries())
      if (found[at] && 'values' in found[at]) expect(values).toEqual(found[at].values);
  });

  it('is looked for in the environment of drover', async () => {
    vi.stubEnv('GOVC_URL', 'vc7');
    expect(await platform.detect?.({} as Context)).toMatchObject([{ name: 'vc7' }]);
    vi.unstubAllEnvs();
  });
});
