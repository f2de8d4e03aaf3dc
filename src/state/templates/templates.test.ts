/** What a template says, and what comes of its variables. */
import { describe, expect, it } from 'vitest';
import { type EndpointName, endpointName, nodeId } from '../../ids.ts';
import { groupingOf } from '../config/grouping.ts';
import type { PoolConfig } from '../config/model.ts';
import { spellProblem } from '../config/problem.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Preset } from '../presets/preset.ts';
import { readTemplate } from './read-template.ts';
import { compareVersions, findTemplate, nextVersion, type Template, templateOfProfile } from './template.ts';
import { filledTemplate, shownVariables, variablesOfPools } from './variables.ts';

const PLATFORMS = ['kvm', 'openstack'];

async function templateOf(text: string, name = 'web'): Promise<Template> {
  const { says, problems } = await readTemplate('template.yaml', text, PLATFORMS);
  expect(problems.map(spellProblem)).toEqual([]);
  return {
    group: 'Common',
    name,
    folder: `/library/Common/${name}`,
    changedAt: 0,
    older: [],
    description: '',
    hasScript: false,
    ...says,
  };
}
const wrongIn = async (text: string) =>
  (await readTemplate('template.yaml', text, PLATFORMS)).problems.map(spellProblem);
const valuesOf = (preset: Preset) => Object.fromEntries([...preset].map(([key, { value }]) => [key, value]));

describe('the file of a template', () => {
  it('F-150 F-423 says version, platform, guest, variables and parameters; numbers stay as they are written', async () => {
    const template = await templateOf(
      'version: 1.10\nplatform: kvm\nos: { flavor: linux, name: Debian, version: 012 }\nvariables: { A: 007, B: }\nvm: { memory: 2048, disks: [10] }\n',
    );
    expect(template).toMatchObject({
      version: '1.10',
      platform: 'kvm',
      os: 'linux Debian 012',
      variables: { A: '007', B: '' },
    });
    expect(valuesOf(template.vm)).toEqual({ memory: '2048', disks: ['10'] });
    expect(template.vm.get('disks')?.where).toBe('disks (template.yaml:5)');
  });

  it.each([
    ['vm: [a', 'template.yaml:1:7: the indentation does not fit'],
    ['- a\n', 'template.yaml:1:1: a template must be keys with values'],
    ['memory: 1024\n', 'template.yaml:1:1: unknown key "memory"'],
    ['versoin: 1.0\n', 'did you mean version?'],
    ['version: 2\n', 'template.yaml:1:10: version must be two numbers, like 1.0'],
    ['\nplatform: kmv\n', 'template.yaml:2:11: platform must be one of any, kvm, openstack (did you mean kvm?)'],
    ['variables:\n  A-B: 1\n', 'template.yaml:2:3: variables: "A-B" must have letters, digits and _ alone'],
    ['vm:\n  base: small\n', 'template.yaml:2:3: vm: a template has no base'],
    ['platforms:\n  xen: {}\n', 'template.yaml:2:3: platforms: there is no platform "xen"'],
  ])('%j is told with its line', async (text, sentence) => {
    expect((await wrongIn(text)).join('\n')).toContain(sentence);
  });
});

