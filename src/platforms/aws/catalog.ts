/** What instances have by their type and their image: asked once for each that is in use. */
import { FleetError } from '../../errors.ts';
import { type Bytes, bytes, mib } from '../../units.ts';
import { readPages } from '../transport/rest-pages.ts';
import type { About, Api } from './api.ts';

export interface TypeFacts {
  readonly cpus: number;
  readonly memory: Bytes;
  readonly nitro: boolean;
}

export interface Catalog {
  /** Undefined until it is learned, and for what AWS does not tell. */
  type(name: string): TypeFacts | undefined;
  imageName(id: string): string | undefined;
  /** Asks for what is not known yet, or waits for who has asked. Resolves with whether anything was not known. */
  learn(types: readonly string[], images: readonly string[], about: About): Promise<boolean>;
}

/** Most values of a filter. */
const MOST = 200;
const PAGE = 100;

export function createCatalog(api: Api): Catalog {
  const types = new Map<string, TypeFacts>();
  const images = new Map<string, string>();
  const learnTypes = createLearner((names, about) => readTypes(api, names, about, types));
  const learnImages = createLearner((ids, about) => readImages(api, ids, about, images));
  return {
    type: (name) => types.get(name),
    imageName: (id) => images.get(id),
    async learn(typeNames, imageIds, about) {
      const news = await Promise.all([learnTypes(typeNames, about), learnImages(imageIds, about)]);
      return news.includes(true);
    },
  };
}

type Learn = (names: readonly string[], about: About) => Promise<boolean>;

/** What was asked once is not asked again, also when AWS did not tell; what failed is. */
function createLearner(read: (names: readonly string[], about: About) => Promise<void>): Learn {
  const asked = new Map<string, Promise<void>>();
  const ended = new Set<string>();
  return async (names, about) => {
    const wanted = [...new Set(names)].filter((name) => name !== '' && !ended.has(name));
    const unknown = wanted.filter((name) => !asked.has(name));
    for (let from = 0; from < unknown.length; from += MOST) {
      const part = unknown.slice(from, from + MOST);
      const reading = unlessForbidden(read(part, about)).then(
        () => part.forEach((name) => void ended.add(name)),
        (error: unknown) => {
          for (const name of part) asked.delete(name);
          throw error;
        },
      );
      for (const name of part) asked.set(name, reading);
    }
    await Promise.all(new Set(wanted.map((name) => asked.get(name))));
    return wanted.length > 0;
  };
}

async function readTypes(api: Api, names: readonly string[], about: About, into: Map<string, TypeFacts>) {
  const pages = readPages('DescribeInstanceTypes', async (marker) => {
    // By a filter, since one name that AWS does not know would fail the whole question.
    const Filters = [{ Name: 'instance-type', Values: [...names] }];
    const page = { Filters, MaxResults: PAGE, ...(marker === undefined ? {} : { NextToken: marker }) };
    const answer = await api.read('DescribeInstanceTypes', page, about);
    return { items: answer.InstanceTypes ?? [], next: answer.NextToken || undefined };
  });
  for await (const page of pages) {
    for (const { InstanceType: name, VCpuInfo, MemoryInfo, Hypervisor, BareMetal } of page) {
      if (name === undefined) continue;
      const memory = MemoryInfo?.SizeInMiB === undefined ? bytes(0) : mib(MemoryInfo.SizeInMiB);
      const nitro = Hypervisor === 'nitro' || BareMetal === true;
      into.set(name, { cpus: VCpuInfo?.DefaultVCpus ?? 0, memory, nitro });
    }
  }
}

async function readImages(api: Api, ids: readonly string[], about: About, into: Map<string, string>) {
  const pages = readPages('DescribeImages', async (marker) => {
    const Filters = [{ Name: 'image-id', Values: [...ids] }];
    const page = { Filters, MaxResults: PAGE, ...(marker === undefined ? {} : { NextToken: marker }) };
    const answer = await api.read('DescribeImages', page, about);
    return { items: answer.Images ?? [], next: answer.NextToken || undefined };
  });
  for await (const page of pages) {
    for (const { ImageId: id, Name: name } of page) if (id !== undefined && name) into.set(id, name);
  }
}

/** Who may not ask for types or images sees the instances all the same, without memory and without names of images. */
async function unlessForbidden(asked: Promise<void>): Promise<void> {
  await asked.catch((error: unknown) => {
    if (!(error instanceof FleetError && error.code === 'auth.forbidden')) throw error;
  });
}
