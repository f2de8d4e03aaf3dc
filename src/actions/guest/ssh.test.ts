import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, vmId } from '../../ids.ts';
import type { Connection, NodeLogin, Vm, VmInfo } from '../../platforms/contract.ts';
import { proxyCommand, type SshWish, sshTo } from './ssh.ts';
import { type SshSays, sshSays } from './ssh-config.ts';

const desk = endpointName('desk');
const UUID = '7b0f4c1e-0d3a-4a55-9d5e-3f0a6b1c2d3e';
const SILENT: SshSays = { user: undefined, hasProxy: false };

interface Given {
  readonly vm?: Partial<Vm>;
  readonly info?: Partial<VmInfo>;
  readonly jump?: NodeLogin;
  readonly says?: Partial<SshSays>;
  readonly wish?: SshWish;
}

/** How ssh would get into web1. */
function reach({ vm, info, jump, says, wish = {} }: Given) {
  const web1 = {
    id: vmId(desk, UUID),
    name: 'web1',
    uuid: UUID,
    node: nodeId(desk, 'n1'),
    ips: ['192.0.2.7', '192.0.2.8'],
    image: 'debian-13-genericcloud-amd64.qcow2',
    ...vm,
  } as Vm;
  const connection = {
    vm: { info: async () => ({ ...info }) },
    node: { route: async () => ({ jump }) },
  } as unknown as Connection;
  return sshTo(web1, connection, wish, new AbortController().signal, async () => ({ ...SILENT, ...says }));
}

const argvOf = async (given: Given) => (await reach(given)).argv();

describe('ssh into a guest', () => {
  it('F-331 F-286 logs in as the user of its image, at its first address, and knows it by its identity', async () => {
    expect(await argvOf({})).toEqual([
      'ssh',
      ...['-o', `HostKeyAlias=drover-${UUID}`, '-o', 'StrictHostKeyChecking=ask', '-l', 'debian'],
      ...['--', '192.0.2.7'],
    ]);
    expect((await reach({})).said).toBe('debian@192.0.2.7');
  });

  it.each<[string, Given, string]>([
    ['the image that says nothing', { vm: { image: undefined } }, 'root'],
    ['what was written down when it was made', { info: { user: 'fred' } }, 'fred'],
    ['~/.ssh/config', { info: { user: 'fred' }, says: { user: 'ann' } }, 'ann'],
    ['the user', { says: { user: 'ann' }, wish: { user: 'bob' } }, 'bob'],
  ])('takes its user from %s', async (_what, given, user) => {
    const argv = await argvOf(given);
    expect(argv[argv.indexOf('-l') + 1]).toBe(user);
  });

  it('takes the address that was read last, or the one that is wanted', async () => {
    expect((await argvOf({ info: { row: { ips: ['192.0.2.99'] } } })).at(-1)).toBe('192.0.2.99');
    expect((await argvOf({ wish: { address: 'web1.example.org' } })).at(-1)).toBe('web1.example.org');
  });

  it('hands on what is wanted, and the words of a command behind the address', async () => {
    const ssh = await reach({ wish: { port: 2222, identity: '/home/ann/key', acceptNew: true } });
    const argv = ssh.argv(['-L', '8080:localhost:80'], ['uname', '-a']);
    expect(argv.slice(3)).toEqual([
      ...['-o', 'StrictHostKeyChecking=accept-new', '-l', 'debian', '-p', '2222', '-i', '/home/ann/key'],
      ...['-L', '8080:localhost:80', '--', '192.0.2.7', 'uname', '-a'],
    ]);
  });

  it('jumps over its node as the endpoint is reached, unless it is told otherwise', async () => {
    const jump = { host: 'db1.example.org', user: 'root', port: 2222, keyFile: '/home/ann/my key' };
    const ssh = await reach({ jump });
    expect(ssh.said).toBe('debian@192.0.2.7 by way of db1.example.org');
    expect(ssh.argv()).toContain(
      `ProxyCommand=ssh -p 2222 -l root -i '/home/ann/my key' -W '[%h]:%p' -- db1.example.org`,
    );
    for (const other of [{ wish: { direct: true } }, { says: { hasProxy: true } }])
      expect((await argvOf({ jump, ...other })).join(' ')).not.toContain('ProxyCommand');
  });

  it('says that no address is known, and refuses names that ssh would read as something else', async () => {
    await expect(reach({ vm: { ips: [] } })).rejects.toMatchObject({
      code: 'op.refused',
      message: 'web1 has no address that is known',
    });
    await expect(reach({ vm: { ips: ['-oProxyCommand=reboot'] } })).rejects.toMatchObject({ code: 'op.refused' });
    await expect(reach({ info: { user: '-oProxyCommand=reboot' } })).rejects.toMatchObject({ code: 'op.refused' });
  });

  it('keeps what a host calls a machine out of the options of ssh', async () => {
    expect(await argvOf({ vm: { uuid: 'a,b c\n%h' } })).toContain('HostKeyAlias=drover-a-b-c--h');
  });
});

describe('the way through a node', () => {
  it('reaches a shell as the words that it is made of, whatever is in them', () => {
    const command = proxyCommand({ host: 'db1', keyFile: `/tmp/it's 100%; $(reboot)` }).replaceAll('%%', '%');
    const words = execFileSync('/bin/sh', ['-c', `for word in ${command}; do printf '%s\\n' "$word"; done`]);
    expect(words.toString().trim().split('\n')).toEqual([
      ...['ssh', '-i', `/tmp/it's 100%; $(reboot)`, '-W', '[%h]:%p', '--', 'db1'],
    ]);
  });

  it('is refused for a host that is none', () => {
    expect(() => proxyCommand({ host: '$(reboot)' })).toThrow("can't be jumped over");
  });
});

describe('what ssh -G says', () => {
  it.each<[string, SshSays]>([
    ['user ann\nhostname 192.0.2.7\nport 22\nproxyjump none', SILENT],
    ['user bob\nhostname 192.0.2.7', { user: 'bob', hasProxy: false }],
    ['user ann\nproxyjump gate.example.org', { user: undefined, hasProxy: true }],
    ['user ann\nproxycommand nc %h %p', { user: undefined, hasProxy: true }],
  ])('of %j', (output, said) => {
    expect(sshSays(output, 'ann')).toEqual(said);
  });
});
