/** An appliance becomes an image of an endpoint, and a template in the library that VMs are made of. */
import { FleetError, sentence } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Image } from '../../platforms/contract.ts';
import { shellWord } from '../../shell-word.ts';
import {
  type Appliance,
  type FetchOptions,
  type ReadyDisk,
  type ReadyFile,
  spellAppliance,
} from '../../state/appliances/appliance.ts';
import type { TaskSpec, WorkResult } from '../../state/tasks.ts';
import { spellTemplate, type TemplateName } from '../../state/templates/template.ts';
import type { Args, ObjectAction, Report } from '../action.ts';
import { imageActions } from '../image.ts';
import { perform } from '../perform.ts';
import { whyNotOf } from '../permitted.ts';
import { progressOf } from '../progress.ts';
import { readListing } from '../read-listing.ts';
import type { Services } from '../services.ts';
import type { Target } from '../target.ts';
import { transferActions } from '../transfer.ts';
import { checksumListOf } from './cloud-images.ts';
import { applianceTemplate } from './template-of.ts';

export interface ImportSpec {
  readonly appliance: Appliance;
  /** The endpoint. */
  readonly to: Target;
  /** The name of a storage; empty for the one that there is. */
  readonly storage: string;
  /** What the image is to be called; where images are volumes, an ending is put behind it that has none. */
  readonly image: string;
  readonly template: TemplateName;
}

const actionOf = (id: string): ObjectAction => {
  const found = [...imageActions, ...transferActions].find((one) => one.id === id);
  if (!found) throw new Error(`there is no action ${id}`);
  return found;
};
const CREATE = actionOf('image.create');
const UPLOAD = actionOf('image.upload');
const VOLUME_UPLOAD = actionOf('volume.upload');

/** How an image comes to an endpoint. */
type Way = 'fetched by the endpoint' | 'as an image' | 'as a volume';

/** One task: what it has done so far is shown, and it can be cancelled. Throws op.refused for what can't be done at all. */
export function importTask(spec: ImportSpec, services: Services): TaskSpec {
  const { appliance, to } = spec;
  wayTo(spec, services);
  const name = appliance.catalog === '' ? appliance.name : spellAppliance(appliance);
  return {
    action: 'appliance.import',
    title: `Import ${name} to ${to.name}`,
    work: [
      {
        id: to.id,
        name: appliance.name,
        lane: to.id,
        run: (signal, report) => importAppliance(spec, services, signal, report),
      },
    ],
  };
}

/** What is fetched is looked at here, but for images of vendors, whose addresses come with drover: those the endpoint may fetch. */
function wayTo({ appliance, to }: ImportSpec, services: Services): Way {
  const endpoint = { id: to.id as EndpointName, name: to.name };
  const why = (action: ObjectAction) => whyNotOf(action, endpoint, services);
  if (appliance.keyword !== undefined && why(CREATE) === undefined) return 'fetched by the endpoint';
  if (appliance.keyword !== undefined && takesOva(to, services))
    throw new FleetError('op.refused', `${to.name} takes OVAs, and ${appliance.name} is a disk`);
  if (why(UPLOAD) === undefined) return 'as an image';
  if (why(VOLUME_UPLOAD) === undefined) return 'as a volume';
  throw new FleetError('op.refused', `${to.name} takes no appliances: ${why(UPLOAD)}`);
}

async function importAppliance(
  spec: ImportSpec,
  services: Services,
  signal: AbortSignal,
  report: Report,
): Promise<WorkResult> {
  const { to, template } = spec;
  await refuseTaken(template, services);
  const way = wayTo(spec, services);
  const appliances = await services.appliances();
  const checksum = await checksumOf(spec.appliance, appliances, signal, report);
  const appliance = { ...spec.appliance, ...(checksum !== undefined && { checksum }) };
  const made: Made = { name: spec.image, storage: spec.storage };
  if (way === 'fetched by the endpoint') {
    const args = { name: spec.image, url: appliance.keyword, arch: appliance.arch, storage: spec.storage, checksum };
    await perform(CREATE, to, withoutUndefined(args), services, signal, report);
    return finish(spec, appliance, [made], undefined, services, signal);
  }
  const options = {
    ova: ovaAs(way, to, services),
    signal,
    report,
    moved: progressOf((text) => report(`fetching: ${text}`), Date.now),
  };
  return appliances.withDisk(appliance, options, async (disk) => {
    const files = [disk, ...disk.more];
    const action = way === 'as an image' ? UPLOAD : VOLUME_UPLOAD;
    const storage = way === 'as a volume' ? spec.storage || (await onlyStorage(to, services, signal)) : spec.storage;
    const sent: Made[] = [];
    for (const [at, file] of files.entries()) {
      const image = at === 0 ? spec.image : `${spec.image}-${at + 1}`;
      const one = { name: way === 'as a volume' ? volumeName(image, file) : image, storage };
      const args = { ...one, file: file.path };
      const which = files.length === 1 ? '' : ` disk ${at + 1} of ${files.length}`;
      const sending: Report = (text) => report(`sending${which}: ${text}`);
      await perform(action, to, args, services, signal, sending).catch((error: unknown) => {
        throw sent.length === 0 ? error : leftBehind(sent, to, 'but not all of its disks', error);
      });
      sent.push(one);
    }
    return finish(spec, appliance, sent, disk, services, signal);
  });
}

