import type { Scalar } from 'yaml';

/** What drover wrote for the first start of a guest, for another one that is its copy. */
const HEAD = '#cloud-config\n';
const METADATA = '/root/.metadata';

/** Only what drover writes of a name is another one, where it stands: other words may mean anything, and stay as they are. */
export async function userDataOfClone(text: string, from: string, to: string): Promise<string> {
  if (!text.startsWith(HEAD)) return text;
  const { parseDocument, isMap, isSeq } = await import('yaml');
  const body = text.slice(HEAD.length);
  const document = parseDocument(body);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const fqdn = document.get('fqdn');
  const values: Replacement[] = [];
  if (document.get('hostname') === from) values.push([document.get('hostname', true), to]);
  if (typeof fqdn === 'string' && fqdn.startsWith(`${from}.`))
    values.push([document.get('fqdn', true), `${to}${fqdn.slice(from.length)}`]);
  const files = document.get('write_files');
  for (const file of isSeq(files) ? files.items : []) {
    if (!isMap(file) || file.get('path') !== METADATA || file.get('encoding') !== 'b64') continue;
    const facts = Buffer.from(String(file.get('content')), 'base64').toString();
    const own = parseDocument(facts);
    if (own.errors.length > 0 || !isMap(own.contents) || own.get('name') !== from) continue;
    const renamed = replace(facts, [[own.get('name', true), to]]);
    values.push([file.get('content', true), Buffer.from(renamed).toString('base64')]);
  }
  return HEAD + replace(body, values);
}

/** A scalar, and the text in its place. */
type Replacement = readonly [scalar: unknown, value: string];

/** All around them stays, byte for byte. In quotes, since those are right wherever a scalar stands. */
function replace(text: string, values: readonly Replacement[]): string {
  const ranges = values.flatMap(([scalar, value]) => {
    const { range } = scalar as Scalar;
    return range ? [{ from: range[0], to: range[1], value }] : [];
  });
  return ranges
    .toSorted((a, b) => b.from - a.from)
    .reduce((now, { from, to, value }) => {
      // Of a block of lines the last line break is part of it.
      const end = now.slice(from, to).endsWith('\n') ? '\n' : '';
      return `${now.slice(0, from)}${JSON.stringify(value)}${end}${now.slice(to)}`;
    }, text);
}

/** `macs`: by those of the original. Two guests can't have the same addresses: NICs that had some ask for them. */
export async function networkOfClone(
  text: string,
  macs: ReadonlyMap<string, string>,
): Promise<{ readonly text: string; readonly hadAddresses: boolean }> {
  const { parseDocument, isMap } = await import('yaml');
  // The addresses are written as writeYaml does: other ones may be numbers for PyYAML.
  const document = parseDocument(text, { compat: 'yaml-1.1' });
  const ethernets = document.get('ethernets');
  let hadAddresses = false;
  for (const { value: nic } of isMap(ethernets) ? ethernets.items : []) {
    if (!isMap(nic)) continue;
    const mac = macs.get(String(nic.getIn(['match', 'macaddress'])));
    if (mac !== undefined) nic.setIn(['match', 'macaddress'], mac);
    if (!nic.delete('addresses')) continue;
    hadAddresses = true;
    for (const key of ['routes', 'gateway6']) nic.delete(key);
    nic.set('dhcp4', true);
  }
  return { text: document.toString({ lineWidth: 0 }), hadAddresses };
}
