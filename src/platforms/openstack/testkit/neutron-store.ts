/** What Neutron keeps: rows of networks, subnets, ports and the rest, as they were made. */
import { randomUUID } from 'node:crypto';
import { isRow, type Row, textOf } from '../../lib/json.ts';
import { rowIn, rowsIn, textsIn } from '../json.ts';
import { PROJECT } from './keystone.ts';
import { novaRefusal } from './refusal.ts';

export const LAN = 'd32019d3-bc6e-4319-9c1d-6722fc136a22';
const OUTSIDE = 'db193ab3-96e3-4cb3-8fc5-05f4296d0324';
const MADE = '2026-01-01T00:00:00Z';

/** Path -> what one of them is called. */
const NOUNS: Readonly<Record<string, string>> = {
  networks: 'network',
  subnets: 'subnet',
  ports: 'port',
  routers: 'router',
  floatingips: 'floatingip',
  'security-groups': 'security_group',
  'security-group-rules': 'security_group_rule',
};
/** What a user may say of one when it is made (API reference of Networking v2.0). */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  network: ['name', 'admin_state_up', 'mtu', 'dns_domain', 'description'],
  subnet: [
    ...['name', 'network_id', 'cidr', 'ip_version', 'enable_dhcp', 'gateway_ip', 'allocation_pools', 'dns_nameservers'],
    ...['ipv6_address_mode', 'ipv6_ra_mode'],
  ],
  port: ['name', 'network_id', 'mac_address', 'description'],
  router: ['name', 'description', 'external_gateway_info'],
  floatingip: ['floating_network_id', 'port_id', 'fixed_ip_address', 'description'],
  security_group: ['name', 'description'],
  security_group_rule: [
    ...['security_group_id', 'direction', 'ethertype', 'protocol', 'port_range_min', 'port_range_max'],
    ...['remote_ip_prefix', 'remote_group_id', 'description'],
  ],
};

type Stored = Record<string, unknown> & { readonly id: string };

/** A server, by its id. */
interface Plugged {
  readonly id: string;
}

export interface NeutronAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export interface NeutronStore {
  /** The next of this noun is refused; `second interface` of a router, and the `last interface` that goes. */
  failOn: string | undefined;
  /** Rows of `networks`, `subnets` …, as users see them. */
  rows(path: string): readonly Stored[];
  /** What the project has, of what it may have, by noun. */
  quotas(): object;
  plug(server: Plugged): void;
  unplug(server: Plugged): void;
  /** A new port of a server; answers its row. */
  addPort(network: string, server: Plugged | undefined, mac?: string): Stored;
  change(method: string, segments: readonly string[], body: unknown): NeutronAnswer;
}

const network = (id: string, name: string): Stored => ({
  ...{ id, name, status: 'ACTIVE', admin_state_up: true, mtu: 1450, dns_domain: '', shared: false },
  'router:external': id === OUTSIDE,
  ...{ project_id: PROJECT.id, tenant_id: PROJECT.id, created_at: MADE, updated_at: MADE },
});
const subnet = (id: string, network_id: string, cidr: string, enable_dhcp: boolean): Stored => ({
  ...{ id, name: '', network_id, cidr, enable_dhcp, project_id: PROJECT.id },
  ip_version: cidr.includes(':') ? 6 : 4,
  dns_nameservers: [],
  allocation_pools: [{ start: cidr.replace(/[^.:]*\/\d+$/, '2'), end: cidr.replace(/[^.:]*\/\d+$/, '250') }],
});

const refused = (status: number, type: string, message: string) =>
  Object.assign(novaRefusal(status, message), {
    body: JSON.stringify({ NeutronError: { type, message, detail: '' } }),
  });

