/** The VMs of a host: files in a folder, processes by their pid files, monitors by their sockets. */
import { askMonitor } from './qmp.mjs';

/** Ours, so that a name can be a file, a word of a command and an id. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const AT_ONCE = 8;

/** All files and processes in one answer: name, pid and ticks of its CPUs (`-` where it does not run), start, the file. */
const LIST = `cd "$1" || exit 3
for file in *.json; do
  [ -f "$file" ] || continue
  name=\${file%.json}
  case $name in *[!A-Za-z0-9._-]*) continue ;; esac
  pid=$(cat "run/$name.pid" 2>/dev/null | tr -dc 0-9)
  stat=-
  # a pid file may be older than the process that has its number now
  if [ -n "$pid" ] && tr '\\0' '\\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "$1/run/$name.pid"; then
    stat=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || stat=-
  fi
  printf '%s\\t%s\\t%s\\t%s\\n' "$name" "\${pid:--}" "\${stat:--}" "$(base64 <"$file" | tr -d '\\n')"
done`;

const HOST = `for program in qemu-system-$(uname -m) qemu-kvm /usr/libexec/qemu-kvm; do
  "$program" --version 2>/dev/null | head -n 1 | grep . && break
done || exit 4
nproc; getconf CLK_TCK; grep MemTotal /proc/meminfo; uname -n; uname -r; uname -m; grep btime /proc/stat`;

/** QEMU itself holds the lock of the pid file: a second start of the same VM is refused by it. */
const START = `mkdir -p "$1/run" && chmod 700 "$1/run" || exit 1
folder=$1 name=$2; shift 2
for program in qemu-system-$(uname -m) qemu-kvm /usr/libexec/qemu-kvm; do
  command -v "$program" >/dev/null || continue
  exec "$program" -name "$name" -display none -daemonize -pidfile "$folder/run/$name.pid" \\
    -qmp "unix:$folder/run/$name.qmp,server=on,wait=off" "$@"
done
echo 'QEMU is not installed' >&2; exit 4`;

/** What QEMU's words for a VM that has a process mean. */
const STATES = {
  running: 'running',
  paused: 'paused',
  prelaunch: 'paused',
  suspended: 'suspended',
  shutdown: 'stopping',
  inmigrate: 'migrating',
  postmigrate: 'paused',
  'finish-migrate': 'migrating',
  'guest-panicked': 'crashed',
  'internal-error': 'error',
  'io-error': 'error',
};

export function createVms(drover, endpoint, host) {
  const { FleetError, ids, units } = drover;
  const { folder } = { folder: '/etc/drover-qemu', ...endpoint.values };

  async function run(what, script, words, signal) {
    const ran = await host.run(what, script, words, signal);
    if (ran.code === 0) return ran.stdout;
    const why = ran.stderr.trim().split('\n').at(-1) || `exit code ${ran.code}`;
    if (ran.code === 3) throw new FleetError('config.invalid', `${host.name} has no folder ${folder}`);
    if (ran.code === 4)
      throw new FleetError('op.unsupported', `${host.name} has no QEMU`, { fix: 'install qemu-system there' });
    throw new FleetError(/lock pid file/i.test(why) ? 'op.conflict' : 'op.failed', `${host.name}: ${why}`);
  }

  const monitor = (vm, request, { signal, changes }) =>
    host.logged('qmp', `${vm.name} ${request.execute}`, () =>
      host.patiently(signal, `${request.execute} of ${vm.name}`, async ({ signal: stop }) => {
        const stream = await host.openSocket(`${folder}/run/${vm.name}.qmp`, stop).catch((error) => {
          if (stop.aborted || error.code === 'host.unreachable') throw error;
          throw new FleetError('op.failed', `QEMU of ${vm.name} takes no connection`, { cause: error });
        });
        return askMonitor(drover, stream, request, { name: vm.name, changes, signal: stop });
      }),
    );

  /** The state of one that has a process, in QEMU's words. One that does not answer is unknown, and no trouble of the others. */
  async function withState(vm, signal) {
    if (!vm.process) return { ...vm, state: 'stopped', rawState: 'no process' };
    try {
      const { status } = await monitor(vm, { execute: 'query-status' }, { signal });
      return { ...vm, state: STATES[status] ?? 'unknown', rawState: status };
    } catch (error) {
      if (signal.aborted || error.code === 'host.unreachable') throw error;
      return { ...vm, state: 'unknown', rawState: 'no answer' };
    }
  }

  function parsed(line) {
    const [name, pid, stat, file] = line.split('\t');
    const config = NAME.test(name) ? configIn(file) : undefined;
    if (!config) return [];
    const fields = stat.split(' ');
    const process =
      stat === '-'
        ? undefined
        : { pid: Number(pid), ticks: Number(fields[11]) + Number(fields[12]), started: Number(fields[19]) };
    return [{ name, id: ids.vmId(endpoint.name, name), ...config, process }];
  }

  function configIn(base64) {
    try {
      const {
        uuid,
        memory,
        cpus = 1,
        arguments: more = [],
        description,
      } = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
      const isRight =
        /^[0-9a-f-]{36}$/i.test(uuid) && memory >= 1 && cpus >= 1 && more.every((one) => typeof one === 'string');
      return isRight ? { uuid, memory: units.mib(memory), cpus, arguments: more, description } : undefined;
    } catch {
      return undefined;
    }
  }

  async function list(signal) {
    const lines = (await run('list', LIST, [folder], signal)).split('\n').filter(Boolean);
    const all = lines.flatMap(parsed);
    const found = [];
    for (let at = 0; at < all.length; at += AT_ONCE) {
      found.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map((vm) => withState(vm, signal)))));
    }
    return found;
  }

  return {
    list,
    async find(id, signal) {
      signal.throwIfAborted();
      const vm = (await list(signal)).find((one) => one.id === id);
      if (!vm) throw new FleetError('vm.not-found', `${endpoint.name} has no VM ${JSON.stringify(ids.nativeOf(id))}`);
      return vm;
    },
    monitor,
    async start(vm, signal) {
      const words = ['-uuid', vm.uuid, '-m', String(vm.memory / 1024 ** 2), '-smp', String(vm.cpus), ...vm.arguments];
      await run('start', START, [folder, vm.name, ...words], signal);
    },
    async readHost(signal) {
      const [version, cpus, hertz, memory, name, kernel, architecture, boot] = (
        await run('host', HOST, [], signal)
      ).split('\n');
      return {
        version: version.replace(/^QEMU emulator version/, 'QEMU'),
        cpus: Number(cpus),
        hertz: Number(hertz),
        memory: units.kib(Number(memory.replace(/\D/g, ''))),
        name,
        kernel,
        architecture,
        bootedAt: Number(boot.replace(/\D/g, '')) * 1000,
      };
    },
  };
}
