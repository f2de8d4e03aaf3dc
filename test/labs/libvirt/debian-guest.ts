/** What is true inside of a Debian guest of the lab: asked of its agent by virsh, or by SSH from its host, but not by drover. */
import { PATIENCE } from '../../patience.ts';
import { until } from '../until.ts';
import { type Host, site, virsh } from './hosts.ts';
import { runInside } from './namespaces.ts';

/** An emulated CPU is slow, and a command may wait for cloud-init. */
const COMMAND_MS = 180_000;
/** Each question is a message in the guest's journal, which an emulated CPU takes long to write. */
const ASK_MS = 500;

async function agent<T>(host: Host, guest: string, execute: string, args: object = {}): Promise<T> {
  const said = await virsh(host, 'qemu-agent-command', guest, JSON.stringify({ execute, arguments: args }));
  return (JSON.parse(said) as { return: T }).return;
}

/** Half a minute on an idle machine; twenty times that was seen where two labs shared two slow cores. */
export const BOOT_MS = 480_000;
/** Of a test that waits for a boot and does little else. */
export const BOOT_TEST_MS = BOOT_MS * PATIENCE + 120_000;

/** Resolves when the guest's agent answers. */
export const untilAgentAnswers = (host: Host, guest: string, deadlineMs: number): Promise<unknown> =>
  until(
    `the agent of ${guest} answers`,
    deadlineMs,
    () =>
      agent(host, guest, 'guest-ping').then(
        () => true as const,
        () => undefined,
      ),
    ASK_MS,
  );

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
}

/** What a shell command of root prints inside of the guest, without the space around it. Rejects when it fails. */
export async function inside(host: Host, guest: string, command: string): Promise<string> {
  const args = { path: '/bin/sh', arg: ['-c', command], 'capture-output': true };
  const { pid } = await agent<{ pid: number }>(host, guest, 'guest-exec', args);
  const ended = await until(
    `${command} in ${guest}`,
    COMMAND_MS,
    async () => {
      const status = await agent<ExecStatus>(host, guest, 'guest-exec-status', { pid });
      return status.exited && status;
    },
    ASK_MS,
  );
  const text = (data: string | undefined) =>
    Buffer.from(data ?? '', 'base64')
      .toString()
      .trim();
  if (ended.exitcode !== 0) throw new Error(`${command} in ${guest}: ${text(ended['err-data'])} (${ended.exitcode})`);
  return text(ended['out-data']);
}

/** What a command prints for a user who logs in by SSH from the guest's host, with the lab's key. Rejects when the login is refused. */
export async function bySsh(host: Host, login: string, command: string): Promise<string> {
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  const argv = ['ssh', '-i', site.files.key, ...options.flatMap((option) => ['-o', option]), login, command];
  return (await runInside(host, argv, COMMAND_MS)).trim();
}
