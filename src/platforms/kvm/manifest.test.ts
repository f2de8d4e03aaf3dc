import { expect, it } from 'vitest';
import type { EndpointField, SettingsField } from '../contract.ts';
import { manifest } from './manifest.ts';

interface Field {
  readonly key: string;
  readonly label: string;
  readonly kind: string;
  readonly options?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly when?: { readonly key: string; readonly is: readonly string[] };
  readonly pattern?: { readonly source: string };
  readonly env?: string;
  readonly examples?: readonly string[];
  readonly in?: Readonly<Record<string, string>>;
}

const spelled = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : value === '' ? 'empty' : String(value);

/** A field in words: what a form shows of it, and what it takes. */
function wordsOf(field: EndpointField | SettingsField): string {
  const { key, label, kind, options, min, max, when, pattern, env, examples, in: where } = field as unknown as Field;
  const has = field as unknown as Readonly<Record<string, unknown>>;
  return [
    `${key}: ${label}, ${kind}`,
    options && `of ${options.join(' ')}`,
    (min ?? max) !== undefined && `${min ?? ''}…${max ?? ''}`,
    has['default'] !== undefined && `default ${spelled(has['default'])}`,
    when && `with ${when.key} ${when.is.join(' ')}`,
    pattern && 'checked',
    env && `from ${env}`,
    examples && `such as ${examples.join(' ')}`,
    ...['place', 'advanced', 'sensitive', 'required'].map((name) => has[name] === true && name),
    where && `config ${where['edit-config']}, running ${where['edit-running']}`,
    has['takesEffect'] !== undefined && `takes effect ${has['takesEffect']}`,
  ]
    .filter(Boolean)
    .join('; ');
}

it('asks of an endpoint what leads to its daemon', () => {
  expect(manifest.endpoint.map(wordsOf)).toEqual([
    'uri: libvirt URI, text; checked; from LIBVIRT_DEFAULT_URI; such as qemu+ssh://root@db1.example.org/system qemu:///system test:///default; place',
    'transport: Transport, choice; of ssh unix tls tcp; default ssh',
    'host: Host, text; with transport ssh tls tcp; such as db1.example.org; place',
    'port: Port, count; 1…65535; with transport ssh tls tcp; advanced',
    'user: User, text; with transport ssh; such as root',
    'key: Key, path; with transport ssh',
    'password: Password, text; with transport ssh; sensitive',
    'known-hosts: Known hosts, path; with transport ssh; advanced',
    'ssh: SSH client, choice; of builtin system; default builtin; with transport ssh; advanced',
    'ca: Authority, path; with transport tls',
    'cert: Certificate, path; with transport tls',
    'client-key: Certificate key, path; with transport tls',
    'prefer-ip: Preferred address, text; default empty; checked; such as 10.0.0.0/8, ipv4, agent; advanced',
    'insecure: Unprotected TCP, flag; default false; with transport tcp; advanced',
    'socket: Socket, path; with transport unix ssh; place; advanced',
    'driver: Driver, text; default qemu:///system; checked; such as qemu:///system qemu:///session test:///default; advanced',
  ]);
  expect(manifest).toMatchObject({ id: 'kvm', title: 'KVM (libvirt)', tier: 'core', everyMs: 2_000 });
});

