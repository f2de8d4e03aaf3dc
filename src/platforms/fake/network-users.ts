import { vmInfo } from './info.ts';
import type { FakeServer } from './server.ts';

/** The names of the VMs whose NIC is in this network. */
export function networkUsers(server: FakeServer, name: string, which: 'all' | 'running' = 'all'): readonly string[] {
  const { fleet } = server;
  const users: string[] = [];
  for (let row = 0; row < fleet.columns.node.length; row++) {
    const vm = fleet.vm(row);
    if (which === 'running' && vm?.state !== 'running') continue;
    if (vm && vmInfo(server, vm, row).nics.some(({ net }) => net === name)) users.push(vm.name);
  }
  return users;
}
