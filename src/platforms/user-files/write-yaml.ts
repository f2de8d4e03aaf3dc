/** Words that the package writes plain, and PyYAML does not read as they are: `=` has a type of its own, a tab ends a plain word. */
const PLAIN_FAILS = /^=$|[\t\u2028\u2029]/;

/** For cloud-init, which reads with PyYAML: YAML 1.1, where 52:54:00:12:34:56 and 33:33 are numbers, and `no` is false. */
export async function writeYaml(value: unknown): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(value, { compat: 'yaml-1.1' });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && PLAIN_FAILS.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}
