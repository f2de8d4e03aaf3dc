import { readFile, stat } from 'node:fs/promises';
import { resolve as resolvePath } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Field, Settings, SettingValue } from '../../platforms/contract.ts';
import { referenceOf } from '../fields.ts';
import { fileTrouble } from '../files/file-trouble.ts';
import type { Redactor } from '../files/redactor.ts';
import { CommandFailed, firstLineOf } from './secret-command.ts';

const COMMAND_DEADLINE_MS = 30_000;
const FILE_MAX = 64 * 1024;

/** Looks up where secrets are kept: `env:NAME`, `file:PATH`, `cmd:COMMAND`. What it finds is known to the redactor first. */
export interface Secrets {
  /**
   * The same values with every reference of a sensitive field replaced. Rejects with config.secret that names endpoint and
   * field, never what was found or run; with the signal's reason when it aborts. `whose`: what the fields are of, where that is
   * not the endpoint.
   */
  resolve(
    endpoint: EndpointName,
    fields: readonly Field[],
    values: Settings,
    signal: AbortSignal,
    whose?: string,
  ): Promise<Settings>;
  /** Asks the commands of this endpoint again next time: its login was rejected, so the password may be a new one. */
  forget(endpoint: EndpointName): void;
}

export interface SecretsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Relative paths of `file:` start here: the directory of the configuration. */
  readonly directory: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
}

/** Why there is no secret, to follow `host1: Password: `. */
class NoSecret extends Error {}

export function createSecrets({ env, home, directory, clock, redactor }: SecretsOptions): Secrets {
  // Commands ask people (a passphrase, a touch): once per run is enough, however often the link drops.
  const remembered = new Map<EndpointName, Map<string, string>>();

  const fromEnvironment = (name: string): string => {
    const value = env[name];
    if (!value) throw new NoSecret(`the environment variable ${name} is not set`);
    return value;
  };

  const fromFile = async (path: string): Promise<string> => {
    const file = resolvePath(directory, path.replace(/^~(?=\/)/, home));
    try {
      const { size } = await stat(file).then((found) => {
        // A named pipe would wait for ever.
        if (!found.isFile()) throw new NoSecret(`${path} is not a regular file`);
        return found;
      });
      if (size > FILE_MAX) throw new NoSecret(`${path} is larger than any secret`);
      const text = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
      if (text === '') throw new NoSecret(`${path} is empty`);
      return text;
    } catch (error) {
      if (error instanceof NoSecret) throw error;
      throw new NoSecret(`${path} can't be read: ${fileTrouble(error)}`);
    }
  };

  const fromCommand = async (endpoint: EndpointName, command: string, signal: AbortSignal): Promise<string> => {
    const known = remembered.get(endpoint)?.get(command);
    if (known !== undefined) return known;
    try {
      const secret = await firstLineOf(command, clock, COMMAND_DEADLINE_MS, signal);
      const ofEndpoint = remembered.get(endpoint) ?? new Map<string, string>();
      remembered.set(endpoint, ofEndpoint.set(command, secret));
      return secret;
    } catch (error) {
      if (error instanceof CommandFailed) throw new NoSecret(`its command ${error.message}`);
      throw error;
    }
  };

  const lookUp = async (endpoint: EndpointName, value: SettingValue, signal: AbortSignal): Promise<string> => {
    const reference = referenceOf(value);
    switch (reference?.from) {
      case 'env':
        return fromEnvironment(reference.what);
      case 'file':
        return fromFile(reference.what);
      case 'cmd':
        return fromCommand(endpoint, reference.what, signal);
      default:
        return String(value);
    }
  };

  return {
    async resolve(endpoint, fields, values, signal, whose) {
      const resolved: Record<string, SettingValue> = { ...values };
      for (const { key, label, sensitive } of fields) {
        const value = values[key];
        if (!sensitive || value === undefined || value === '') continue;
        try {
          const secret = await lookUp(endpoint, value, signal);
          redactor.add(secret);
          resolved[key] = secret;
        } catch (error) {
          if (!(error instanceof NoSecret)) throw error;
          throw new FleetError('config.secret', `${endpoint}: ${label}: ${error.message}`, {
            fix: `see what "${key}" of ${whose ?? endpoint} says${whose === undefined ? ' in the configuration' : ''}, and try that by hand`,
          });
        }
      }
      return resolved;
    },
    forget: (endpoint) => void remembered.delete(endpoint),
  };
}
