import { expect, it } from 'vitest';
import { foundVariables } from '../../src/actions/templates/found-variables.ts';
import { readTemplate } from '../../src/state/templates/read-template.ts';
import type { Template } from '../../src/state/templates/template.ts';
import { openServices } from '../state/open-services.ts';

async function templateOf(text: string, hasScript = false): Promise<Template> {
  const { says } = await readTemplate('template.yaml', text, ['fake']);
  const folder = { group: 'Lab', name: 'web', folder: '/nowhere', changedAt: 0, older: [] };
  return { ...says, ...folder, description: '', hasScript };
}

it('F-040 F-105 the default bridge is found out of the node, where a template names it or has a script', async () => {
  const { services, endpoint, clock } = await openServices();
  const place = { endpoint: endpoint.name, pool: undefined };
  const found = async (template: Template) => {
    const answer = foundVariables(template, 'fake', place, services, new AbortController().signal);
    await clock.pass(1_000);
    return answer;
  };
  expect(await found(await templateOf('vm: { nets: [$DEFAULT_BRIDGE] }\n'))).toEqual({ DEFAULT_BRIDGE: 'lan' });
  expect(await found(await templateOf('vm: { memory: 512 }\n', true))).toEqual({ DEFAULT_BRIDGE: 'lan' });
  expect(await found(await templateOf('vm: { memory: 512 }\n'))).toEqual({});
});

it('a template is filled in all the same where no node says which bridge is its default', async () => {
  const { services, endpoint } = await openServices();
  const place = { endpoint: endpoint.name, pool: undefined };
  const silent = {
    ...services,
    policyFor: () => ({}),
    sessions: { ...services.sessions, connection: () => undefined },
  };
  const template = await templateOf('vm: { nets: [$DEFAULT_BRIDGE] }\n');
  expect(await foundVariables(template, 'fake', place, silent, new AbortController().signal)).toEqual({});
});