export function createNeutronStore(): NeutronStore {
  const store: Record<string, Stored[]> = {
    networks: [network(LAN, 'lan'), network(OUTSIDE, 'outside')],
    subnets: [
      { ...subnet('5ab1e000-0000-4000-8000-000000000001', LAN, '10.0.0.0/24', true), name: 'lan' },
      subnet('5ab1e000-0000-4000-8000-000000000002', LAN, 'fd00:1::/64', false),
      subnet('5ab1e000-0000-4000-8000-000000000003', OUTSIDE, '203.0.113.0/24', false),
    ],
    ports: [],
    routers: [
      {
        ...{ id: '60073000-0000-4000-8000-000000000001', name: 'gate', description: '', status: 'ACTIVE' },
        ...{ admin_state_up: true, external_gateway_info: { network_id: OUTSIDE }, project_id: PROJECT.id },
      },
    ],
    floatingips: [
      {
        ...{ id: 'f10a0000-0000-4000-8000-000000000001', floating_network_id: OUTSIDE, description: '' },
        ...{ floating_ip_address: '203.0.113.99', port_id: null, project_id: PROJECT.id },
      },
    ],
    'security-groups': [{ id: '5ec00000-0000-4000-8000-000000000001', name: 'default', project_id: PROJECT.id }],
    'security-group-rules': [],
  };
  let number = 1;
  const listOf = (path: string): Stored[] => {
    const list = store[path];
    if (!list) throw refused(404, 'HTTPNotFound', 'The resource could not be found.');
    return list;
  };
  const find = (path: string, id: string): Stored => {
    const found = listOf(path).find((row) => row.id === id);
    if (!found) throw refused(404, `${NOUNS[path]}NotFound`, `${NOUNS[path]} ${id} could not be found.`);
    return found;
  };
  const portsOn = (network: string) => listOf('ports').filter((row) => row['network_id'] === network);

  function addPort(network: string, server: Plugged | undefined, mac?: string): Stored {
    number += 1;
    const address =
      mac ??
      `fa:16:3e:10:${(number >> 8).toString(16).padStart(2, '0')}:${(number % 256).toString(16).padStart(2, '0')}`;
    if (listOf('ports').some((row) => row['mac_address'] === address))
      throw refused(409, 'MacAddressInUse', `MAC address ${address} is in use.`);
    const lan = listOf('subnets').find((row) => row['network_id'] === network);
    const port: Stored = {
      ...{ id: randomUUID(), name: '', network_id: network, mac_address: address, project_id: PROJECT.id },
      fixed_ips: [{ subnet_id: lan?.id, ip_address: `10.0.${number >> 8}.${number % 256}` }],
      security_groups: [listOf('security-groups')[0]?.id],
      device_id: server?.id ?? '',
      device_owner: server ? 'compute:nova' : '',
    };
    listOf('ports').push(port);
    return port;
  }

  function create(path: string, row: Row): Stored {
    const noun = NOUNS[path] ?? '';
    const strange = Object.keys(row).find((key) => !TAKES[noun]?.includes(key));
    if (strange !== undefined)
      throw refused(400, 'HTTPBadRequest', `Unrecognized attribute(s) '${strange}'. Invalid input`);
    if (noun === 'port') {
      const made = addPort(String(row['network_id']), undefined, textOf(row, 'mac_address'));
      return Object.assign(made, row);
    }
    const more: Readonly<Record<string, Row>> = {
      network: network('', ''),
      floatingip: { floating_ip_address: `203.0.113.${100 + listOf('floatingips').length}`, port_id: null },
      subnet: { dns_nameservers: [], allocation_pools: [], enable_dhcp: true },
      router: { status: 'ACTIVE', admin_state_up: true, description: '' },
    };
    const made: Stored = { ...more[noun], project_id: PROJECT.id, ...row, id: randomUUID() };
    if (noun === 'security_group_rule') {
      const says = (one: Row) =>
        JSON.stringify(TAKES[noun]?.filter((key) => key !== 'description').map((key) => one[key]));
      if (listOf(path).some((one) => says(one) === says(made)))
        throw refused(409, 'SecurityGroupRuleExists', 'Security group rule already exists.');
    }
    listOf(path).push(made);
    return made;
  }

  function remove(path: string, id: string): void {
    const row = find(path, id);
    if (path === 'networks' && portsOn(id).length > 0)
      throw refused(
        409,
        'NetworkInUse',
        `Unable to complete operation on network ${id}. There are one or more ports still in use on the network.`,
      );
    if (path === 'routers' && listOf('ports').some((one) => one['device_id'] === id))
      throw refused(409, 'RouterInUse', `Router ${id} still has ports`);
    store[path] = listOf(path).filter((one) => one !== row);
    if (path === 'networks') store['subnets'] = listOf('subnets').filter((one) => one['network_id'] !== id);
  }

  function turn(router: string, verb: string, row: Row): NeutronAnswer {
    find('routers', router);
    if (verb === 'add_router_interface') {
      const of = find('subnets', String(row['subnet_id']));
      if (neutron.failOn === 'second interface' && listOf('ports').some((one) => one['device_id'] === router))
        throw refused(409, 'IpAddressAlreadyAllocated', `IP address already allocated in subnet ${of.id}`);
      if (of['gateway_ip'] === null)
        throw refused(400, 'BadRequest', 'Bad router request: Subnet for router interface must have a gateway IP.');
      const port = addPort(String(of['network_id']), undefined);
      const fixed_ips = [{ ...rowsIn(port, 'fixed_ips')[0], subnet_id: of.id }];
      Object.assign(port, { device_id: router, device_owner: 'network:router_interface', fixed_ips });
      return { status: 200, body: { id: router, port_id: port.id, subnet_id: of.id } };
    }
    const port = listOf('ports').find(
      (one) =>
        one['device_id'] === router &&
        (one.id === row['port_id'] || rowsIn(one, 'fixed_ips')[0]?.['subnet_id'] === row['subnet_id']),
    );
    if (!port) throw refused(404, 'RouterInterfaceNotFound', 'Router has no interface there.');
    const others = listOf('ports').filter((one) => one['device_id'] === router && one !== port);
    if (neutron.failOn === 'last interface' && !others.some((one) => one['network_id'] === port['network_id']))
      throw refused(409, 'RouterInterfaceInUseByFloatingIP', `Router interface on router ${router} is in use.`);
    remove('ports', port.id);
    return { status: 200, body: { id: router } };
  }

  const seen = (path: string, row: Stored): Stored => {
    if (path === 'networks') {
      const own = listOf('subnets').filter((one) => one['network_id'] === row.id);
      return { ...row, subnets: own.map(({ id }) => id) };
    }
    if (path === 'security-groups') {
      const own = listOf('security-group-rules').filter((one) => one['security_group_id'] === row.id);
      return { ...row, security_group_rules: own };
    }
    if (path === 'routers') {
      const out = rowIn(row, 'external_gateway_info')['network_id'];
      const external_fixed_ips = [{ ip_address: '203.0.113.7' }];
      return { ...row, external_gateway_info: out === undefined ? null : { network_id: out, external_fixed_ips } };
    }
    if (path !== 'floatingips') return row;
    const port = listOf('ports').find(({ id }) => id === row['port_id']);
    if (!port) return { ...row, port_details: null, router_id: null };
    const { device_id, device_owner, network_id } = port;
    const door = listOf('ports').find(
      (one) => one['network_id'] === network_id && one['device_owner'] === 'network:router_interface',
    );
    return { ...row, port_details: { device_id, device_owner, network_id }, router_id: door?.['device_id'] ?? null };
  };

  const neutron: NeutronStore = {
    failOn: undefined,
    rows: (path) => listOf(path).map((row) => seen(path, row)),
    quotas: () =>
      Object.fromEntries(
        Object.entries(NOUNS).map(([path, noun]) => [noun, { used: listOf(path).length, limit: 100, reserved: 0 }]),
      ),
    plug(server) {
      addPort(LAN, server);
    },
    unplug({ id }) {
      store['ports'] = listOf('ports').filter((row) => row['device_id'] !== id);
    },
    addPort,
    change(method, [path = '', id = '', verb = ''], body) {
      const noun = NOUNS[path] ?? '';
      const given = isRow(body) ? body[noun] : undefined;
      const row: Row = isRow(given) ? given : {};
      if (method === 'GET') return { status: 200, body: { [noun]: seen(path, find(path, id)) } };
      if (method !== 'DELETE' && noun === neutron.failOn && verb === '')
        throw refused(409, 'OverQuota', `Quota exceeded for ${noun}.`);
      if (method === 'POST') return { status: 201, body: { [noun]: seen(path, create(path, row)) } };
      if (method === 'PUT' && verb !== '') return turn(id, verb, isRow(body) ? body : {});
      if (method === 'PUT') return { status: 200, body: { [noun]: seen(path, Object.assign(find(path, id), row)) } };
      remove(path, id);
      return { status: 204 };
    },
  };
  return neutron;
}

/** Whether a row passes the filters of a list: by equality, or as the filter of ports says it. */
export function passes(row: Row, query: URLSearchParams): boolean {
  return [...query].every(([key, wanted]) => {
    if (key === 'limit' || key === 'marker') return true;
    if (key === 'fixed_ips') {
      const [part = '', value] = wanted.split('=');
      return rowsIn(row, 'fixed_ips').some((one) => one[part] === value);
    }
    if (key === 'security_groups') return textsIn(row, key).includes(wanted);
    return String(row[key] ?? '') === wanted;
  });
}
