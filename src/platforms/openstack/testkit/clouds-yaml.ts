/** Endpoints of a user whose home is /home/anna, who works in /work and has these files. */
import { endpointName } from '../../../ids.ts';
import type { Settings } from '../../contract.ts';
import { type Address, addressOf } from '../address.ts';
import type { Surroundings } from '../user-files/clouds-files.ts';

type Texts = Readonly<Record<string, string>>;

export const around = (files: Texts, env: Texts = {}): Surroundings => ({
  env,
  home: '/home/anna',
  directory: '/work',
  text: async (path: string) => files[path],
});

/** `yaml` is the clouds.yaml of the working directory. */
export const readYaml = (yaml: string, values: Settings = { cloud: 'c' }, more: Texts = {}): Promise<Address> =>
  addressOf(
    { name: endpointName('lab'), platform: 'openstack', values },
    around({ '/work/clouds.yaml': yaml, ...more }),
  );

/** The cloud c with these keys, and an endpoint with these fields beside. */
export const cloud = (inside: string, values: Settings = {}): Promise<Address> =>
  readYaml(`clouds: {c: {${inside}}}`, { cloud: 'c', ...values });

/** Without any file. */
export const own = (values: Settings): Promise<Address> =>
  addressOf(
    { name: endpointName('lab'), platform: 'openstack', values: { 'auth-url': 'https://k', ...values } },
    around({}),
  );

export const AUTH = 'auth_url: https://k, username: u, password: p';
