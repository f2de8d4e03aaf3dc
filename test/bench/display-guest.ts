/** A guest that fills its screen with lines as fast as it can, and says in each how many keys it has read. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../labs/command.ts';

export interface DisplayGuest {
  /** The socket of its VNC server. */
  readonly vnc: string;
  readonly stop: () => void;
}

const INIT = `#!/bin/busybox sh
/bin/busybox mount -t devtmpfs none /dev
exec </dev/tty1 >/dev/tty1 2>&1
/bin/busybox stty -icanon -echo
i=0 n=0
while :; do
  while read -t 0; do read -n 1 k; n=$((n+1)); done
  i=$((i+1))
  echo "$i keys $n ............................................................"
done
`;

/** The kernel of this machine with busybox alone. It scrolls some seconds later. */
export async function startDisplayGuest(): Promise<DisplayGuest> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-display-'));
  const root = join(dir, 'root');
  for (const folder of ['bin', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  writeFileSync(join(root, 'init'), INIT, { mode: 0o755 });
  const initrd = join(dir, 'initrd');
  await run(['sh', '-c', `cd ${root} && find . | cpio -o -H newc --quiet > ${initrd}`]);
  const kernel = readdirSync('/boot').find((name) => name.startsWith('vmlinuz'));
  if (!kernel) throw new Error('this machine has no kernel in /boot');
  const vnc = join(dir, 'vnc');
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'pc,accel=tcg', '-m', '128', '-nodefaults', '-vga', 'std', '-display', 'none'],
      ...['-kernel', `/boot/${kernel}`, '-initrd', initrd, '-append', 'console=tty0 quiet', '-vnc', `unix:${vnc}`],
    ],
    { stdio: 'ignore' },
  );
  const stop = () => {
    qemu.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', stop);
  return { vnc, stop };
}
