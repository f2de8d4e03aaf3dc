import { describe, expect, it } from 'vitest';
import { carrierCommand, socketPaths } from './daemon-sockets.ts';

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
    ['socket /run/libvirt/libvirt-sock\ncommand socat\n', "socat - UNIX-CONNECT:'/run/libvirt/libvirt-sock'"],
    ['socket /run/libvirt/libvirt-sock\n', undefined],
    ['command virt-ssh-helper\n', undefined],
  ])('chooses what carries the bytes: %j', (probed, command) => {
    expect(carrierCommand(probed, 'qemu:///system')).toBe(command);
  });
  it('lets no quote out of a word for the shell', () => {
    expect(carrierCommand("socket /tmp/it's\ncommand nc\n", 'qemu:///system')).toBe("nc -U '/tmp/it'\\''s'");
  });
});
