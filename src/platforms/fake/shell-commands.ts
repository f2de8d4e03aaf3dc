import { formatBytes, formatRatio } from '../../units.ts';
import type { Foreground, Host, Invocation } from './shell-host.ts';
import { runMouse } from './shell-mouse.ts';
import { runTop } from './shell-top.ts';

interface Command {
  readonly help: string;
  /** Answers what stays in the foreground, if anything. */
  run(invocation: Invocation): Foreground | undefined;
}

/** A command that prints and is done. */
const prints = (help: string, text: (invocation: Invocation) => string): Command => ({
  help,
  run(invocation) {
    invocation.print(`${text(invocation)}\n`);
    return undefined;
  },
});

const acts = (help: string, act: (host: Host) => void, says = 'The system is going down now.'): Command => ({
  help,
  run({ host, print }) {
    print(`${says}\n`);
    act(host);
    return undefined;
  },
});

export const COMMANDS: Readonly<Record<string, Command>> = {
  help: prints('this list', () =>
    [...Object.entries(COMMANDS), ['exit', { help: 'log out' }] as const]
      .map(([name, { help }]) => `${name.padEnd(10)}${help}`)
      .join('\n'),
  ),
  ls: prints('files here', ({ host }) => host.files.join('  ')),
  cat: prints('show a file', ({ args, host }) =>
    args[0] !== undefined && host.files.includes(args[0])
      ? `(simulated) ${args[0]}`
      : `cat: ${args[0] ?? ''}: no such file`,
  ),
  echo: prints('say it again', ({ args }) => args.join(' ')),
  hostname: prints('name of this machine', ({ host }) => host.name),
  whoami: prints('name of this user', ({ who }) => who),
  uname: prints('system', ({ host }) => host.system),
  date: prints('time', ({ host }) => new Date(host.clock.now()).toUTCString()),
  uptime: prints('time since boot', ({ host }) => {
    const minutes = Math.floor((host.clock.now() - host.bootedAt()) / 60_000);
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
    return `up ${days} days, ${hours}:${String(minutes % 60).padStart(2, '0')}, CPU ${formatRatio(host.load().cpu)}`;
  }),
  free: prints('memory', ({ host }) => {
    const used = host.load().memory;
    return `total ${formatBytes(host.memory)}  used ${formatBytes(used)}  free ${formatBytes(host.memory - used)}`;
  }),
  mouse: { help: 'what the mouse does (q ends)', run: runMouse },
  top: { help: 'what runs, live (q ends)', run: runTop },
  reboot: acts('restart this machine', (host) => host.reboot()),
  poweroff: acts('stop this machine', (host) => host.powerOff()),
  panic: acts('crash this machine', (host) => host.panic(), 'Kernel panic - not syncing: as ordered'),
};
