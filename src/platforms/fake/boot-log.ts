import { formatBytes } from '../../units.ts';
import type { ConsoleOutput, Vm } from '../contract.ts';
import { bootedAt } from './info.ts';
import type { FakeServer } from './server.ts';

/** What a guest has written to its serial console since it was started. Of one that was never on, nothing. */
export function bootLog(server: FakeServer, vm: Vm, row: number): ConsoleOutput {
  const image = vm.image ?? 'Linux';
  const isOn = vm.state === 'running' || vm.state === 'paused';
  const seconds = (at: number) => `[${at.toFixed(6).padStart(12)}]`;
  const lines = [
    `${seconds(0)} Booting ${image}`,
    `${seconds(0.4)} ${vm.cpus} processors, ${formatBytes(vm.memory)} of memory`,
    `${seconds(1.2)} eth0: link is up`,
    ...vm.ips.map((ip) => `${seconds(1.9)} eth0: ${ip}`),
    `${seconds(2.6)} Started at ${new Date(bootedAt(server, row)).toISOString()}`,
    '',
    `${vm.name} login: `,
  ];
  return { text: isOn ? lines.join('\r\n') : '', at: undefined };
}
