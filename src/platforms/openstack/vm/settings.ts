import { FleetError } from '../../../errors.ts';
import { bytes } from '../../../units.ts';
import { isPairs, type Settings, type SettingsTarget, type VmOps } from '../../contract.ts';
import { type ChangeStep, sendSteps } from '../../lib/change-steps.ts';
import { refuseStale } from '../../lib/refuse-stale.ts';
import { pickOne } from '../find.ts';
import { readListed } from '../listed-rows.ts';
import { manifest } from '../manifest.ts';
import { conflict, onServer, type ServerCall, type ServerCalls } from '../server-call.ts';
import type { Server } from '../servers.ts';
import { checkedPairs, pairsOf } from './metadata.ts';

/** Settings by the keys of the manifest. What there is to be changed takes effect at once, running or not. */
export function createSettings(calls: ServerCalls): Required<Pick<VmOps, 'settings' | 'configure'>> {
  return {
    settings: (id, target, signal) => onServer(calls, id, signal, async (call) => read(call, target)),
    configure: (id, target, changes, basedOn, signal) =>
      onServer(calls, id, signal, async (call) => {
        const { flavor } = changes;
        const flavorRef = flavor === undefined ? undefined : await flavorFor(calls, call, String(flavor));
        refuseStale(manifest.settings, call.name, inOrder(basedOn), inOrder(read(call, target)));
        await sendSteps(
          stepsOf(call, changes, flavorRef),
          (done, _failed, why) => `${why} (${done.join(', ')} was changed before that)`,
        );
        return { warnings: [] };
      }),
  };
}

function read(call: ServerCall, target: SettingsTarget): Settings {
  if (target === 'running' && (call.state === 'stopped' || call.state === 'suspended')) {
    throw conflict(call, 'does not run', 'change the saved settings instead');
  }
  return valuesOf(call.server);
}

const valuesOf = ({ name, flavor, description, tags, metadata }: Server): Settings => ({
  name,
  flavor: flavor?.name ?? '',
  memory: flavor?.memory ?? bytes(0),
  vcpus: flavor?.vcpus ?? 0,
  description,
  tags: tags.toSorted().join(','),
  plan: metadata['plan'] ?? '',
  profile: metadata['profile'] ?? '',
  metadata: pairsOf(metadata),
});

/** Tags are a set: their order says nothing. */
const inOrder = (settings: Settings): Settings =>
  settings['tags'] === undefined ? settings : { ...settings, tags: readTags(String(settings['tags'])).join(',') };

const readTags = (text: string): readonly string[] =>
  [...new Set(text.split(',').map((tag) => tag.trim()))].filter(Boolean).toSorted();

/** One request each for what nova keeps in one place. */
function stepsOf(call: ServerCall, changes: Settings, flavorRef: string | undefined): readonly ChangeStep[] {
  const own: Record<string, string> = {};
  const steps: ChangeStep[] = [];
  const kept: Record<string, string> = {};
  const drop = (key: string) => {
    if (call.server.metadata[key] === undefined) return;
    steps.push({ keys: [key], send: () => call.change('DELETE', `/metadata/${encodeURIComponent(key)}`) });
  };
  for (const [key, value] of Object.entries(changes)) {
    const text = String(value);
    if (key === 'name' && text.trim() === '') throw new FleetError('op.refused', `${call.name}: a server has a name`);
    if (key === 'name' || key === 'description') own[key] = text;
    else if (key === 'tags') {
      steps.push({ keys: [key], send: () => call.change('PUT', '/tags', { tags: readTags(text) }) });
    } else if (key === 'plan' || key === 'profile') {
      if (text !== '') kept[key] = text;
      else drop(key);
    } else if (key === 'metadata') {
      const now = pairsOf(call.server.metadata);
      const wanted = checkedPairs(isPairs(value) ? value : {});
      for (const pair of Object.keys(wanted)) if (wanted[pair] !== now[pair]) kept[pair] = wanted[pair] ?? '';
      for (const pair of Object.keys(now)) if (!Object.hasOwn(wanted, pair)) drop(pair);
    } else if (key === 'flavor') {
      // It is moved to a host that has room, and waits there to be confirmed or reverted.
      const send = () => call.act('Resize', { resize: { flavorRef } });
      if (flavorRef !== undefined) steps.push({ keys: [key], send });
    } else throw noSetting(call, key);
  }
  if (Object.keys(kept).length > 0) {
    steps.unshift({ keys: Object.keys(kept), send: () => call.change('POST', '/metadata', { metadata: kept }) });
  }
  if (Object.keys(own).length > 0) {
    steps.unshift({ keys: Object.keys(own), send: () => call.change('PUT', '', { server: own }) });
  }
  return steps;
}

/** The id of the flavor of that name, for a server that can be resized now. Undefined where it is of that flavor already. */
async function flavorFor({ api, cloud }: ServerCalls, call: ServerCall, asked: string): Promise<string | undefined> {
  const { server, state, signal } = call;
  if (server.flavor?.name === asked) return undefined;
  if (server.vmState === 'resized')
    throw conflict(call, 'has a new size that waits for a word', 'confirm or revert it first');
  if (state !== 'running' && state !== 'stopped') throw conflict(call, `is ${state}`, 'start or stop it first');
  const subject = `the flavors of ${cloud.name}`;
  return pickOne(await readListed(api, '/flavors/detail', 'flavors', { subject, signal }), asked, cloud, 'flavor').id;
}

function noSetting({ name }: ServerCall, key: string): FleetError {
  if (key !== 'memory' && key !== 'vcpus') {
    return new FleetError('usage', `${key} is no setting of an OpenStack server`);
  }
  return new FleetError('op.unsupported', `${name}: ${key} comes with the flavor, and another flavor is a resize`, {
    fix: 'change its flavor',
  });
}
