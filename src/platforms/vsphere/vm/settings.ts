import { FleetError } from '../../../errors.ts';
import { mib } from '../../../units.ts';
import { isPairs, type Settings, type SettingsTarget, type VmOps } from '../../contract.ts';
import { type ChangeStep, sendSteps } from '../../lib/change-steps.ts';
import { refuseStale } from '../../lib/refuse-stale.ts';
import { pairsIn } from '../../lib/spec-values.ts';
import { type ConfigKey, type ConfigParts, extraConfig } from '../config-spec.ts';
import { checkCores, memoryMibOf } from '../form/spec.ts';
import { basedOnRead, DEVICES } from '../hardware/change-vm.ts';
import { kcliPath } from '../inventory-spec.ts';
import { manifest } from '../manifest.ts';
import { normalizeError } from '../normalize-error.ts';
import { xml } from '../soap/envelope.ts';
import { isWithoutTags, TAGS, type TagChange, tagChanges, tagsOf, tagsText } from '../tags/tags.ts';
import { conflict, done, onVm, type VmCall, type VmCalls } from '../vm-call.ts';
import { BOOT_ORDER, bootOrderOf, bootParts } from './boot-order.ts';
import { ATTRIBUTE_VALUES, ATTRIBUTES, attributesOf, changesOf } from './custom-attributes.ts';
import { metadataChanges, metadataIn, OPTIONS, readOptions } from './metadata.ts';
import { markAsTemplate, markAsVm } from './template.ts';

/** kcli's metadata, as options of the VM. */
const NOTES = ['plan', 'profile', 'image'] as const;
const PATHS = [
  'config.annotation',
  'config.changeVersion',
  'config.cpuHotAddEnabled',
  'config.hardware.memoryMB',
  'config.hardware.numCPU',
  'config.hardware.numCoresPerSocket',
  'config.memoryHotAddEnabled',
  'config.nestedHVEnabled',
  ATTRIBUTE_VALUES,
  BOOT_ORDER,
  DEVICES,
  OPTIONS,
  ...NOTES.map(kcliPath),
];
/** What was changed should be there when the user looks. */
const FOLLOW_MS = 20_000;

/**
 * Settings by the keys of the manifest. vSphere keeps one configuration: what a running VM can't take at once, it doesn't
 * take for later either.
 */
export function createSettings(calls: VmCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, target, signal) => onVm(calls, id, PATHS, signal, (call) => read(call, target)),
    configure: (id, target, changes, basedOn, signal) =>
      onVm(calls, id, PATHS, signal, async (call) => {
        const { template, [ATTRIBUTES]: attributes, [TAGS]: tags, ...others } = changes;
        // what else is changed does not wait for an API that has trouble
        const now = await read(call, target, tags !== undefined);
        refuseStale(manifest.settings, call.name, basedOn, now);
        if (call.power === 'poweredOn') refuseCold(call, changes, now);
        checkCores(Number(changes['vcpus'] ?? now['vcpus']), coresIn(changes['cores'] ?? null));
        const parts = partsOf(others, call);
        const values = isPairs(attributes)
          ? await changesOf(call.session, attributes, pairsIn(now, ATTRIBUTES), signal)
          : [];
        const tagged = typeof tags === 'string' ? await tagsTo(call, tags, basedOn) : [];
        // a template takes few changes
        if (template === false && now['template'] === true) await markAsVm(calls, call);
        let accepted = done();
        const reconfigure = async () => {
          accepted = await call.task('ReconfigVM_Task', basedOnRead(call, parts), { followMs: FOLLOW_MS });
        };
        await sendSteps(
          [
            ...(Object.keys(parts).length > 0 ? [stepOf(call, Object.keys(others), reconfigure)] : []),
            ...values.map(({ name, send }) => stepOf(call, [name], () => send(call.ref))),
            ...tagged.map(({ send }) => stepOf(call, [TAGS], () => send(call.ref))),
            ...(template === true && now['template'] !== true
              ? [stepOf(call, ['template'], () => markAsTemplate(call))]
              : []),
          ],
          (made, failed, why) => `${call.name}: ${made.join(', ')} changed, but not ${failed.join(', ')}: ${why}`,
        );
        return accepted;
      }),
  };
}

const stepOf = ({ name }: VmCall, keys: readonly string[], send: () => Promise<unknown>): ChangeStep => ({
  keys,
  send: () =>
    send().catch((error: unknown) => {
      throw normalizeError(error, name);
    }),
});

const coresIn = (value: Settings[string]): number | undefined => (typeof value === 'number' ? value : undefined);

