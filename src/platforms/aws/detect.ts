import { isEndpointName } from '../../ids.ts';
import type { Detected } from '../contract.ts';
import { type Env, readProfiles } from './shared-config.ts';

/** The profiles of this user that have a region; whoever has one has used the AWS tools before. Looks at files only. */
export async function detectHere(env: Env = process.env): Promise<readonly Detected[]> {
  const profiles = await readProfiles(env);
  return [...profiles].flatMap(([profile, { region }]) => {
    if (region === undefined) return [];
    const name = `${profile === 'default' ? 'aws' : profile}-${region}`.replace(/[^A-Za-z0-9._-]+/g, '-');
    return {
      name: isEndpointName(name) ? name : `aws-${region}`,
      why: `~/.aws has the profile ${profile}`,
      values: { profile, region },
    };
  });
}