/** All disks where a disk of a new VM can be made of an image of its own. */
function ovaAs(way: Way, to: Target, services: Services): FetchOptions['ova'] {
  if (way === 'as an image' && takesOva(to, services)) return 'whole';
  const disks = manifestOf(to, services)?.settings.find(({ key }) => key === 'disk');
  return disks?.kind === 'list' && disks.item.some(({ key }) => key === 'image') ? 'all its disks' : 'one disk';
}

/** What is there when not all could be done. */
function leftBehind(made: readonly Made[], { name: endpoint }: Target, but: string, error: unknown): FleetError {
  const names = made.map(({ name }) => name);
  const are = names.length === 1 ? 'is' : 'are';
  const removing = `drover image delete ${names.map(shellWord).join(' ')} -C ${shellWord(endpoint)} removes ${names.length === 1 ? 'the image' : 'them'}`;
  // What has come of the disk that failed may be there, too: that error names it.
  const fix = [...(error instanceof FleetError && error.fix ? [error.fix] : []), removing].join('; ');
  return new FleetError(
    error instanceof FleetError ? error.code : 'op.failed',
    `${names.join(', ')} ${are} on ${endpoint}, ${but}: ${sentence(error)}`,
    { fix, cause: error },
  );
}

interface Made {
  /** Of the image, as it is called there. */
  readonly name: string;
  readonly storage: string;
}

/** Before anything is fetched. Rejects with op.conflict. */
async function refuseTaken(template: TemplateName, services: Services): Promise<void> {
  const { templates } = await services.templates().scan();
  const name = spellTemplate(template);
  if (templates.some((one) => spellTemplate(one) === name))
    throw new FleetError('op.conflict', `the library has a template ${name} already; nothing was imported`, {
      fix: 'give another name, or delete that one first',
    });
}

/** That of the catalog, or of the list that its makers publish. */
async function checksumOf(
  appliance: Appliance,
  appliances: Awaited<ReturnType<Services['appliances']>>,
  signal: AbortSignal,
  report: Report,
): Promise<string | undefined> {
  const published = checksumListOf(appliance);
  if (appliance.checksum !== undefined || !published) return appliance.checksum;
  report(`reading ${published.list}`);
  return appliances.publishedChecksum(published.list, published.file, signal);
}

const manifestOf = (to: Target, { manifests, store }: Services) =>
  manifests.find(({ id }) => id === store.fleet.endpoints.get(to.id as EndpointName)?.platform);

const takesOva = (to: Target, services: Services): boolean => manifestOf(to, services)?.takesOva === true;

const withoutUndefined = (args: Readonly<Record<string, string | undefined>>): Args =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Args;

const ENDINGS = { qcow2: '.qcow2', raw: '.img', iso: '.iso', ova: '.ova' } as const;

/** Where images are volumes their names say what they are. */
const volumeName = (image: string, { format }: ReadyFile): string =>
  /\.(qcow2|qc2|img|raw|iso)$/i.test(image) ? image : `${image}${ENDINGS[format]}`;

async function onlyStorage(to: Target, services: Services, signal: AbortSignal): Promise<string> {
  const all = await readListing('storage', to.id as EndpointName, services, signal);
  const [only, ...others] = all;
  const usual = others.length === 0 ? only : all.find(({ name }) => name === 'default');
  if (usual) return usual.name;
  throw new FleetError(
    'usage',
    `which storage of ${to.name}? It has ${all.map(({ name }) => name).join(', ') || 'none'}`,
    {
      fix: 'name it: --storage',
    },
  );
}

/** The images are looked for, and the template written. What is there when that fails is named. */
async function finish(
  { to, template }: ImportSpec,
  appliance: Appliance,
  made: readonly Made[],
  disk: ReadyDisk | undefined,
  services: Services,
  signal: AbortSignal,
): Promise<WorkResult> {
  const name = spellTemplate(template);
  if (services.isDryRun) return { text: `${appliance.name}: nothing was sent, and no template was written` };
  try {
    const images: Image[] = [];
    for (const one of made) images.push(await seenImage(to, one, services, signal));
    const platform = services.store.fleet.endpoints.get(to.id as EndpointName)?.platform ?? '';
    const entries = applianceTemplate({
      appliance,
      images: images.map((one) => one.name),
      platform,
      endpoint: to.name,
      disk,
    });
    await services.changeTemplates({ kind: 'template-add', to: template, entries });
  } catch (error) {
    throw leftBehind(made, to, 'but no template was made', error);
  }
  const unproved = appliance.checksum === undefined ? '; no checksum of it is known, so none was compared' : '';
  const names = made.map((one) => one.name).join(', ');
  const are = made.length === 1 ? 'is an image' : 'are images';
  return { text: `${names} ${are} of ${to.name}, and ${name} is in the library${unproved}`, answer: name };
}

async function seenImage(to: Target, made: Made, services: Services, signal: AbortSignal): Promise<Image> {
  const images = await readListing('image', to.id as EndpointName, services, signal);
  const image = images.find((one) => one.name === made.name && (made.storage === '' || one.storage === made.storage));
  if (image) return image;
  const where = made.storage === '' ? '' : `, in ${made.storage}`;
  throw new FleetError('op.failed', `${to.name} does not list it as an image${where}`);
}
