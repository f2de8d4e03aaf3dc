/** The module of a plugin, as a platform. It runs with all rights of the user: only what the configuration names comes here. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FleetError, sentence } from '../errors.ts';
import type { Platform } from '../platforms/contract.ts';
import { plainLine } from '../platforms/transport/http/wire.ts';
import type { Description } from './description.ts';
import { probe } from './probe.ts';
import { type Toolbox, toolbox } from './toolbox.ts';

/** What the default export of a plugin's module is. */
export type MakePlatform = (drover: Toolbox) => Platform | Promise<Platform>;

/** A plugin that loads nothing but files is there long before. */
const PATIENCE_MS = 20_000;

/**
 * Rejects with config.invalid, and a sentence without the plugin's name. A module that throws, never ends to load, or ends the
 * process is found in a thread, before it is loaded here.
 */
export async function loadPlugin({ folder, module }: Description, patienceMs = PATIENCE_MS): Promise<Platform> {
  const { href } = pathToFileURL(join(folder, module));
  const trouble = await probe(href, patienceMs);
  if (trouble !== undefined) throw broken(trouble);
  try {
    const { default: make }: { default: MakePlatform } = await import(/* @vite-ignore */ href);
    return checked(await make(toolbox));
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw broken(`it throws: ${sentence(error)}`, error);
  }
}

/** What a module throws may be anything: it is shown as one plain line. */
const broken = (why: string, cause?: unknown): FleetError =>
  new FleetError('config.invalid', plainLine(why), { cause });

function checked(platform: Platform): Platform {
  const missing = (['connect', 'test'] as const).filter((name) => typeof platform?.[name] !== 'function');
  if (missing.length > 0) throw broken(`its platform has no ${missing.join(' and no ')}`);
  return platform;
}
