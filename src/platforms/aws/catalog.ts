/** What instances have by their type and their image: asked once for each that is in use. */
import { type Bytes, bytes, mib } from '../../units.ts';
import { unlessRefused } from '../lib/unless-refused.ts';
import { readPages } from '../transport/http/rest-pages.ts';
import type { About, Api } from './api.ts';
import { instanceTypePages } from './instance-types.ts';
import { REFUSED } from './refused.ts';

export interface TypeFacts {
  readonly cpus: number;
  readonly memory: Bytes;
  readonly nitro: boolean;
}

export interface Catalog {
  /** Undefined until it is learned, and for what AWS does not tell. */
  type(name: string): TypeFacts | undefined;
  imageName(id: string): string | undefined;
  /**
   * Asks for what is not known yet; resolves with whether there was such. Who may not know sees the instances all the same,
   * without memory and without names of images.
   */
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
  const ended = new Set<string>();
  return async (names, about) => {
    const unknown = [...new Set(names)].filter((name) => name !== '' && !ended.has(name));
    for (let from = 0; from < unknown.length; from += MOST) {
      const part = unknown.slice(from, from + MOST);
      await unlessRefused(read(part, about), REFUSED);
      for (const name of part) ended.add(name);
    }
    return unknown.length > 0;
  };
}

async function readTypes(api: Api, names: readonly string[], about: About, into: Map<string, TypeFacts>) {
  // By a filter, since one name that AWS does not know would fail the whole question.
  const wanted = [{ Name: 'instance-type', Values: [...names] }];
  for await (const page of instanceTypePages(api, about, wanted)) {
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
    // Those of others are left out otherwise once their owner has deprecated them; public ones are after two years.
    const page = {
      Filters,
      IncludeDeprecated: true,
      MaxResults: PAGE,
      ...(marker === undefined ? {} : { NextToken: marker }),
    };
    const answer = await api.read('DescribeImages', page, about);
    return { items: answer.Images ?? [], next: answer.NextToken || undefined };
  });
  for await (const page of pages) {
    for (const { ImageId: id, Name: name } of page) if (id !== undefined && name) into.set(id, name);
  }
}
