import { FleetError } from '../../errors.ts';
import { redacted } from '../fields.ts';
import type { Audit } from '../files/audit.ts';
import type { ConfigChange } from './change.ts';
import type { Config, PlatformFields } from './model.ts';
import type { ConfigStore } from './store.ts';

/** Around the configuration file what the wrappers are around a connection: read-only, dry run and audit log. */
export interface ConfigChangeOptions {
  readonly configStore: ConfigStore;
  readonly fieldsOf: PlatformFields;
  readonly audit: Audit;
  readonly readOnly: boolean;
  readonly dryRun: boolean;
  readonly warn: (message: string) => void;
}

/** Answers the configuration with the change in it; undefined in a dry run, which writes nothing. */
export async function changeConfig(
  change: ConfigChange,
  basedOn: Config | undefined,
  { configStore, fieldsOf, audit, readOnly, dryRun, warn }: ConfigChangeOptions,
): Promise<Config | undefined> {
  if (readOnly) throw new FleetError('op.refused', 'this run is read-only');
  const logged = withoutSecrets(change, configStore.current.config, fieldsOf);
  if (dryRun) {
    warn(`would write to ${configStore.file}: ${JSON.stringify(logged)}`);
    return undefined;
  }
  const end = await audit.begin({ action: change.kind, endpoint: '', object: configStore.file, arguments: logged });
  try {
    const { config } = await configStore.edit(change, {
      signal: AbortSignal.timeout(10_000),
      ...(basedOn && { basedOn }),
    });
    await end();
    return config;
  } catch (error) {
    await end(error);
    throw error;
  }
}

/** A secret that was typed into a form is not known to the redactor yet. */
function withoutSecrets(change: ConfigChange, { endpoints }: Config, fieldsOf: PlatformFields): ConfigChange {
  if (change.kind !== 'endpoint-add' && change.kind !== 'endpoint-edit') return change;
  const platform = change.kind === 'endpoint-add' ? change.platform : endpoints.get(change.name)?.platform;
  const given = Object.entries(change.values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return { ...change, values: redacted(fieldsOf.get(platform ?? '') ?? [], Object.fromEntries(given)) };
}
