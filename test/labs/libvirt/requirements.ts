import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { cloudKernel } from './guest-image.ts';

/** Debian's names of all that the lab is made of; a plain list, so that CI can install it before there is a Node. */
export const packages: readonly string[] = readFileSync(`${import.meta.dirname}/apt-packages`, 'utf8')
  .trim()
  .split('\n');

const PROGRAMS = [
  ...['busybox', 'cpio', 'dnsmasq', 'ip', 'iptables', 'libvirtd', 'modprobe', 'nsenter', 'openssl', 'qemu-img'],
  ...['qemu-system-x86_64', 'sshd', 'ssh-keygen', 'unshare', 'virsh'],
];

function installed(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** In a container even root may not. */
const makesNamespaces = (): boolean =>
  spawnSync('unshare', ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'true']).status === 0;

/** What this machine lacks, each as the end of the sentence "it needs …". */
export function missing(): readonly string[] {
  return [
    ...(process.getuid?.() === 0 && makesNamespaces() ? [] : ['root with the right to make namespaces']),
    ...PROGRAMS.filter((program) => !installed(program)),
    ...(existsSync('/dev/net/tun') ? [] : ['/dev/net/tun']),
    ...(existsSync('/boot') && cloudKernel() !== undefined ? [] : ['a kernel like /boot/vmlinuz-…-cloud-amd64']),
  ];
}
