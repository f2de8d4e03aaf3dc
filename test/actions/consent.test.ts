import { describe, expect, it } from 'vitest';
import { consentFor } from '../../src/actions/danger.ts';
import { policyOf, whyForbidden } from '../../src/actions/policy.ts';
import { endpointName, nodeId, poolId, userPoolId, type VmId } from '../../src/ids.ts';
import type { OperationName } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, inventory } from '../state/objects.ts';

describe('what is asked before an action runs', () => {
  it.each([
    ['none', 1, 'none'],
    ['none', 500, 'none'],
    ['interrupts', 1, 'yes'],
    ['interrupts', 10, 'yes'],
    ['interrupts', 11, 'count'],
    ['destroys', 1, 'name'],
    ['destroys', 2, 'count'],
    ['destroys', 11, 'count'],
  ] as const)('of one that %s, for %d VMs: %s', (danger, count, consent) => {
    expect(consentFor({ danger }, count, 10)).toBe(consent);
  });
});

describe('what may be changed', () => {
  const h1 = endpointName('h1');
  const h2 = endpointName('h2');
  const pool = (name: string, readOnly: boolean, parent?: string) => ({
    id: userPoolId(name),
    name,
    readOnly,
    parent: parent === undefined ? undefined : userPoolId(parent),
    variables: {},
  });

  function openFleet() {
    const store = createStore(createTestClock());
    const status = { platform: 'kvm', address: '', phase: 'up', since: 0 } as const;
    store.setEndpoint({ ...status, name: h1 });
    store.setEndpoint({ ...status, name: h2, readOnly: 'h2 is read-only' });
    store.setGrouping({
      pools: [pool('Locked', true), pool('Inside', false, 'Locked'), pool('Free', false)],
      notes: new Map(),
      placeOf: new Map<typeof h1 | ReturnType<typeof nodeId>, ReturnType<typeof userPoolId>>([
        [h1, userPoolId('Free')],
        [nodeId(h1, 'n2'), userPoolId('Inside')],
      ]),
    });
    store.push(
      h1,
      inventory(
        [aNode('n1', 'h1'), aNode('n2', 'h1')],
        [aVm('a', { endpoint: 'h1' }), aVm('b', { endpoint: 'h1', node: 'n2' })],
      ),
    );
    store.push(h2, inventory([aNode('n1', 'h2')], [aVm('c', { endpoint: 'h2' })]));
    store.flush();
    return store.fleet;
  }

  it.each<[string, VmId | ReturnType<typeof nodeId>, string | undefined]>([
    ['a VM in a pool', aVm('a', { endpoint: 'h1' }).id, undefined],
    ['a VM on a node in a read-only pool', aVm('b', { endpoint: 'h1' }).id, 'the pool Locked is read-only'],
    ['a VM of a read-only endpoint', aVm('c', { endpoint: 'h2' }).id, 'h2 is read-only'],
    ['a VM that is not there', aVm('x', { endpoint: 'h1' }).id, undefined],
    ['a node', nodeId(h1, 'n1'), undefined],
    ['a node in a read-only pool', nodeId(h1, 'n2'), 'the pool Locked is read-only'],
    ['a node of a read-only endpoint', nodeId(h2, 'n1'), 'h2 is read-only'],
  ])('%s', (_what, id, reason) => {
    expect(policyOf(id, openFleet(), false).readOnly).toBe(reason);
    expect(policyOf(id, openFleet(), true).readOnly).toBe('this run is read-only');
  });

  it('F-223 is the role that the policy file gives in a pool around it, and nothing where that can not be used', () => {
    const roles = {
      file: '/p.yaml',
      rules: [
        { pools: ['Free'], may: 'operate' as const },
        { pools: ['h9'], may: 'administer' as const },
      ],
      otherwise: 'view' as const,
    };
    const inFree = policyOf(aVm('a', { endpoint: 'h1' }).id, openFleet(), false, roles);
    expect(inFree).toEqual({ operateOnly: 'your role here is to operate, says /p.yaml' });
    const why = (name: OperationName, kind: 'reads' | 'mutates' | 'streams') => whyForbidden(inFree, name, { kind });
    expect([why('vm.start', 'mutates'), why('console.serial', 'streams'), why('snapshot.list', 'reads')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    // A move is asked of the node that a VM comes from, and of the one that it goes to.
    expect([why('vm.migrate', 'mutates'), why('node.receive', 'mutates')]).toEqual([undefined, undefined]);
    for (const name of ['vm.delete', 'snapshot.revert', 'vm.configure', 'node.run'] as const)
      expect(why(name, 'mutates')).toBe(inFree.operateOnly);
    expect(why('node.shell', 'streams')).toBe(inFree.operateOnly);
    const node = nodeId(h1, 'n2');
    expect(
      policyOf(node, openFleet(), false, { ...roles, rules: [{ pools: ['Locked'], may: 'operate' }] }).readOnly,
    ).toBe('the pool Locked is read-only');
    expect(policyOf(nodeId(h1, 'n1'), openFleet(), false, { ...roles, rules: [] }).readOnly).toBe(
      'your role here is to view, says /p.yaml',
    );
    expect(policyOf(node, openFleet(), false, { ...roles, trouble: 'it is no YAML' }).readOnly).toBe(
      'the pool Locked is read-only',
    );
    expect(policyOf(nodeId(h1, 'n1'), openFleet(), false, { ...roles, trouble: 'it is no YAML' }).readOnly).toBe(
      "/p.yaml can't be used: it is no YAML",
    );
  });

  it('F-223 is the role in a pool of the platform, also of a VM that says no pool but is on a node in it', () => {
    const store = createStore(createTestClock());
    const [all, prod] = [poolId(h1, 'all'), poolId(h1, 'prod')];
    store.setEndpoint({ platform: 'vsphere', address: '', phase: 'up', since: 0, name: h1 });
    store.push(h1, {
      kind: 'inventory',
      at: 0,
      inventory: {
        pools: [
          { id: all, name: 'All', parent: undefined },
          { id: prod, name: 'Prod', parent: all },
        ],
        nodes: [aNode('n1', 'h1', prod)],
        vms: [aVm('a', { endpoint: 'h1' })],
      },
    });
    store.flush();
    const roleIn = (pool: string) =>
      policyOf(aVm('a', { endpoint: 'h1' }).id, store.fleet, false, {
        file: '/p.yaml',
        rules: [{ pools: [pool], may: 'operate' }],
        otherwise: 'view',
      });
    for (const pool of ['Prod', 'All', 'h1'])
      expect([pool, roleIn(pool)]).toEqual([pool, { operateOnly: expect.stringContaining('is to operate') }]);
    expect(roleIn('Lab').readOnly).toContain('is to view');
  });
});
