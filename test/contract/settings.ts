import { expect, it } from 'vitest';
import type { VmId } from '../../src/ids.ts';
import type { Connection, Settings, SettingsTarget, SettingValue } from '../../src/platforms/contract.ts';
import type { PlatformFacts } from '../../src/platforms/testkit.ts';
import type { Bench } from './bench.ts';
import { patient, present } from './bench.ts';
import { refusal } from './refusal.ts';

/** Reading settings, and the only way to change them. */
export function settings(bench: () => Bench, facts: PlatformFacts): void {
  if (!facts.operations.includes('vm.configure')) {
    it('are not there', () => expect(facts.operations).not.toContain('vm.settings'));
    return;
  }
  const vmOf = ({ vm }: Connection) => ({ read: present(vm.settings), configure: present(vm.configure) });

  const vmFor = (target: SettingsTarget): Promise<VmId> =>
    target === 'config' ? bench().server.stoppedVm() : bench().server.runningVm();

  it('F-187 F-460 F-462 knows every setting that its manifest declares', async () => {
    const { server } = bench();
    const connection = await bench().connect();
    const { read } = vmOf(connection);
    await bench().supporting(connection, 'vm.settings', async () => {
      const values = await read(await server.stoppedVm(), 'config', patient());
      const declared = bench().manifest.settings.filter((field) => field.in['edit-config']);
      expect(Object.keys(values)).toEqual(expect.arrayContaining(declared.map(({ key }) => key)));
    });
  });

  it.each([
    ['F-071 F-365 F-366 saves settings for the next start', 'config'],
    ['F-072 F-293 changes what runs', 'running'],
  ] as const)('%s', async (_title, target) => {
    const id = await vmFor(target);
    const watching = await bench().watch();
    const { connection } = watching;
    const { read, configure } = vmOf(connection);
    await bench().supporting(connection, 'vm.configure', async () => {
      const before = await read(id, target, patient());
      const changes = facts.changes[target];
      const basedOn = only(before, changes);
      expect(changes).not.toEqual(basedOn);

      await configure(id, target, changes, basedOn, patient());
      expect(await read(id, target, patient())).toMatchObject(changes);
      const { memory } = changes;
      if (memory !== undefined) {
        await watching.until('the row to show it', () => (watching.vms.get(id)?.memory === memory ? true : undefined));
      }
      await configure(id, target, basedOn, changes, patient());
      expect(await read(id, target, patient())).toEqual(before);
    });
  });

  it('says what a change would come to, and makes none', async () => {
    const id = await vmFor('config');
    const connection = await bench().connect();
    const { read } = vmOf(connection);
    const plan = connection.vm.planConfigure;
    if (!plan) {
      expect(facts.operations).not.toContain('vm.planConfigure');
      return;
    }
    await bench().supporting(connection, 'vm.planConfigure', async () => {
      const before = await read(id, 'config', patient());
      const changes = facts.changes.config;
      const { warnings } = await plan(id, 'config', changes, only(before, changes), patient());
      expect(warnings.every(({ feature, detail }) => feature !== '' && detail !== '')).toBe(true);
      expect(await refusal(plan(id, 'config', changes, changes, patient()))).toMatchObject({ code: 'op.conflict' });
      expect(await read(id, 'config', patient())).toEqual(before);
    });
  });

  it('names what was changed by another program meanwhile, and changes nothing', async () => {
    const id = await vmFor('config');
    const connection = await bench().connect();
    const { read, configure } = vmOf(connection);
    const [[key, value]] = Object.entries(facts.changes.config) as [[string, SettingValue]];
    const before = await read(id, 'config', patient());
    const error = await refusal(configure(id, 'config', { [key]: value }, { [key]: value }, patient()));
    expect(error.code).toBe('op.conflict');
    expect(error.message).toContain(key);
    expect(await read(id, 'config', patient())).toEqual(before);
  });
}

const only = (values: Settings, keys: Settings): Settings =>
  Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(keys, key)));
