/** A host that commands run on and whose sockets are reached: this machine, or another one over SSH. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';

const ANSWER_MS = 10_000;
const MOST_OUTPUT = 16 * 1024 ** 2;

/** `run(script, words, signal)` answers `{ code, stdout, stderr }`; `openSocket(path, signal)` a stream; both reject with host.unreachable when the link drops. */
export async function openHost(drover, endpoint, { clock, ask, signal, wire }) {
  const { FleetError } = drover;
  const link = endpoint.values.host ? await overSsh(drover, endpoint, { clock, ask, signal }) : thisMachine(drover);
  const closing = new AbortController();

  async function logged(channel, text, work) {
    const began = clock.ticks();
    const tell = (failed, bytes) =>
      wire({
        at: clock.now(),
        endpoint: endpoint.name,
        channel,
        text,
        tookMs: clock.ticks() - began,
        bytes,
        ...(failed === undefined ? {} : { failed }),
      });
    try {
      const answer = await work();
      tell(undefined, answer?.stdout?.length ?? 0);
      return answer;
    } catch (error) {
      tell(error.message, 0);
      throw error;
    }
  }

  /** Ends with the caller's signal, with close(), and at its deadline. */
  const patiently = (caller, what, work) =>
    drover.within(
      ANSWER_MS,
      { clock, signal: AbortSignal.any([caller, closing.signal]) },
      () => new FleetError('op.timeout', `${link.name} did not answer to ${what} within ${ANSWER_MS / 1000} s`),
      work,
    );

  return {
    name: link.name,
    logged,
    patiently,
    run: (what, script, words, caller) =>
      logged('command', [what, ...words].join(' '), () =>
        patiently(caller, what, async ({ signal: stop }) =>
          outputOf(await link.run(shellLine(drover, script, words), stop), stop),
        ),
      ),
    openSocket: (path, stop) => link.openSocket(path, stop),
    close() {
      closing.abort(new FleetError('host.unreachable', `the connection to ${endpoint.name} was closed`));
      link.close();
    },
  };
}

/** The script sees the words as $1, $2 …; nothing in them is taken for a command. */
const shellLine = ({ shellWord }, script, words) => ['sh', '-c', script, 'drover', ...words].map(shellWord).join(' ');

async function overSsh({ ssh }, { name, values }, options) {
  const host = await ssh.openSshHost(
    {
      endpoint: name,
      host: values.host,
      port: values.port,
      user: values.user,
      keyFile: values.key,
      password: values.password,
      knownHostsFile: values['known-hosts'],
    },
    options,
  );
  return {
    name: host.name,
    run: (line, signal) => host.run(line, signal),
    openSocket: (path, signal) => host.openUnixSocket(path, signal),
    close: () => host.close(),
  };
}

const thisMachine = ({ ssh }) => ({
  name: 'this machine',
  run: async (line) => ssh.runningChild(spawn('sh', ['-c', line], { stdio: 'pipe' })),
  openSocket: (path, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      const stop = () => socket.destroy(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      socket.once('close', () => signal.removeEventListener('abort', stop));
      socket.once('connect', () => resolve(socket)).once('error', reject);
    }),
  close: () => {},
});

async function outputOf(command, signal) {
  const stop = () => command.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    command.stdin.end();
    const [stdout, stderr, code] = await Promise.all([textOf(command.stdout), textOf(command.stderr), command.ended]);
    return { stdout, stderr, code };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function textOf(stream) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MOST_OUTPUT) throw new Error('a command printed too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
