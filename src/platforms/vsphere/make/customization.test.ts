import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { addressOf } from '../address.ts';
import { readSpec } from '../form/spec.ts';
import { openSession, type Session } from '../session.ts';
import { type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';
import { faulted } from '../testkit/small-vcenter.ts';
import { readCustomization } from './customization.ts';

const { signal } = new AbortController();

let vcenter: ScriptedVcenter;
let session: Session;
beforeEach(async () => {
  vcenter = await startScriptedVcenter();
  const { endpoint } = vcenter;
  session = await openSession(endpoint.name, addressOf(endpoint), {
    signal,
    clock: createTestClock(),
    wire: () => {},
    ask: {},
  });
});
afterEach(async () => {
  await session.close();
  await vcenter.close();
});

describe('a customization of a guest', () => {
  it('is what the vCenter keeps by that name, with the kinds of its parts', async () => {
    vcenter.answer(
      'GetCustomizationSpec',
      () =>
        '<returnval><info><name>linux</name></info><spec><identity xsi:type="CustomizationLinuxPrep"><domain>a.org</domain></identity></spec></returnval>',
    );
    expect((await readCustomization(session, 'linux', signal)).xml).toBe(
      '<spec><identity xsi:type="CustomizationLinuxPrep"><domain>a.org</domain></identity></spec>',
    );
    expect(vcenter.asked.at(-1)?.body).toContain('<name>linux</name>');
  });

  it('of another name is refused', async () => {
    vcenter.answer('GetCustomizationSpec', () => faulted('NotFound'));
    await expect(readCustomization(session, 'windows', signal)).rejects.toMatchObject({
      code: 'op.refused',
      message: expect.stringMatching(/ has no customization "windows"$/),
    });
  });

  it.each([
    [{ image: '' }, 'a customization needs a template, whose VMware Tools do it'],
    [{ image: 'golden' }, 'cloud-init and a customization would both set up the guest'],
  ])('is refused for %j, where nothing or something else does it', (more, message) => {
    expect(() => readSpec({ name: 'web1', customization: 'linux', ...more })).toThrow(message);
  });
});
