import { describe, expect, it } from 'vitest';
import { endpointName } from '../../../ids.ts';
import type { Settings } from '../../contract.ts';
import { addressOf } from './address.ts';

const of = (values: Settings) => addressOf({ name: endpointName('db1'), platform: 'kvm', values });

describe('the fields of an endpoint', () => {
  it('F-030 lead to this machine when they name no host', () => {
    expect(of({})).toEqual({ transport: 'unix', driver: 'qemu:///system', socket: undefined });
  });
  it('F-023 F-216 lead to a host over ssh', () => {
    expect(of({ host: 'db1', user: 'root', ssh: 'system' })).toMatchObject({
      transport: 'ssh',
      user: 'root',
      client: 'system',
    });
  });
  it('may be a URI', () => {
    expect(of({ uri: 'qemu+tls://db1/system' })).toMatchObject({ transport: 'tls', host: 'db1', port: 16514 });
  });
  it('say what is missing', () => {
    expect(() => of({ transport: 'tls' })).toThrow('host is missing');
  });
  it('go unprotected only on this machine, or when that was said', () => {
    expect(of({ transport: 'tcp', host: '127.0.0.1' })).toMatchObject({ port: 16509 });
    expect(() => of({ transport: 'tcp', host: '10.0.0.1' })).toThrow('not protected');
    expect(of({ transport: 'tcp', host: '10.0.0.1', insecure: true })).toMatchObject({ host: '10.0.0.1' });
  });
});
