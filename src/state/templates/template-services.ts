import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Config } from '../config/model.ts';
import { dataDirectory } from '../config/paths.ts';
import { chosenFolder } from '../config/preferences.ts';
import type { Audit } from '../files/audit.ts';
import { homeOf } from '../files/home.ts';
import { detailsOfChange, objectOfChange, type TemplateChange } from './change.ts';
import { createLibrary, type Library } from './library.ts';

export interface TemplateServicesOptions {
  readonly config: () => Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The ids of all that there are. */
  readonly platforms: readonly string[];
  readonly audit: Audit;
  readonly readOnly: boolean;
  readonly dryRun: boolean;
  readonly warn: (message: string) => void;
}

export interface TemplateServices {
  /** The template library, in the folder that the configuration says now. */
  templates(): Library;
  /** Changes it. Rejects as Library.change does. False when nothing was written, since this is a dry run. */
  changeTemplates(change: TemplateChange): Promise<boolean>;
}

const CHANGE_MS = 30_000;

/** Around the template library what the wrappers are around a connection: read-only, dry run and audit log. */
export function templateServices(options: TemplateServicesOptions): TemplateServices {
  const { config, env, clock, platforms, audit, readOnly, dryRun, warn } = options;

  const templates = () => {
    const home = homeOf(env);
    const folder = chosenFolder(config().file, 'templates', home);
    return createLibrary(folder ?? join(dataDirectory(env, home), 'templates'), platforms, clock);
  };

  return {
    templates,
    async changeTemplates(change) {
      if (readOnly) throw new FleetError('op.refused', 'this run is read-only');
      const object = objectOfChange(change);
      const details = detailsOfChange(change);
      if (dryRun) {
        warn(`would change the template library: ${change.kind} ${object} ${JSON.stringify(details)}`);
        return false;
      }
      const end = await audit.begin({ action: change.kind, endpoint: '', object, arguments: details });
      try {
        await templates().change(change, AbortSignal.timeout(CHANGE_MS));
        await end();
        return true;
      } catch (error) {
        await end(error);
        throw error;
      }
    },
  };
}
