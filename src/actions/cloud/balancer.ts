/** Load balancers: one address for several VMs. */
import type { BalancerSpec } from '../../platforms/contract.ts';
import type { Args, ObjectAction } from '../action.ts';
import { deleteAction, LIMIT_MS, listAction } from '../listed-verbs.ts';
import { NEW_NAME } from '../new-name.ts';
import { objectAction } from '../object-action.ts';
import { PLAN } from '../plan-option.ts';
import { seenByName } from '../seen-in-list.ts';
import { listIn, textIn } from '../text-in.ts';

const PORTS = { source: '^[0-9]{1,5}([ ,]+[0-9]{1,5})*$', complaint: 'numbers with commas between them: 80,443' };
const PATH = { source: '^(/\\S*)?$', complaint: 'a path: /health' };

export const balancerListAction = listAction('balancer', 'Load balancers', 'List the load balancers of an endpoint.');

function specIn(args: Args): BalancerSpec {
  const port = args['check-port'];
  return {
    name: textIn(args, 'name'),
    ports: listIn(args, 'ports').map(Number),
    vms: listIn(args, 'vms'),
    checkPath: textIn(args, 'check-path'),
    ...(typeof port === 'number' && { checkPort: port }),
    internal: args['internal'] === true,
    subnet: textIn(args, 'subnet'),
    domain: textIn(args, 'domain'),
    ...(textIn(args, 'plan') !== '' && { plan: textIn(args, 'plan') }),
  };
}

export const balancerActions: readonly ObjectAction[] = [
  objectAction({
    id: 'balancer.create',
    noun: 'balancer',
    on: 'endpoint',
    title: 'Create load balancer',
    help: 'Let one address lead to several VMs.',
    keys: ['a'],
    danger: 'none',
    needs: 'balancer.create',
    aliases: ['balancer.add'],
    options: [
      {
        key: 'name',
        label: 'Name',
        help: 'Name of the load balancer.',
        kind: 'text',
        required: true,
        pattern: NEW_NAME,
      },
      {
        key: 'ports',
        label: 'Ports',
        help: 'The ports that it is reached at, and the VMs behind it.',
        kind: 'text',
        required: true,
        examples: ['80,443'],
        pattern: PORTS,
      },
      {
        key: 'vms',
        label: 'VMs',
        help: 'The VMs behind it by name, with commas between them.',
        kind: 'text',
        required: true,
        examples: ['web1,web2'],
      },
      {
        key: 'check-path',
        label: 'Check path',
        help: 'What is asked over HTTP to learn whether a VM works; left empty, whether its port takes connections.',
        kind: 'text',
        default: '',
        pattern: PATH,
      },
      {
        key: 'check-port',
        label: 'Check port',
        help: 'Where that is asked; left empty, the first of the ports.',
        kind: 'count',
        min: 1,
        max: 65_535,
        advanced: true,
      },
      { key: 'internal', label: 'Internal', help: 'Give it no public address.', kind: 'flag', default: false },
      {
        key: 'subnet',
        label: 'Subnet',
        help: 'Where its address is; left empty, that of the VMs.',
        kind: 'object',
        of: 'subnet',
        default: '',
        advanced: true,
      },
      {
        key: 'domain',
        label: 'Domain',
        help: 'The DNS zone that gets an entry of its name.',
        kind: 'object',
        of: 'zone',
        default: '',
      },
      PLAN,
    ],
    fits: () => true,
    outcome: (args, endpoint) => endpoint && seenByName('balancer', args, endpoint.id, LIMIT_MS, 'load balancer'),
    send: (create, { id }, args, signal) => create(id, specIn(args), signal),
  }),
  deleteAction({
    noun: 'balancer',
    title: 'Delete load balancer',
    help: 'Delete a load balancer; the VMs behind it stay.',
  }),
];
