import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Host, site } from '../labs/libvirt/hosts.ts';
import { until } from '../labs/until.ts';

/** One SSH connection that all further ssh processes share, as people set it up who want it fast. */
export async function openMaster(host: Host, socket: string) {
  const { key, knownHosts } = site.files;
  const options = ['-o', `ControlPath=${socket}`, '-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'BatchMode=yes'];
  const argv = ['ssh', '-F', 'none', '-i', key, ...options, `root@${host.address}`] as const;
  const [program, ...args] = argv;
  const master = spawn(program, ['-M', '-N', ...args], { stdio: 'ignore' });
  await until('the shared SSH connection', 10_000, () => existsSync(socket));
  return { argv, close: () => master.kill() };
}

/** A virsh that stays open at the other end: no process and no connection is made for a refresh. */
export function openVirsh(ssh: readonly [string, ...string[]]) {
  const [program, ...args] = ssh;
  const child = spawn(program, [...args, 'virsh', '--quiet', '--connect', 'qemu:///system'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let text = '';
  let count = 0;
  let seen = () => {};
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    seen();
  });
  return {
    domstats: () =>
      new Promise<void>((resolve) => {
        const mark = `end-${++count}`;
        text = '';
        seen = () => {
          // at the start of a line: the command itself comes back too, behind a prompt
          if (new RegExp(`^${mark}`, 'm').test(text.slice(-200))) resolve();
        };
        child.stdin.write(`domstats\necho ${mark}\n`);
      }),
    close: () => child.kill(),
  };
}
