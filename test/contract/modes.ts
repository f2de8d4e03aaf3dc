import { expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { OperationName, Vm } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';
import type { Watching } from './watching.ts';

const VERBS: readonly OperationName[] = [
  'vm.lock',
  'vm.unlock',
  'vm.shelve',
  'vm.rescue',
  'vm.unrescue',
  'vm.planRebuild',
  'vm.rebuild',
  'vm.confirmResize',
  'vm.revertResize',
];

/** Disks are copied between nodes, some of them twice. */
const SLOW_MS = 300_000;

/** What a VM can be in beside its state. */
export function modes(bench: () => Bench, facts: PlatformFacts): void {
  const { modes: how } = facts;
  if (!how) {
    it('are not there', () => expect(facts.operations.filter((name) => VERBS.includes(name))).toEqual([]));
    return;
  }
  const untilIs = (watching: Watching, id: VmId, what: string, holds: (vm: Vm) => boolean) =>
    watching.until(
      `${id} to be ${what}`,
      () => {
        const vm = watching.vms.get(id);
        return vm && holds(vm) ? vm : undefined;
      },
      how.takeMs,
    );
  const has = (name: OperationName) => facts.operations.includes(name);
  const isIn = (mode: NonNullable<Vm['modes']>[number]) => (vm: Vm) => vm.modes?.includes(mode) === true;
  const isNot = (mode: NonNullable<Vm['modes']>[number]) => (vm: Vm) => vm.modes?.includes(mode) !== true;

  if (has('vm.lock'))
    it('F-046 a locked VM says so and is left alone, until it is unlocked', async () => {
      const id = await bench().server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      await bench().supporting(connection, 'vm.lock', async () => {
        await present(connection.vm.lock)(id, 'by the suite', patient());
        const { disabled } = await untilIs(watching, id, 'locked', isIn('locked'));
        expect(disabled?.['vm.stop']).toContain('by the suite');
        expect(disabled?.['vm.unlock']).toBeUndefined();
      });
      await bench().supporting(connection, 'vm.unlock', async () => {
        await present(connection.vm.unlock)(id, patient());
        const { disabled } = await untilIs(watching, id, 'unlocked', isNot('locked'));
        expect(disabled?.['vm.stop']).toBeUndefined();
      });
    });

  if (has('vm.shelve'))
    it('a shelved VM is off, and comes back by a start', async () => {
      const id = await bench().server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      await bench().supporting(connection, 'vm.shelve', async () => {
        await present(connection.vm.shelve)(id, patient());
        const { state } = await untilIs(watching, id, 'shelved', isIn('shelved'));
        expect(state).toBe('stopped');
      });
      expect(await refusal(present(connection.vm.shelve)(id, patient()))).toMatchObject({ code: 'op.conflict' });
      await connection.vm.start(id, patient());
      await untilIs(watching, id, 'running', (vm) => vm.state === 'running' && isNot('shelved')(vm));
    });

  if (has('vm.rescue'))
    it('a VM is rescued from an image that is there, and runs from its own disk again', async () => {
      const id = await bench().server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      const rescue = present(connection.vm.rescue);
      expect(await refusal(rescue(id, { image: 'no-such-image' }, patient()))).toMatchObject({
        code: 'image.not-found',
      });
      await bench().supporting(connection, 'vm.rescue', async () => {
        await rescue(id, { image: how.rescueImage }, patient());
        await untilIs(watching, id, 'rescued', (vm) => isIn('rescue')(vm) && vm.state === 'running');
      });
      await bench().supporting(connection, 'vm.unrescue', async () => {
        await present(connection.vm.unrescue)(id, patient());
        await untilIs(watching, id, 'out of rescue', (vm) => isNot('rescue')(vm) && vm.state === 'running');
      });
      expect(await refusal(present(connection.vm.unrescue)(id, patient()))).toMatchObject({ code: 'op.conflict' });
    });

  if (has('vm.rebuild'))
    it('a VM is rebuilt from an image, after it was said what goes', async () => {
      const id = await bench().server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      const [plan, rebuild] = [present(connection.vm.planRebuild), present(connection.vm.rebuild)];
      const spec = { image: how.rescueImage };
      expect(await refusal(rebuild(id, { image: 'no-such-image' }, patient()))).toMatchObject({
        code: 'image.not-found',
      });
      await bench().supporting(connection, 'vm.planRebuild', async () => {
        expect((await plan(id, spec, patient())).goes.length).toBe(1);
      });
      await bench().supporting(connection, 'vm.rebuild', async () => {
        await rebuild(id, spec, patient());
        await untilIs(watching, id, 'rebuilt', (vm) => vm.state === 'running' && vm.image === how.rescueImage);
      });
    });

  const { resize } = how;
  if (!resize) {
    it('a new size waits for no word', () =>
      expect(facts.operations.filter((name) => name.endsWith('Resize'))).toEqual([]));
    return;
  }
  it.each(['confirmResize', 'revertResize'] as const)(
    'F-370 a new size waits for a word: %s',
    async (word) => {
      const id = await bench().server.runningVm();
      const watching = await bench().watch();
      const { connection } = watching;
      const [settings, configure] = [present(connection.vm.settings), present(connection.vm.configure)];
      const say = present(connection.vm[word]);
      expect(await refusal(say(id, patient()))).toMatchObject({ code: 'op.conflict' });
      const before = await settings(id, 'config', patient());
      const basedOn = Object.fromEntries(Object.keys(resize).map((key) => [key, before[key] ?? '']));
      await configure(id, 'config', resize, basedOn, patient());
      const { trouble } = await untilIs(watching, id, 'resized', isIn('resized'));
      expect(trouble?.message).toMatch(/confirmed or reverted/);
      await bench().supporting(connection, `vm.${word}`, async () => {
        await say(id, patient());
        await untilIs(watching, id, 'sure', (vm) => isNot('resized')(vm) && vm.state === 'running');
        expect(await settings(id, 'config', patient())).toMatchObject(word === 'confirmResize' ? resize : basedOn);
      });
      if (word === 'revertResize') return;
      await configure(id, 'config', basedOn, resize, patient());
      await untilIs(watching, id, 'resized', isIn('resized'));
      await say(id, patient());
      await untilIs(watching, id, 'as it was', isNot('resized'));
    },
    SLOW_MS,
  );
}
