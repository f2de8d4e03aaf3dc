/** Images of Glance: fetched by the cloud itself from the web, and deleted. */
import { FleetError } from '../../../errors.ts';
import { type ImageId, imageId, nativeOfListed } from '../../../ids.ts';
import type { ImageOps, ImageSpec, LossPlan } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import { refusePlanned, usedBy } from '../../lib/listed.ts';
import { takeBack } from '../../lib/take-back.ts';
import type { Api } from '../api.ts';
import { needed, type Project, untilSo } from '../project.ts';
import { namesMadeOf } from '../server-list.ts';
import { imagePath, queueImage, readImage } from './one-image.ts';

const FETCH_MS = 7_100_000;

export function createImageOps(project: Project): Required<Pick<ImageOps, 'create' | 'planDelete' | 'delete'>> {
  const { cloud, nova } = project;

  async function plan(id: ImageId, signal: AbortSignal): Promise<LossPlan> {
    const native = nativeOfListed(id);
    const [row, users] = await Promise.all([readImage(project, id, signal), namesMadeOf(nova, native, signal)]);
    const name = textOf(row, 'name') ?? native;
    const goes = [`the image ${name}`];
    if (row['protected'] === true) return { goes, stays: [], refused: `${name} is protected: take that off first` };
    if (users.length === 0) return { goes, stays: [] };
    return { goes, stays: [], refused: `${usedBy(name, users)}: they can't be rebuilt or moved without it` };
  }

  return {
    async create(_of, spec, signal) {
      const glance = needed(project.glance, 'Glance');
      refuseUnfit(spec);
      const { native, made } = await queueImage(project, spec.name, formatOf(spec.url), signal);
      try {
        await fetchInto(project, glance, native, spec, signal);
      } catch (error) {
        throw await takeBack(signal.aborted ? signal.reason : error, [made]);
      }
      return { warnings: [], id: imageId(cloud.endpoint, native) };
    },
    planDelete: plan,
    async delete(id, signal) {
      refusePlanned(await plan(id, signal));
      const path = imagePath(nativeOfListed(id));
      await needed(project.glance, 'Glance').change('DELETE', path, { signal, subject: 'the image' });
      return { warnings: [] };
    },
  };
}

/** By the end of the address: what Glance is told, it believes. */
function formatOf(url: string): string {
  const path = new URL(url).pathname.toLowerCase();
  if (/\.(iso)$/.test(path)) return 'iso';
  if (/\.(raw|dd)$/.test(path)) return 'raw';
  if (/\.(vmdk|vdi|vhdx?)$/.test(path)) return path.split('.').at(-1) ?? 'raw';
  return 'qcow2';
}

/** Throws op.refused for what Glance does not do on its way. */
function refuseUnfit({ name, url, storage, format, size, checksum }: ImageSpec): void {
  const refused = (why: string, fix: string) => new FleetError('op.refused', `${name}: ${why}`, { fix });
  const address = URL.parse(url);
  if (!address || !/^https?:$/.test(address.protocol))
    throw refused('its address begins neither with http:// nor with https://', 'give one that the cloud can reach');
  if (address.username !== '' || address.password !== '')
    throw refused('an address with a password would be kept in logs', 'leave user and password out of it');
  if (/\.(xz|gz|bz2|zst)$/.test(address.pathname))
    throw refused('Glance does not unpack what it fetches', 'take an image that is not packed');
  if (storage !== '') throw refused('images of Glance are in no storage that is chosen', 'leave the storage out');
  if (format !== undefined) throw refused('Glance takes an image as it comes', 'leave the format out');
  if (size !== undefined) throw refused('the size is that of the flavor or volume', 'leave the size out');
  if (checksum?.startsWith('sha256:'))
    throw refused('Glance computes a sha512 of what it fetched, no sha256', 'give the sha512, or leave it out');
}

/** Glance fetches it itself (import, method web-download). Resolves when the image can be used, and is the one that was meant. */
async function fetchInto(
  { clock }: Project,
  glance: Api,
  native: string,
  { name, url, checksum }: ImageSpec,
  signal: AbortSignal,
): Promise<void> {
  const path = imagePath(native);
  const json = { method: { name: 'web-download', uri: url } };
  await glance.change('POST', `${path}/import`, { signal, subject: name, json }).catch((error: unknown) => {
    throw error instanceof FleetError && error.code === 'op.refused' ? unreachable(name, url, error) : error;
  });
  const row = await untilSo(
    clock,
    { signal, limitMs: FETCH_MS, late: `${name}: Glance is still fetching it` },
    () => glance.get(path, { signal, subject: name }),
    (now) => textOf(now, 'status') === 'active' || textOf(now, 'status') === 'killed' || hasFailed(now),
  );
  if (textOf(row, 'status') !== 'active')
    throw new FleetError('op.failed', `${name}: Glance could not fetch ${new URL(url).origin}`, {
      fix: 'check that the cloud reaches the address, and that it allows web-download',
    });
  const digest = checksum?.replace(/^sha512:/, '').toLowerCase();
  if (digest === undefined || digest === '') return;
  if (textOf(row, 'os_hash_algo') === 'sha512' && textOf(row, 'os_hash_value') === digest) return;
  throw new FleetError('op.failed', `${name}: the file that came is another one: ${textOf(row, 'os_hash_value')}`, {
    fix: 'compare the checksum with the one that its makers publish',
  });
}

/** Glance says 400, and not why (glance/async_/flows/_internal_plugins/web_download.py, import_filtering_opts). */
const unreachable = (name: string, url: string, cause: FleetError): FleetError =>
  new FleetError('op.refused', `${name}: Glance does not fetch from ${new URL(url).origin}`, {
    fix: 'it takes http and https at their usual ports, unless its operators allow more or less',
    cause,
  });

/** Glance puts an image whose import failed back to `queued`, and names the stores. */
const hasFailed = (row: Row): boolean => textOf(row, 'os_glance_failed_import') !== undefined;