it('shows of a guest what can be changed: saved, or while it runs', () => {
  const MIB = 1024 ** 2;
  const edited = manifest.settings.filter((field) => field.in['edit-config']);
  expect(edited.map(wordsOf)).toEqual([
    'name: Name, text; checked; required; config write, running read; takes effect now',
    `memory: Memory, bytes; ${MIB}…; default 2147483648; such as 4GiB; required; config write, running write; takes effect now`,
    `max-memory: Max memory, bytes; ${MIB}…; such as 8GiB; required; config write, running read; takes effect restart`,
    'vcpus: vCPUs, count; 1…4096; default 2; required; config write, running write; takes effect now',
    'max-vcpus: Max vCPUs, count; 1…4096; required; config write, running read; takes effect restart',
    'autostart: Autostart, flag; config write, running write; takes effect now',
    'title: Title, text; config write, running write; takes effect now',
    'description: Description, text; config write, running write; takes effect now',
    'disk: Disks, list; config write, running write; takes effect now',
    'nic: NICs, list; config write, running write; takes effect now',
    'plan: Plan, text; default empty; config write, running write; takes effect now',
    'profile: Profile, text; default empty; advanced; config write, running write; takes effect now',
    'image: Image, text; advanced; config write, running write; takes effect now',
    'os: Guest OS, text; default empty; checked; such as http://debian.org/debian/12 http://microsoft.com/win/2k22; advanced; config write, running write; takes effect now',
    'owner: Owner, text; default empty; advanced; config write, running write; takes effect now',
    'metadata: Metadata, pairs; default {}; advanced; config write, running write; takes effect now',
    'virtualization: Virtualization, choice; of kvm qemu; advanced; config write, running read; takes effect restart',
    'cpu: CPU, text; default empty; checked; advanced; config write, running read; takes effect restart',
    'sockets: Sockets, count; 1…4096; advanced; config write, running read; takes effect restart',
    'cores: Cores, count; 1…4096; advanced; config write, running read; takes effect restart',
    'threads: Threads, count; 1…4096; advanced; config write, running read; takes effect restart',
    'cpu-flag: CPU flags, list; default []; advanced; config write, running read; takes effect restart',
    'pmu: PMU, choice; of on off; advanced; config write, running read; takes effect restart',
    'firmware: Firmware, choice; of bios uefi uefi-secure; advanced; config write, running read; takes effect restart',
    'kernel: Kernel, text; such as /boot/vmlinuz; advanced; config write, running read; takes effect restart',
    'initrd: Initrd, text; advanced; config write, running read; takes effect restart',
    'cmdline: Command line, text; such as console=ttyS0; advanced; config write, running read; takes effect restart',
    'on-poweroff: On power off, choice; of destroy restart; advanced; config write, running read; takes effect restart',
    'on-reboot: On reboot, choice; of destroy restart; advanced; config write, running read; takes effect restart',
    'on-crash: On crash, choice; of destroy restart preserve coredump-destroy coredump-restart; advanced; config write, running read; takes effect restart',
    'clock: Clock, choice; of utc localtime; advanced; config write, running read; takes effect restart',
    'tpm: TPM, flag; default false; advanced; config write, running read; takes effect restart',
    'rng: Random numbers, flag; default false; advanced; config write, running read; takes effect restart',
    'guest-agent: Guest agent, flag; default true; advanced; config write, running read; takes effect restart',
    'graphics: Graphics, choice; of vnc spice sdl none; advanced; config write, running read; takes effect restart',
    'sdl-display: SDL display, text; with graphics sdl; such as :0; advanced; config write, running read; takes effect restart',
    'sdl-xauth: X authority, text; with graphics sdl; such as /root/.Xauthority; advanced; config write, running read; takes effect restart',
    'video: Video, choice; of vga virtio qxl bochs cirrus ramfb none; advanced; config write, running read; takes effect restart',
    'tablet: Tablet, flag; default true; advanced; config write, running read; takes effect restart',
    'usb-mouse: USB mouse, flag; default false; advanced; config write, running read; takes effect restart',
    'usb-keyboard: USB keyboard, flag; default false; advanced; config write, running read; takes effect restart',
    'balloon: Balloon, flag; default true; advanced; config write, running read; takes effect restart',
    'memory-reports: Memory reports, count; 0…3600; advanced; config write, running write; takes effect now',
    'machine: Machine, text; default empty; checked; advanced; config read, running read; takes effect recreate',
    'arch: Architecture, text; such as aarch64; advanced; config read, running read; takes effect recreate',
    'boot: Boot from, choice; of disk cdrom network; advanced; config write, running read; takes effect restart',
    'next-boot: Then from, choice; of disk cdrom network; advanced; config write, running read; takes effect restart',
    'iso: ISO, object; default empty; advanced; config write, running write; takes effect now',
    'cloud-init: cloud-init, flag; default false; advanced; config write, running write; takes effect now',
  ]);
});

it('asks of a new VM what it is made of, with the rare apart', () => {
  const asked = manifest.settings.filter((field) => field.in.provision === 'write');
  const keys = (isRare: boolean) => asked.filter((field) => (field.advanced ?? false) === isRare).map(({ key }) => key);
  expect(keys(false).join(' ')).toBe(
    'name image iso memory vcpus autostart title description disk nic cloud-init user keys password commands plan start',
  );
  expect(keys(true).join(' ')).toBe(
    'user-data profile os owner metadata boot-network seed file root-login store-metadata ips netmasks gateway dns domain reserve-ip reserve-dns virtualization cpu sockets cores threads cpu-flag pmu firmware kernel initrd cmdline on-poweroff on-reboot on-crash clock tpm rng guest-agent graphics sdl-display sdl-xauth video tablet usb-mouse usb-keyboard balloon memory-reports machine arch max-vcpus nested pin max-memory hotplug-memory memory-slots numa numa-mode numa-nodes huge-pages page-size folder pci iommu emulator extra-iso floppy display-password boot next-boot',
  );
  const ofCloudInit = [
    'user',
    'keys',
    'password',
    'commands',
    'user-data',
    'seed',
    'file',
    'root-login',
    'store-metadata',
  ];
  expect(asked.filter(({ when }) => when?.key === 'cloud-init').map(({ key }) => key)).toEqual(ofCloudInit);
  expect(asked.filter(({ sensitive }) => sensitive).map(({ key }) => key)).toEqual(['password', 'display-password']);
});

it.each([
  ['uri', ['qemu:///system', 'qemu+ssh://root@db1/system'], ['db1', ':///system', 'qemu']],
  ['driver', ['qemu:///session', 'test:///default'], ['qemu', 'qemu://db1/system']],
  ['name', ['web1', 'büro ☕ 1', 'a'], ['', ' web1', 'web1 ', 'a/b', 'a\nb']],
])('takes for %s what is one', (key, good, bad) => {
  const field = [...manifest.endpoint, ...manifest.settings].find((one) => one.key === key) as unknown as {
    pattern: { source: string };
  };
  const pattern = new RegExp(field.pattern.source);
  expect(good.filter((value) => !pattern.test(value))).toEqual([]);
  expect(bad.filter((value) => pattern.test(value))).toEqual([]);
});