describe('variables of a template', () => {
  const made = { vm: 'web1', server: 'one', found: {}, ofPools: {}, given: {} };

  it('F-017 F-103 count in the order of ConVirt: template, pool, what the user gives', async () => {
    const template = await templateOf(
      'variables: { A: template, B: template, C: template }\nvm: { description: "$A $B $\x7bC} $D $HOME" }\n',
    );
    const ofPools = { B: 'pool', C: 'pool', D: 'of the pool alone' };
    const says = filledTemplate(template, 'kvm', { ...made, ofPools, given: { C: 'flag' } });
    expect(valuesOf(says)).toEqual({ description: 'template pool flag of the pool alone $HOME' });
  });

  it('F-094 F-104 F-105 may name the VM, its server, the template and a new MAC, in lists too', async () => {
    const template = await templateOf(
      'variables: { TITLE: "$VM_NAME on $SERVER_NAME" }\nvm: { title: $TITLE, nets: [{ name: $IMAGE_NAME, mac: $AUTOGEN_MAC }, { mac: $AUTOGEN_MAC }] }\n',
    );
    const says = valuesOf(filledTemplate(template, 'kvm', made));
    const mac = expect.stringMatching(/^00:16:3e:[0-7][0-9a-f](:[0-9a-f]{2}){2}$/);
    expect(says).toEqual({ title: 'web1 on one', nets: [{ name: 'web', mac }, { mac }] });
    const [first, second] = says['nets'] as unknown as readonly { readonly mac: string }[];
    expect(first?.mac).not.toBe(second?.mac);
  });

  it('F-094 F-105 DEFAULT_BRIDGE is that of the node where no pool and no user says another, and must be given where it is not known', async () => {
    const template = await templateOf('variables: { DEFAULT_BRIDGE: br7 }\nvm: { nets: [$DEFAULT_BRIDGE] }\n');
    const bare = await templateOf('vm: { nets: [{ name: $DEFAULT_BRIDGE, mac: $AUTOGEN_MAC }] }\n');
    const byWay = await templateOf('variables: { NET: $DEFAULT_BRIDGE }\nvm: { nets: [$NET] }\n');
    const found = { DEFAULT_BRIDGE: 'br0' };
    expect(valuesOf(filledTemplate(byWay, 'kvm', { ...made, found }))['nets']).toEqual(['br0']);
    const netsOf = (more: object) => valuesOf(filledTemplate(template, 'kvm', { ...made, ...more }))['nets'];
    expect(netsOf({})).toEqual(['br7']);
    expect(netsOf({ found })).toEqual(['br0']);
    expect(netsOf({ found, ofPools: { DEFAULT_BRIDGE: 'br1' } })).toEqual(['br1']);
    expect(() => filledTemplate(bare, 'kvm', made)).toThrow('Common/web needs a value for DEFAULT_BRIDGE');
    expect(shownVariables(bare, 'kvm', made).open).toEqual(['DEFAULT_BRIDGE']);
    expect(shownVariables(bare, 'kvm', { ...made, found }).open).toEqual([]);
    expect(shownVariables(byWay, 'kvm', made).open).toEqual(['DEFAULT_BRIDGE']);
    const given = { DEFAULT_BRIDGE: 'br5' };
    expect(valuesOf(filledTemplate(byWay, 'kvm', { ...made, given }))['nets']).toEqual(['br5']);
  });

  it('that have no value must be given, and one that is not there is refused', async () => {
    const template = await templateOf('variables: { IMAGE: , SIZE: 10 }\nvm: { image: $IMAGE, disks: [$SIZE] }\n');
    expect(() => filledTemplate(template, 'kvm', made)).toThrow('Common/web needs a value for IMAGE');
    expect(valuesOf(filledTemplate(template, 'kvm', { ...made, ofPools: { IMAGE: 'debian12' } }))['image']).toBe(
      'debian12',
    );
    const given = { IMAGE: 'a', SZIE: '20' };
    expect(() => filledTemplate(template, 'kvm', { ...made, given })).toThrow('Common/web has no variable "SZIE"');
  });

  it('what is said for one platform counts more there, and takes away', async () => {
    const template = await templateOf(
      'vm: { memory: 1024, tpm: true }\nplatforms:\n  openstack:\n    memory: 2048\n    tpm:\n',
    );
    expect(valuesOf(filledTemplate(template, 'openstack', made))).toEqual({ memory: '2048' });
    expect(valuesOf(filledTemplate(template, 'kvm', made))).toEqual({ memory: '1024', tpm: 'true' });
  });

  it('come from the pool of the endpoint or of all its nodes, over those of the pools around it', () => {
    const pool = (name: string, variables: Record<string, string>, more: Partial<PoolConfig> = {}): PoolConfig => {
      return { name, in: undefined, nodes: [], variables, definitions: [], readOnly: false, ...more };
    };
    const [one, two, apart] = ['one', 'two', 'apart'].map(endpointName) as [EndpointName, EndpointName, EndpointName];
    const nodes = [nodeId(two, 'a'), nodeId(apart, 'a'), nodeId(apart, 'b')] as const;
    const pools = [
      pool('outer', { A: 'outer', B: 'outer' }, { nodes: [nodes[1]] }),
      pool('inner', { B: 'inner' }, { in: 'outer', nodes: [one, nodes[0], nodes[2]] }),
    ];
    const grouping = groupingOf({ pools: new Map(pools.map((each) => [each.name, each])), notes: new Map() });
    const fleet = { grouping, nodes: new Map(nodes.map((id) => [id, { id }])) } as unknown as Fleet;
    expect(variablesOfPools(fleet, one)).toEqual({ A: 'outer', B: 'inner' });
    expect(variablesOfPools(fleet, two)).toEqual({ A: 'outer', B: 'inner' });
    expect(variablesOfPools(fleet, apart)).toEqual({ A: 'outer', B: 'outer' });
    expect(variablesOfPools(fleet, apart, 'inner')).toEqual({ A: 'outer', B: 'inner' });
    expect(variablesOfPools(fleet, endpointName('other'))).toEqual({});
  });
});

describe('the name of a template', () => {
  it('is found alone where only one group has it, and with an older version', async () => {
    const web = { ...(await templateOf('version: 1.2\n')), older: ['1.0'] };
    const other = { ...web, group: 'Lab' };
    expect(findTemplate('web', [web])).toEqual({ template: web, version: undefined });
    expect(findTemplate('Common/web@1.0', [web, other])).toEqual({ template: web, version: '1.0' });
    expect(() => findTemplate('web', [web, other])).toThrow('web is the name of 2 templates');
    expect(() => findTemplate('wbe', [web])).toThrow('there is no template "wbe" (did you mean web?)');
    expect(() => findTemplate('web@3.0', [web])).toThrow('Common/web has no version "3.0"');
  });

  it('is read from the profile of a VM, with its version', () => {
    expect(templateOfProfile('Common/web@1.2')).toEqual({ group: 'Common', name: 'web', version: '1.2' });
    expect(templateOfProfile('small')).toBeUndefined();
    expect([nextVersion('1.9'), Math.sign(compareVersions('1.9', '1.10'))]).toEqual(['1.10', -1]);
  });
});
