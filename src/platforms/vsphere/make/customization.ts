/** How VMware Tools set up a guest: specifications that a vCenter keeps by name (CustomizationSpecManager). */
import { FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import { child } from '../../transport/xml.ts';
import type { Session } from '../session.ts';
import { type Xml, xml } from '../soap/envelope.ts';
import { isFault } from '../soap/fault.ts';
import { rewritten } from '../soap/rewrite.ts';

/** `spec` for CustomizeVM_Task, as the server keeps it. Rejects with op.refused where there is none of that name. */
export async function readCustomization(session: Session, name: string, signal: AbortSignal): Promise<Xml> {
  const target = session.content.customizationSpecManager;
  if (!target)
    throw new FleetError('op.unsupported', `${session.host} is a single ESX host, which has no customizations`);
  const args = xml`<name>${name}</name>`;
  const answer = await session
    .call({ target, method: 'GetCustomizationSpec', args, kind: 'reads', signal })
    .catch((error: unknown) => {
      if (!isFault(error, 'NotFound')) throw error;
      throw refused(
        `${session.host} has no customization ${JSON.stringify(name)}`,
        'name one of its VM customization specifications: govc customization.ls',
      );
    });
  const spec = child(child(answer, 'returnval'), 'spec');
  if (!spec) throw new FleetError('host.protocol', `${session.host}: the customization ${name} has no specification`);
  return rewritten('spec', spec);
}
