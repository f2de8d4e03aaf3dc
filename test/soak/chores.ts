import { setTimeout as pause } from 'node:timers/promises';
import type { Pty } from '../terminal/open-pty.ts';
import { STEADY } from './fleet.ts';

/** Something that people do with the program, from the tree and back to it. Rejects when the screen does not answer. */
export interface Chore {
  readonly name: string;
  do(pty: Pty): Promise<void>;
}

const DETACH = '\x1d';
const ESC = '\x1b';
/** Longer than the program waits for the rest of a key. */
const KEY_MS = 120;
const MOST_LAYERS = 5;
const ON_A_VM = /─ \S+ ─+ Overview Disks/;
const AT_HOME = /^ *NAME/m;
const PROMPT = /[#$]$/;
const AT_A_CONSOLE = /^drover: .* detaches/;

async function type(pty: Pty, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    pty.type(key);
    await pause(KEY_MS);
  }
}

/** Whatever is open closes: a console, prompts, dialogs, marks, the filter. */
export async function goHome(pty: Pty): Promise<void> {
  if (AT_A_CONSOLE.test(pty.screen())) await type(pty, DETACH);
  for (let layer = 0; layer < MOST_LAYERS; layer++) await type(pty, ESC);
  await type(pty, '1', 'g');
  await pty.until(AT_HOME);
}

/** The cursor on the first VM that fits. */
async function find(pty: Pty, filter: string): Promise<void> {
  await type(pty, '/', filter, '\r');
  await pty.until(`filter: ${filter}`);
  for (let row = 0; row < 6 && !ON_A_VM.test(pty.screen()); row++) {
    await type(pty, 'j');
    await pause(200);
  }
  await pty.until(ON_A_VM);
}

async function attach(pty: Pty): Promise<void> {
  await find(pty, `endpoint:${STEADY} state:running`);
  await type(pty, 'c');
  await pty.until('ctrl-] detaches');
  await type(pty, '\r');
  await pty.until('login:');
  await type(pty, 'root\r', 'x\r');
  await pty.until(PROMPT);
}

async function act(pty: Pty, filter: string, keys: readonly string[], outcome: RegExp): Promise<void> {
  await find(pty, filter);
  await type(pty, ...keys);
  await pty.until(outcome, 30_000);
}

export const CHORES: readonly Chore[] = [
  {
    name: 'look around',
    async do(pty) {
      await type(pty, 'G', 'g', ...'jjjjjjjj', '\x04', '\x04', '\x15', 'i', 'i', 'h', 'l');
    },
  },
  {
    name: 'read the details',
    async do(pty) {
      await find(pty, `endpoint:${STEADY}`);
      for (const _tab of 'four') await type(pty, ']');
    },
  },
  {
    name: 'filter by figures',
    async do(pty) {
      await type(pty, '/', 'cpu>50', '\r');
      await pty.until('filter: cpu>50');
      await pause(2_000);
    },
  },
  {
    name: 'read tasks, events and help',
    async do(pty) {
      await type(pty, '7');
      await pty.until('TASK');
      await type(pty, '8', '9', '1', '?');
      await pty.until('─ Keys ─');
    },
  },
  {
    name: 'open the palette and forms',
    async do(pty) {
      await type(pty, ':', 'pause');
      await pty.until('vm.pause');
      await type(pty, ESC, 'a');
      await pty.until('esc cancel');
      await type(pty, ESC);
      await find(pty, `endpoint:${STEADY} state:running`);
      await type(pty, 'e');
      await pty.until('vCPUs');
    },
  },
  { name: 'reboot', do: (pty) => act(pty, `endpoint:${STEADY} state:running`, ['R', 'y'], /was asked to reboot/) },
  {
    name: 'pause two and let them go on',
    async do(pty) {
      await act(pty, `endpoint:${STEADY} state:running`, [' ', ' ', 'p', 'y'], /Pause 2 VMs: 2 done/);
      await goHome(pty);
      await act(pty, `endpoint:${STEADY} state:paused`, [' ', ' ', 'p', 'y'], /Resume 2 VMs: 2 done/);
    },
  },
  {
    name: 'start what fails',
    do: (pty) => act(pty, 'endpoint:failing state:stopped', ['j', 's'], /fail|template/),
  },
  {
    name: 'start while the link dies',
    do: (pty) =>
      act(pty, 'endpoint:losing state:stopped', ['j', 's'], /losing|link|runs|running|template|nobody knows/),
  },
  {
    name: 'read a guest that hangs',
    async do(pty) {
      await find(pty, 'endpoint:hanging');
      await type(pty, 'j', 'j', 'j');
      await pause(1_000);
    },
  },
  {
    name: 'work at a console',
    async do(pty) {
      await attach(pty);
      await type(pty, 'top\r');
      await pty.until(/PID|CPU/);
      await pause(2_000);
      await type(pty, 'q', 'uptime\r');
      await pty.until('up ');
      await type(pty, DETACH);
      await pty.until('detached from the console');
    },
  },
  {
    name: 'crash a guest and start it again',
    async do(pty) {
      await attach(pty);
      await type(pty, 'panic\r');
      await pty.until('Kernel panic');
      await type(pty, DETACH);
      await pty.until('detached from the console');
      await goHome(pty);
      await act(pty, `endpoint:${STEADY} state:crashed`, ['s'], /started|is running|runs/);
    },
  },
  {
    name: 'resize the window',
    async do(pty) {
      for (const [columns, rows] of SIZES) {
        pty.resize(columns, rows);
        await pause(300);
      }
      await pty.until(AT_HOME);
    },
  },
  {
    name: 'stop reading for three seconds',
    async do(pty) {
      pty.stall();
      await type(pty, ...'jjjjjjjjjj');
      await pause(2_000);
      pty.unstall();
    },
  },
];

const SIZES = [
  [80, 24],
  [250, 70],
  [20, 5],
  [120, 40],
] as const;
