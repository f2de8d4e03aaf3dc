import type { Field, Settings } from '../../platforms/contract.ts';
import type { VmAttachAction } from '../action.ts';
import { type SshWish, sshTo } from './ssh.ts';

/** Of everything that goes into a guest by ssh. */
export const LOGIN_OPTIONS: readonly Field[] = [
  {
    key: 'user',
    label: 'User',
    help: 'Who logs in; without it what ~/.ssh/config says, or the usual user of its image.',
    kind: 'text',
  },
  { key: 'port', label: 'Port', help: 'Where its sshd listens.', kind: 'count', min: 1, max: 65_535 },
  { key: 'identity', label: 'Identity', help: 'A file with a private key.', kind: 'path', examples: ['FILE'] },
  { key: 'address', label: 'Address', help: 'Another one than the first that is known.', kind: 'text' },
  {
    key: 'direct',
    label: 'Direct',
    help: 'Not through its node: its address is reached from this machine.',
    kind: 'flag',
    default: false,
  },
  {
    key: 'accept-new',
    label: 'Accept new',
    help: 'Accept the key of a guest that is not known yet; one that has changed is refused all the same.',
    kind: 'flag',
    default: false,
  },
];

export function wishOf(values: Settings): SshWish {
  const text = (key: string) => (values[key] === undefined || values[key] === '' ? undefined : String(values[key]));
  return {
    user: text('user'),
    port: typeof values['port'] === 'number' ? values['port'] : undefined,
    identity: text('identity'),
    address: text('address'),
    direct: values['direct'] === true,
    acceptNew: values['accept-new'] === true,
  };
}

export const sshAction: VmAttachAction = {
  kind: 'attach',
  id: 'vm.ssh',
  noun: 'vm',
  on: 'vm',
  title: 'SSH',
  help: 'Log in to a VM with ssh, by way of its node where that is reached by ssh.',
  keys: ['H'],
  danger: 'none',
  needs: 'vm.info',
  writes: true,
  options: LOGIN_OPTIONS,
  fits: (vm) => vm.state === 'running' || `only a running VM can be logged in to; it is ${vm.state}`,
  async open(connection, _id, values, _size, signal, vm) {
    const ssh = await sshTo(vm, connection, wishOf(values), signal);
    return { kind: 'command', argv: ssh.argv() };
  },
};
