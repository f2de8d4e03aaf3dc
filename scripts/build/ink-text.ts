/**
 * Takes the place of Ink's `squash-text-nodes.js` in the bundle: the same texts. Ink looks at every character of every
 * text for sequences that it does not let through, several times a frame; here a text that stayed as it is stays known.
 */
import squash from '../../node_modules/ink/build/squash-text-nodes.js';

type TextNode = Parameters<typeof squash>[0];

/** As many lines as a few screens have. */
const MOST_KNOWN = 1024;
const known = new Map<string, string>();

export default function squashTextNodes(node: TextNode): string {
  const [child] = node.childNodes;
  if (child?.nodeName !== '#text' || node.childNodes.length > 1 || node.nodeName !== 'ink-text') return squash(node);
  const text = child.nodeValue;
  const before = known.get(text);
  if (before !== undefined) return before;
  const squashed = squash(node);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, squashed);
  return squashed;
}
