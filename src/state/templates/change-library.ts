import { FleetError } from '../../errors.ts';
import type { Audit } from '../files/audit.ts';
import { detailsOfChange, objectOfChange, type TemplateChange } from './change.ts';
import type { Library } from './library.ts';

/** Around the template library what the wrappers are around a connection: read-only, dry run and audit log. */
export interface LibraryChangeOptions {
  readonly audit: Audit;
  readonly readOnly: boolean;
  readonly dryRun: boolean;
  readonly warn: (message: string) => void;
}

/** False in a dry run, which writes nothing. Rejects as Library.change does. */
export async function changeLibrary(
  library: Library,
  change: TemplateChange,
  { audit, readOnly, dryRun, warn }: LibraryChangeOptions,
): Promise<boolean> {
  if (readOnly) throw new FleetError('op.refused', 'this run is read-only');
  const object = objectOfChange(change);
  const details = detailsOfChange(change);
  if (dryRun) {
    warn(`would change the template library: ${change.kind} ${object} ${JSON.stringify(details)}`);
    return false;
  }
  const end = await audit.begin({ action: change.kind, endpoint: '', object, arguments: details });
  try {
    await library.change(change, AbortSignal.timeout(30_000));
    await end();
    return true;
  } catch (error) {
    await end(error);
    throw error;
  }
}
