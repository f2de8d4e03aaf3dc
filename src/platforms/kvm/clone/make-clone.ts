/** Makes the volumes and the definition of a clone. When something fails, exactly what was made goes again. */
import { FleetError } from '../../../errors.ts';
import type { Warning } from '../../contract.ts';
import { isGivenUp, type Made, takeBack } from '../../lib/take-back.ts';
import { switchBoot } from '../boot/next-boot.ts';
import type { Host } from '../host/host-call.ts';
import { domainMade, volumeMade } from '../host/made.ts';
import { XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { upload } from '../seed/upload.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import { isTaken, takenName } from './clone-checks.ts';
import type { DiskCopy } from './clone-disks.ts';
import type { NewSeed } from './clone-seed.ts';
import { makeVolume, refuseUnsound } from './copy-volume.ts';

export interface ClonePlan {
  readonly name: string;
  readonly linked: boolean;
  readonly start: boolean;
  readonly autostart: boolean;
  readonly copies: readonly (DiskCopy & { readonly newPath: string })[];
  /** What it reads at its first start. */
  readonly seed: NewSeed | undefined;
  /** Its definition, which names the new paths. */
  readonly xml: string;
}

/**
 * Rejects with what failed; what could not be taken back is named in it, with the commands that do. The calls don't end with
 * the signal: libvirt goes on anyway, and what it has made by then must be taken back when the user has given up.
 */
export async function makeClone(given: GuestCall, host: Host, plan: ClonePlan): Promise<readonly Warning[]> {
  const call: GuestCall = { ...given, signal: new AbortController().signal };
  const made: Made[] = [];
  /** What libvirt was asked for last: without an answer it may be there. */
  let asked: Made | undefined;
  /** What is written is only a file of ours: it goes also when it isn't known how much of it was written. */
  let isSure = false;
  const goOn = (): void => {
    if (isGivenUp(given.signal)) throw given.signal.reason;
  };
  try {
    for (const copy of plan.copies) {
      asked = volumeMade(call, { ...copy.from, pool: copy.pool.name, name: copy.name });
      const volume = await makeVolume(call, copy, plan.linked);
      made.push(volumeMade(call, volume));
      asked = undefined;
      goOn();
      await given.change('clone', () => refuseUnsound(call, volume, copy));
    }
    if (plan.seed) {
      const { seed } = plan;
      asked = volumeMade(call, { ...seed.from, pool: seed.pool.name, name: seed.name });
      const args = { pool: seed.pool, xml: seed.xml, flags: 0 };
      const volume = await given.change(`create ${seed.name}`, () =>
        call.client.call(procedures.createVolume, args, { deadlineMs: CHANGE_MS }),
      );
      made.push(volumeMade(call, volume));
      asked = undefined;
      isSure = true;
      await given.change(`write ${seed.name}`, async () => {
        await upload(host, volume, seed.bytes, given.signal);
        await refuseUnsound(call, volume, seed);
      });
      isSure = false;
    }
    // Whether UEFI variables of that name were there before is not known.
    asked = domainMade(call, plan.name, 'keep');
    const domain = await defineClone(call, plan);
    const own = domainMade(call, plan.name, 'keep', domain);
    made.push(own);
    asked = undefined;
    goOn();
    return await finish(call, plan, domain);
  } catch (error) {
    throw await takeBack(error, made, { asked, ...(isSure && { isUnsure: false }) });
  }
}

async function defineClone(call: GuestCall, { name, xml }: ClonePlan) {
  const { client, change } = call;
  try {
    return await change('define', () => client.call(procedures.define, { xml, flags: 0 }, { deadlineMs: CHANGE_MS }));
  } catch (error) {
    if (error instanceof FleetError && error.code === 'op.failed' && (await isTaken(call, name)))
      throw takenName(name, error);
    throw error;
  }
}

async function finish(
  call: GuestCall,
  { autostart, start }: ClonePlan,
  domain: GuestCall['domain'],
): Promise<readonly Warning[]> {
  const { client, change } = call;
  const timing = { deadlineMs: CHANGE_MS };
  if (autostart)
    await change('set autostart', () => client.call(procedures.setAutostart, { domain, autostart: true }, timing));
  if (!start) return [];
  try {
    await change('start', () => client.call(procedures.create, { domain, flags: 0 }, timing));
  } catch (error) {
    throw await withVariables(call, domain, error);
  }
  return switchBoot({ ...call, domain });
}

/** libvirt makes the file of the UEFI variables before it starts. It stays: one of its name may have been there before. */
async function withVariables({ client }: GuestCall, domain: GuestCall['domain'], error: unknown): Promise<unknown> {
  if (!(error instanceof FleetError) || error.code === 'outcome.unknown') return error;
  const xml = await client.call(procedures.domainXml, { domain, flags: XML.inactive }).catch(() => undefined);
  const { nvram } = xml === undefined ? {} : await readDomainXml(xml);
  if (nvram === undefined) return error;
  const fix = error.fix === undefined ? {} : { fix: error.fix };
  return new FleetError(error.code, `${error.message}; ${nvram} may be left of it`, { ...fix, cause: error });
}
