import { expect, it } from 'vitest';
import type { Leaving, Side } from '../migrate/side.ts';
import { procedures } from '../rpc/protocol.ts';
import { createScriptedClient, libvirtNo } from '../testkit/scripted-client.ts';
import { checkMachine } from './host-checks.ts';

const capabilities = (arch: string, ...types: readonly string[]) =>
  `<capabilities><host/><guest><os_type>hvm</os_type><arch name='${arch}'>${types.map((type) => `<domain type='${type}'/>`).join('')}</arch></guest></capabilities>`;

it.each([
  ['x86_64', ['qemu', 'kvm'], ['ok architecture: host2 runs kvm guests of x86_64', 'ok machine: host2 has q35']],
  ['x86_64', ['qemu'], ['error architecture: host2 runs no guests of type kvm, only qemu']],
  ['aarch64', ['kvm'], ['error architecture: host2 runs no guests of the architecture x86_64']],
])('F-141 a guest that needs KVM and x86_64 is held against a host that has %s with %j', async (arch, types, said) => {
  const { client, answer } = createScriptedClient();
  answer(procedures.capabilities, () => capabilities(arch, ...types));
  answer(procedures.domainCapabilities, () => '<domainCapabilities/>');
  const call = { client, signal: new AbortController().signal, change: () => Promise.reject(libvirtNo(1)) };
  const to = { facts: { node: { name: 'host2' } } } as Side;
  const vm = { read: { type: 'kvm', arch: 'x86_64', machine: 'q35' } } as Leaving;
  const checks = await checkMachine(call, to, vm);
  expect(checks.map(({ level, name, text }) => `${level} ${name}: ${text}`)).toEqual(said);
});
