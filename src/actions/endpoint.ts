import { FleetError } from '../errors.ts';
import { endpointName } from '../ids.ts';
import type { ConfigAction, EndpointAction, EndpointFormAction } from './action.ts';

export const endpointForms: readonly EndpointFormAction[] = [
  {
    kind: 'form',
    id: 'endpoint.add',
    noun: 'endpoint',
    title: 'Add endpoint',
    help: 'Add an endpoint: address, credentials, connection test.',
    keys: ['a'],
    danger: 'none',
    aliases: ['endpoint.create'],
    form: 'add',
  },
  {
    kind: 'form',
    id: 'endpoint.edit',
    noun: 'endpoint',
    title: 'Edit endpoint',
    help: 'Change the login and the other fields of an endpoint.',
    keys: ['E'],
    danger: 'none',
    form: 'edit',
  },
];

export const endpointChanges: readonly ConfigAction[] = [
  {
    kind: 'config',
    id: 'endpoint.remove',
    noun: 'endpoint',
    title: 'Remove endpoint',
    help: 'Forget an endpoint; nothing on it is touched.',
    keys: ['X'],
    danger: 'interrupts',
    aliases: ['endpoint.delete', 'endpoint.rm'],
    onExisting: true,
    change: (name) => ({ kind: 'endpoint-remove', name: endpointName(name) }),
    said: (name) => `${name} is forgotten; its VMs run on`,
    loses: (name) => [
      `the endpoint ${name} from the configuration; its VMs, their disks and what definitions made there stay as they are`,
    ],
  },
  {
    kind: 'config',
    id: 'endpoint.enable',
    noun: 'endpoint',
    title: 'Enable endpoint',
    help: 'Connect to an endpoint again.',
    keys: [],
    danger: 'none',
    onExisting: true,
    change: (name) => ({ kind: 'endpoint-enable', name: endpointName(name), enabled: true }),
    said: (name) => `${name} is enabled`,
  },
  {
    kind: 'config',
    id: 'endpoint.disable',
    noun: 'endpoint',
    title: 'Disable endpoint',
    help: 'Keep an endpoint in the configuration without connecting to it.',
    keys: [],
    danger: 'none',
    onExisting: true,
    change: (name) => ({ kind: 'endpoint-enable', name: endpointName(name), enabled: false }),
    said: (name) => `${name} is disabled`,
  },
  {
    kind: 'config',
    id: 'endpoint.switch',
    noun: 'endpoint',
    title: 'Make current',
    help: 'Make an endpoint the one that VMs, networks and the rest are made on where none is named.',
    keys: [],
    danger: 'none',
    onExisting: true,
    change: (name) => ({ kind: 'set', path: ['current'], value: name }),
    said: (name) => `${name} is the current endpoint`,
  },
];

export const endpointActions: readonly EndpointAction[] = [
  {
    kind: 'endpoint',
    id: 'endpoint.connect',
    noun: 'endpoint',
    title: 'Connect',
    help: 'Try the connection now, and ask for what it needs: a password, a host key.',
    keys: ['r'],
    danger: 'none',
    async run({ sessions }, name, ask) {
      await sessions.reconnect(name, ask);
      return `${name} is connected`;
    },
  },
  {
    kind: 'endpoint',
    id: 'endpoint.test',
    noun: 'endpoint',
    title: 'Test endpoint',
    help: 'Check name, address, host key, login and rights, one after the other.',
    keys: [],
    danger: 'none',
    async run({ testEndpoint }, name, ask, signal) {
      const checks = await testEndpoint(name, ask, signal);
      const failed = checks.find(({ ok }) => !ok);
      if (!failed) return `${name}: all ${checks.length} checks passed`;
      throw new FleetError('op.failed', `${name}: ${failed.check}: ${failed.detail}`, {
        ...(failed.fix === undefined ? {} : { fix: failed.fix }),
      });
    },
  },
  {
    kind: 'endpoint',
    id: 'endpoint.trust',
    noun: 'endpoint',
    title: 'Trust host key',
    help: 'Show the host key of an endpoint, accept it, and connect.',
    keys: ['T'],
    danger: 'none',
    async run({ testEndpoint, sessions }, name, ask, signal) {
      const checks = await testEndpoint(name, ask, signal);
      const key = checks.find(({ check }) => /host key|key of the host/i.test(check));
      if (key?.ok) {
        // The screen has a session that waited for this; how it goes is shown by its row. A command line has none.
        sessions.reconnect(name, ask).catch(() => {});
        return `the host key of ${name} is trusted`;
      }
      const failed = key ?? checks.find(({ ok }) => !ok);
      throw new FleetError('trust.unknown-host', `${name}: ${failed?.detail ?? 'no host key was seen'}`);
    },
  },
];
