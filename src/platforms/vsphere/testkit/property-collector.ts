/** The PropertyCollector of the Web Services API, over a few objects: what a specification says is followed, word by word. */
import { child, childrenOf, readXml, textAt, type XmlElement } from '../../transport/xml.ts';
import { kindOf, typeOf } from '../soap/kind.ts';

/** A reference: `vm-12` of a `VirtualMachine`. */
export type Ref = `${string}:${string}`;
/** Text or XML, one reference, or several; undefined for what is not set. */
export type Value = string | { readonly ref: Ref } | { readonly refs: readonly Ref[] } | undefined;
/** Reference -> path -> value. A path that is not there is one that its type does not have. */
export type World = Map<Ref, Map<string, Value>>;

/** The server's no: `InvalidProperty`. */
export class Refused extends Error {}

const SUPER: Readonly<Record<string, readonly string[]>> = {
  ClusterComputeResource: ['ComputeResource'],
  VirtualApp: ['ResourcePool'],
  StoragePod: ['Folder'],
  DistributedVirtualPortgroup: ['Network'],
  OpaqueNetwork: ['Network'],
  VmwareDistributedVirtualSwitch: ['DistributedVirtualSwitch'],
};
const is = (type: string, wanted: string): boolean => type === wanted || (SUPER[type]?.includes(wanted) ?? false);

const split = (ref: Ref): readonly [type: string, value: string] => {
  const at = ref.indexOf(':');
  return [ref.slice(0, at), ref.slice(at + 1)];
};
const typed = (ref: Ref, tag: string): string =>
  `<${tag} type="${split(ref)[0]}" xmlns:i="x" i:type="ManagedObjectReference">${split(ref)[1]}</${tag}>`;

/** `<val>` of an answer. */
export function spelt(value: Exclude<Value, undefined>): string {
  if (typeof value === 'string') return `<val>${value}</val>`;
  if ('ref' in value) return typed(value.ref, 'val');
  return `<val>${value.refs.map((ref) => typed(ref, 'ManagedObjectReference')).join('')}</val>`;
}

/** What a `PropertyFilterSpec` selects: of each object the paths that are wanted. Throws Refused as the server does. */
export function selected(spec: XmlElement, world: World): ReadonlyMap<Ref, readonly string[]> {
  const found = new Map<Ref, readonly string[]>();
  const wanted = childrenOf(spec, 'propSet').map((set) => {
    if (textAt(set, 'all') !== 'false') throw new Refused('NotSupported');
    return { type: textAt(set, 'type') ?? '', paths: childrenOf(set, 'pathSet').map(({ text }) => text) };
  });
  for (const start of childrenOf(spec, 'objectSet')) {
    const obj = child(start, 'obj');
    const all = childrenOf(start, 'selectSet');
    const named = (name: string | undefined) => {
      const way = all.find((one) => textAt(one, 'name') === name);
      if (!way || kindOf(way) !== 'TraversalSpec') throw new Refused('InvalidArgument');
      return way;
    };
    const visit = (ref: Ref, ways: readonly XmlElement[]) => {
      const properties = world.get(ref);
      if (!properties || found.has(ref)) return;
      const [type] = split(ref);
      found.set(
        ref,
        wanted.flatMap(({ type: one, paths }) => (is(type, one) ? paths : [])),
      );
      for (const way of ways) {
        if (!is(type, textAt(way, 'type') ?? '')) continue;
        const value = valueAt(world, ref, textAt(way, 'path') ?? '');
        const onward = childrenOf(way, 'selectSet').map((next) => named(textAt(next, 'name')));
        for (const next of typeof value === 'object' ? ('ref' in value ? [value.ref] : value.refs) : [])
          visit(next, onward);
      }
    };
    const ref: Ref = `${typeOf(obj) ?? ''}:${obj?.text ?? ''}`;
    if (!world.has(ref)) {
      if (textAt(spec, 'reportMissingObjectsInResults') === 'true') continue;
      throw new Refused('ManagedObjectNotFound');
    }
    visit(
      ref,
      all.map((one) => named(textAt(one, 'name'))),
    );
  }
  // Objects of types of which no property is wanted are only on the way.
  const types = wanted.map(({ type }) => type);
  return new Map([...found].filter(([ref]) => types.some((type) => is(split(ref)[0], type))));
}

const EXTRA = /^config\.extraConfig\["[^"]+"\]\.value$/;

export function valueAt(world: World, ref: Ref, path: string): Value {
  const properties = world.get(ref);
  if (!properties?.has(path) && !EXTRA.test(path)) throw new Refused('InvalidProperty');
  return properties?.get(path);
}

/** The answer to RetrievePropertiesEx. */
export async function retrieved(body: string, world: World): Promise<string> {
  const spec = await specIn(body, 'RetrievePropertiesEx', 'specSet');
  const objects = [...selected(spec, world)].map(([ref, paths]) => {
    const sets = paths.flatMap((path) => {
      const value = valueAt(world, ref, path);
      const name = path.replaceAll('"', '&quot;');
      return value === undefined ? [] : [`<propSet><name>${name}</name>${spelt(value)}</propSet>`];
    });
    return `<objects>${objOf(ref)}${sets.join('')}</objects>`;
  });
  return `<returnval>${objects.join('')}</returnval>`;
}

export const objOf = (ref: Ref): string => `<obj type="${split(ref)[0]}">${split(ref)[1]}</obj>`;

export async function specIn(body: string, method: string, name: string): Promise<XmlElement> {
  const call = child(child(await readXml(body), 'Body'), method);
  const spec = child(call, name);
  if (!spec) throw new Refused('InvalidRequest');
  return spec;
}
