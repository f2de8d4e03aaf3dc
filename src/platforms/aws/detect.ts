import { FleetError } from '../../errors.ts';
import { endpointNameFor } from '../../ids.ts';
import type { Detected } from '../contract.ts';
import { around, type Env, readAwsFiles, wordIn } from './user-files/profiles.ts';

/** The profiles of this user that have a region; a user who has one has used the AWS tools before. Looks at files only. */
export async function detectHere(env: Env = process.env): Promise<readonly Detected[]> {
  const files = await readAwsFiles(around(env)).catch((error: unknown) => {
    // A broken file is reported when it is used.
    if (error instanceof FleetError) return undefined;
    throw error;
  });
  return [...(files?.profiles ?? [])].flatMap(([profile, values]) => {
    const region = wordIn(values, 'region');
    if (region === undefined) return [];
    return {
      name: endpointNameFor(`${profile === 'default' ? 'aws' : profile}-${region}`),
      why: `~/.aws has the profile ${profile}`,
      values: { profile, region },
    };
  });
}