async function read(call: VmCall, target: SettingsTarget, withTags = true): Promise<Settings> {
  const { session, name, power, values, signal } = call;
  if (target === 'running' && power !== 'poweredOn') {
    throw conflict(name, 'does not run', 'change the saved settings instead');
  }
  const text = (path: string): string | undefined => values.get(path)?.text;
  const memory = text('config.hardware.memoryMB');
  if (memory === undefined) {
    throw new FleetError('auth.forbidden', `${name}: its configuration may not be seen`, {
      fix: 'ask for the right System.Read on it',
    });
  }
  const cores = Number(text('config.hardware.numCoresPerSocket'));
  return {
    name,
    memory: mib(Number(memory)),
    vcpus: Number(text('config.hardware.numCPU')),
    ...(Number.isSafeInteger(cores) && cores > 0 && { cores }),
    'memory-hot-add': text('config.memoryHotAddEnabled') === 'true',
    'cpu-hot-add': text('config.cpuHotAddEnabled') === 'true',
    nested: text('config.nestedHVEnabled') === 'true',
    description: text('config.annotation') ?? '',
    ...Object.fromEntries(NOTES.map((key) => [key, text(kcliPath(key)) ?? ''])),
    ...(withTags && (await tagsSetting(call))),
    metadata: metadataIn(readOptions(values)),
    [ATTRIBUTES]: await attributesOf(session, values, signal),
    ...(target === 'config' && {
      boot: bootOrderOf(values),
      template: text('config.template') === 'true',
    }),
  };
}

/** Left out where there are none: the Automation API may be shut off. Rejects where that is not known: none would look like no tags. */
const tagsSetting = ({ session, ref, signal }: VmCall): Promise<Settings> =>
  tagsOf(session, ref, signal).then(
    (tags) => ({ [TAGS]: tagsText(tags) }),
    (error: unknown) => {
      if (isWithoutTags(error)) return {};
      throw error;
    },
  );

/** Those that are not among the wanted are taken away: rejects with op.conflict where it was not seen which it has. */
async function tagsTo(
  { session, ref, name, signal }: VmCall,
  wanted: string,
  basedOn: Settings,
): Promise<readonly TagChange[]> {
  const now = await tagsOf(session, ref, signal);
  if (basedOn[TAGS] === undefined)
    throw conflict(name, 'may have other tags: its settings did not show them', 'read its settings again');
  return tagChanges(session, wanted, now, signal);
}

/** What a running VM can't take: anything but more, and that only where it was allowed before it was started. */
function refuseCold({ name }: VmCall, changes: Settings, now: Settings): void {
  for (const [key, allowed, what] of [
    ['memory', 'memory-hot-add', 'memory'],
    ['vcpus', 'cpu-hot-add', 'vCPUs'],
  ] as const) {
    const value = changes[key];
    if (changes[allowed] !== undefined && changes[allowed] !== now[allowed]) {
      throw conflict(name, `runs, and hot add of ${what} can only be switched while it is off`, 'stop it first');
    }
    if (value === undefined || value === now[key]) continue;
    if (Number(value) < Number(now[key])) throw conflict(name, `runs, and gives no ${what} back`, 'stop it first');
    if (now[allowed] !== true) throw conflict(name, `runs, and hot add of ${what} is off`, 'stop it first');
  }
  for (const [key, what] of [
    ['cores', 'its sockets are shared out'],
    ['nested', 'VMs in it are allowed'],
    ['template', 'it becomes a template'],
  ] as const) {
    if (changes[key] === undefined || changes[key] === now[key]) continue;
    throw conflict(name, `runs, and ${what} only while it is off`, 'stop it first');
  }
}

/** Of the keys that are elements of the specification themselves: how they are called there. */
const ELEMENTS: readonly (readonly [key: string, element: ConfigKey])[] = [
  ['name', 'name'],
  ['description', 'annotation'],
  ['vcpus', 'numCPUs'],
  ['cores', 'numCoresPerSocket'],
  ['memory-hot-add', 'memoryHotAddEnabled'],
  ['cpu-hot-add', 'cpuHotAddEnabled'],
  ['nested', 'nestedHVEnabled'],
];

function partsOf(changes: Settings, call: VmCall): ConfigParts {
  const elements = ELEMENTS.flatMap(([key, element]) => {
    const value = changes[key];
    return value === undefined || value === null
      ? []
      : [[element, xml`<${element}>${String(value)}</${element}>`] as const];
  });
  const options = {
    ...Object.fromEntries(
      NOTES.flatMap((key) => (changes[key] === undefined ? [] : [[key, String(changes[key])] as const])),
    ),
    ...(isPairs(changes['metadata']) && metadataChanges(readOptions(call.values), changes['metadata'])),
  };
  return {
    ...Object.fromEntries(elements),
    ...(changes['memory'] !== undefined && {
      memoryMB: xml`<memoryMB>${memoryMibOf(call.name, Number(changes['memory']))}</memoryMB>`,
    }),
    ...(Object.keys(options).length > 0 && { extraConfig: extraConfig(options) }),
    ...(changes['boot'] !== undefined && bootParts(String(changes['boot']), call)),
  };
}
