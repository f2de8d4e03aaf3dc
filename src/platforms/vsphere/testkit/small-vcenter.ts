/** A scripted vCenter that has a few objects, and answers every question about them as a true one does: what is asked, no more. */
import { textAt, type XmlElement } from '../../transport/xml.ts';
import {
  objOf,
  type Ref,
  Refused,
  retrieved,
  selected,
  specIn,
  spelt,
  type Value,
  valueAt,
} from './property-collector.ts';
import { type ScriptedVcenter, startScriptedVcenter, updated } from './scripted-vcenter.ts';
import { type Properties, smallWorld } from './small-world.ts';

export interface SmallVcenter extends ScriptedVcenter {
  /** Changes values, or makes the object; and informs those that wait for an update. */
  set(ref: Ref, values: Properties): void;
  remove(ref: Ref): void;
  /** Answers the waiting requests without an update, as at the end of their time. */
  quiet(): void;
  /** How many requests wait for updates now. */
  waiting(): number;
}

interface Collected {
  readonly filters: XmlElement[];
  /** What was reported last: reference -> path -> spelt value. */
  readonly told: Map<Ref, ReadonlyMap<string, string>>;
}

export async function startSmallVcenter(...how: Parameters<typeof startScriptedVcenter>): Promise<SmallVcenter> {
  const vcenter = await startScriptedVcenter(...how);
  const world = smallWorld();
  const collectors = new Map<string, Collected>();
  const held = new Set<(quiet: boolean) => void>();
  const collected = (target: string): Collected => {
    const one = collectors.get(target) ?? { filters: [], told: new Map() };
    collectors.set(target, one);
    return one;
  };

  vcenter.answer('RetrievePropertiesEx', ({ body }) => orFault(() => retrieved(body, world)));
  vcenter.answer('CreateFilter', ({ body, target }) =>
    orFault(async () => {
      const spec = await specIn(body, 'CreateFilter', 'spec');
      selected(spec, world);
      const { filters } = collected(target);
      filters.push(spec);
      return `<returnval type="PropertyFilter">filter-${filters.length}</returnval>`;
    }),
  );
  vcenter.answer('WaitForUpdatesEx', ({ body, target }) =>
    orFault(async () => {
      const options = await specIn(body, 'WaitForUpdatesEx', 'options');
      const seconds = Number(textAt(options, 'maxWaitSeconds'));
      const first = textAt(await specIn(body, 'WaitForUpdatesEx', 'version')) === '';
      for (;;) {
        const news = newsOf(collected(target), world);
        // A vCenter cuts what it tells at first into pages.
        if (first) return page(news.slice(0, 3), news.length > 3, collected(target));
        if (news.length > 0) return page(news, false, collected(target));
        if (seconds === 0 || (await new Promise<boolean>((resolve) => held.add(resolve)))) return '';
      }
    }),
  );
  const release = (quiet: boolean) => {
    const waiting = [...held];
    held.clear();
    for (const one of waiting) one(quiet);
  };

  return {
    ...vcenter,
    set(ref, values) {
      world.set(ref, new Map([...(world.get(ref) ?? []), ...Object.entries(values)]));
      release(false);
    },
    remove(ref) {
      world.delete(ref);
      release(false);
    },
    quiet: () => release(true),
    waiting: () => held.size,
  };
}

interface News {
  readonly ref: Ref;
  readonly now: ReadonlyMap<string, string> | undefined;
  readonly xml: string;
}

function newsOf({ filters, told }: Collected, world: Parameters<typeof selected>[1]): readonly News[] {
  const now = new Map<Ref, Map<string, string>>();
  for (const filter of filters) {
    for (const [ref, paths] of selected(filter, world)) {
      const values = now.get(ref) ?? new Map<string, string>();
      now.set(ref, values);
      for (const path of paths) {
        const value: Value = valueAt(world, ref, path);
        if (value !== undefined) values.set(path, spelt(value));
      }
    }
  }
  const gone = [...told.keys()].filter((ref) => !now.has(ref));
  return [
    ...gone.map((ref) => ({ ref, now: undefined, xml: `<objectSet><kind>leave</kind>${objOf(ref)}</objectSet>` })),
    ...[...now].flatMap(([ref, values]) => {
      const before = told.get(ref);
      const paths = [...new Set([...(before?.keys() ?? []), ...values.keys()])];
      const sets = paths.flatMap((path) => {
        const value = values.get(path);
        if (value === before?.get(path)) return [];
        const name = path.replaceAll('"', '&quot;');
        return `<changeSet><name>${name}</name><op>${value ? 'assign' : 'remove'}</op>${value ?? ''}</changeSet>`;
      });
      if (before && sets.length === 0) return [];
      const kind = before ? 'modify' : 'enter';
      return [{ ref, now: values, xml: `<objectSet><kind>${kind}</kind>${objOf(ref)}${sets.join('')}</objectSet>` }];
    }),
  ];
}

function page(news: readonly News[], more: boolean, { told }: Collected): string {
  for (const { ref, now } of news) {
    if (now) told.set(ref, now);
    else told.delete(ref);
  }
  const answer = updated(news.map(({ xml }) => xml).join(''));
  return more ? answer.replace('</returnval>', '<truncated>true</truncated></returnval>') : answer;
}

async function orFault(work: () => Promise<string>) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return faulted(error.message);
  }
}

/** An answer that is a fault of this kind. */
export const faulted = (fault: string, detail = '', said = '') => ({
  status: 500,
  body: `<e:Envelope xmlns:e="e" xmlns:i="i"><e:Body><e:Fault><faultstring>${said}</faultstring><detail><${fault}Fault i:type="${fault}">${detail}</${fault}Fault></detail></e:Fault></e:Body></e:Envelope>`,
});
