/** The saved definition of a guest as a text that is read, changed and taken again. */
import { FleetError } from '../../../errors.ts';
import type { VmOps, Warning } from '../../contract.ts';
import { readXml, textAt, XmlError } from '../../transport/xml.ts';
import { normalizeError } from '../link/normalize-error.ts';
import { uuidText } from '../link/uuid.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { XML } from '../rpc/flags.ts';
import { procedures } from '../rpc/protocol.ts';
import { isSaved } from '../vm/guest.ts';
import { DONE, type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';
import { editXml, type XmlEditor } from '../xml/edit-xml.ts';
import { readWhole, redefine, refuseTransient } from './definition.ts';
import { putBackHidden } from './hidden.ts';

export const createDefinition = (calls: GuestCalls): Required<Pick<VmOps, 'definition' | 'define'>> => ({
  definition: (id, signal) =>
    onGuest(calls, id, signal, async (call) => ({ text: await readShown(call), language: 'xml' })),
  define: (id, text, basedOn, signal) =>
    onGuest(calls, id, signal, async (call) => {
      const { domain } = call;
      const shown = await readShown(call);
      if (shown !== basedOn)
        throw new FleetError('op.conflict', `the definition of ${domain.name} is another one by now`, {
          fix: 'open it again, and make your change there',
        });
      if (text === basedOn) return DONE;
      const editor = await readText(call, text);
      putBackHidden(
        domain.name,
        await readDocument(shown, 'domain'),
        await readDocument(await readWhole(call), 'domain'),
        editor,
      );
      const warnings = await warningsOf(call);
      await call.change('define', () => redefine(call, editor.text()).catch((error: unknown) => refused(call, error)));
      return { warnings };
    }),
});

/** Without passwords. */
async function readShown(call: GuestCall): Promise<string> {
  await refuseTransient(call);
  const { client, domain, signal } = call;
  return client.call(procedures.domainXml, { domain, flags: XML.inactive }, { signal });
}

/** Throws op.refused for what is no definition, and op.conflict for that of another guest. */
async function readText({ domain }: GuestCall, text: string): Promise<XmlEditor> {
  const { name } = domain;
  const editor = await editXml(text, 'domain').catch(async (error: unknown) => {
    if (!(error instanceof XmlError)) throw error;
    const line = await lineOf(text, error.message);
    throw new FleetError('op.refused', `${name}: ${line === undefined ? '' : `line ${line}: `}${error.message}`, {
      cause: error,
    });
  });
  const { root } = editor;
  const [own, uuid] = [textAt(root, 'name')?.trim(), textAt(root, 'uuid')?.trim().toLowerCase()];
  const other = (what: string, fix: string) => new FleetError('op.conflict', `${name}: the text ${what}`, { fix });
  if (own !== name) throw other(`is of a VM called ${own || 'nothing'}`, 'keep its name: the setting name renames it');
  if (uuid !== uuidText(domain.uuid)) throw other(`has the uuid ${uuid || 'of none'}`, `keep ${uuidText(domain.uuid)}`);
  return editor;
}

/** Where the reading ends with this fault, counted from 1; undefined where the text only breaks off. */
async function lineOf(text: string, fault: string): Promise<number | undefined> {
  const lines = text.split('\n');
  const fails = (count: number): Promise<boolean> =>
    readXml(lines.slice(0, count).join('\n')).then(
      () => false,
      (error: unknown) => error instanceof XmlError && error.message === fault,
    );
  // Of a text that ends too early each beginning does so as well; another fault is one of the whole.
  if (!(await fails(lines.length)) || (await fails(1))) return undefined;
  let [from, to] = [0, lines.length];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (await fails(middle)) to = middle;
    else from = middle;
  }
  return to;
}

/** Whatever libvirt has against a text is the fault of that, unless it is about the guest or the login. */
function refused({ domain }: GuestCall, error: unknown): never {
  if (!(error instanceof LibvirtError)) throw error;
  const said = normalizeError(error, domain.name);
  if (!(said instanceof FleetError) || !OF_THE_TEXT.has(said.code)) throw said;
  throw new FleetError('op.refused', said.message, { fix: 'correct the text: nothing was changed', cause: error });
}

const OF_THE_TEXT: ReadonlySet<string> = new Set(['op.failed', 'op.refused', 'op.unsupported']);

async function warningsOf({ client, domain, signal }: GuestCall): Promise<readonly Warning[]> {
  const say = (detail: string): readonly Warning[] => [{ feature: 'vm.define', detail: `${domain.name} ${detail}` }];
  if (domain.id !== -1) return say('runs: what was changed acts at its next start');
  return (await isSaved(client, domain, signal)) ? say('is suspended: it wakes up as it was, without the change') : [];
}
