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

/** A field in words: what a form shows of it, and what it takes. */
function wordsOf(field: EndpointField | SettingsField): string {
  const { key, label, kind, options, min, max, when, pattern, env, examples, in: where } = field as unknown as Field;
  const has = field as unknown as Readonly<Record<string, unknown>>;
  return [
    `${key}: ${label}, ${kind}`,
    options && `of ${options.join(' ')}`,
    (min ?? max) !== undefined && `${min ?? ''}…${max ?? ''}`,
    has['default'] !== undefined && `default ${has['default']}`,
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
    'insecure: Unprotected TCP, flag; default false; with transport tcp; advanced',
    'socket: Socket, path; with transport unix ssh; place; advanced',
    'driver: Driver, text; default qemu:///system; checked; such as qemu:///system qemu:///session test:///default; advanced',
  ]);
  expect(manifest).toMatchObject({ id: 'kvm', title: 'KVM (libvirt)', tier: 'core', everyMs: 2_000 });
});

it('shows of a guest what can be changed: saved, or while it runs', () => {
  const MIB = 1024 ** 2;
  expect(manifest.settings?.map(wordsOf)).toEqual([
    `memory: Memory, bytes; ${MIB}…; such as 4GiB; required; config write, running write; takes effect now`,
    `max-memory: Max memory, bytes; ${MIB}…; such as 8GiB; required; config write, running read; takes effect restart`,
    'vcpus: vCPUs, count; 1…4096; required; config write, running write; takes effect now',
    'max-vcpus: Max vCPUs, count; 1…4096; required; config write, running read; takes effect restart',
    'autostart: Autostart, flag; config write, running write; takes effect now',
    'title: Title, text; config write, running write; takes effect now',
    'description: Description, text; config write, running write; takes effect now',
  ]);
});

it.each([
  ['uri', ['qemu:///system', 'qemu+ssh://root@db1/system'], ['db1', ':///system', 'qemu']],
  ['driver', ['qemu:///session', 'test:///default'], ['qemu', 'qemu://db1/system']],
])('takes for %s what is one', (key, good, bad) => {
  const field = manifest.endpoint.find((one) => one.key === key) as unknown as { pattern: { source: string } };
  const pattern = new RegExp(field.pattern.source);
  expect(good.filter((value) => !pattern.test(value))).toEqual([]);
  expect(bad.filter((value) => pattern.test(value))).toEqual([]);
});
