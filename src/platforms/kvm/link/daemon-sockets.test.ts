import { describe, expect, it } from 'vitest';
import { carrierOf, socketPaths } from './daemon-sockets.ts';

const at = (driver: string, socket?: string) => ({ transport: 'unix' as const, driver, socket });

describe('where the daemon listens', () => {
  it('looks for the modular daemon first', () => {
    expect(socketPaths(at('qemu:///system'), undefined)).toEqual([
      '/run/libvirt/virtqemud-sock',
      '/run/libvirt/libvirt-sock',
    ]);
  });
  it('knows that only libvirtd has the test driver', () => {
    expect(socketPaths(at('test:///default'), undefined)).toEqual(['/run/libvirt/libvirt-sock']);
  });
  it('looks for a session where its user has it', () => {
    expect(socketPaths(at('qemu:///session'), '/run/user/7')).toContain('/run/user/7/libvirt/libvirt-sock');
    expect(socketPaths(at('qemu:///session'), undefined)).toEqual([]);
  });

  it.each([
    ['socket /run/libvirt/libvirt-sock\ncommand virt-ssh-helper\ncommand nc\n', "virt-ssh-helper 'qemu:///system'"],
    ['socket /run/libvirt/libvirt-sock\ncommand nc\n', "nc -U '/run/libvirt/libvirt-sock'"],
    ['socket /run/libvirt/libvirt-sock\ncommand socat\n', "socat - 'UNIX-CONNECT:/run/libvirt/libvirt-sock'"],
  ])('chooses what carries the bytes: %j', (probed, command) => {
    expect(carrierOf(probed, at('qemu:///system'))).toEqual({ command });
  });
  it.each([
    ['socket /run/libvirt/libvirt-sock\n', 'carrier'],
    ['command virt-ssh-helper\n', 'socket'],
  ])('says what is missing: %j', (probed, missing) => {
    expect(carrierOf(probed, at('qemu:///system'))).toEqual({ missing });
  });
  it('never leads to another daemon than that of the named socket', () => {
    const probed = (...commands: string[]) => ['socket /srv/sock', ...commands.map((c) => `command ${c}`)].join('\n');
    for (const driver of ['qemu:///system', 'qemu:///session', 'test:///default']) {
      const named = at(driver, '/srv/sock');
      expect(carrierOf(probed('virt-ssh-helper', 'nc'), named)).toEqual({ command: "nc -U '/srv/sock'" });
      expect(carrierOf(probed('virt-ssh-helper', 'socat'), named)).toEqual({
        command: "socat - 'UNIX-CONNECT:/srv/sock'",
      });
      expect(carrierOf(probed('virt-ssh-helper'), named)).toEqual({ missing: 'carrier' });
      expect(carrierOf('command virt-ssh-helper\ncommand nc', named)).toEqual({ missing: 'socket' });
    }
  });
  it('lets no quote out of a word for the shell, and no option out of one for socat', () => {
    expect(carrierOf("socket /tmp/it's\ncommand nc\n", at('qemu:///system'))).toEqual({
      command: "nc -U '/tmp/it'\\''s'",
    });
    expect(carrierOf('socket /tmp/a,fork\ncommand socat\n', at('qemu:///system'))).toEqual({ missing: 'carrier' });
  });
});
