/** A cloud that one has logged in to: its services, each reached by connections of its own kind. */
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Context, Endpoint } from '../contract.ts';
import { asRow } from '../lib/json.ts';
import { createHttp, type Http } from '../transport/http/http.ts';
import { createRest, type Login, type Rest, type RestFiles } from '../transport/http/rest.ts';
import { type HttpTarget, targetName } from '../transport/http/target.ts';
import type { Address } from './address.ts';
import { type Api, createApi } from './api.ts';
import { findService, onlyRegion } from './catalog.ts';
import { createLogin, type Pass } from './login.ts';
import { agreeOn, type Microversion, spellVersion } from './microversion.ts';
import { normalizeError } from './normalize-error.ts';
import type { ServiceKind } from './user-files/cloud-entry.ts';

/** A service that takes and gives files. */
export interface FileService {
  readonly rest: Rest & RestFiles;
  readonly target: HttpTarget;
}

export interface Cloud {
  readonly endpoint: EndpointName;
  readonly address: Address;
  /** Of the first login; roles may change with later ones. */
  readonly pass: Pass;
  readonly project: NonNullable<Pass['project']>;
  readonly region: string | undefined;
  readonly version: Microversion;
  /** Which cloud and region it is, whatever the login: `keystone:5000/v3 RegionOne`. */
  readonly place: string;
  /** For sentences: `demo in RegionOne`. */
  readonly name: string;
  compute(channel: string): Api;
  /** Undefined where the cloud has none, or it can't be reached as it says. */
  other(service: Exclude<ServiceKind, 'compute' | 'object'>): Api | undefined;
  /** The same, for files, over connections of their own. */
  files(service: 'image' | 'object'): FileService | undefined;
  /** Connections to a place that the cloud has named: a console. */
  open(target: HttpTarget, channel: string): Http;
  close(): void;
}

/** What a catalog may leave away at the end of an address; Cinder's has version and project in it. */
const VERSIONS = { image: '/v2', network: '/v2.0', volume: '', dns: '/v2', metric: '/v1', object: '' } as const;

/** A volume that is attached grows from here on (Pike, 2017); what is newer than Queens is not needed. */
const CINDER = '3.42';

/** A cloud that has just been started may take its time. */
const GREETING_MS = 60_000;

/** Logs in and finds Nova. Rejects with a FleetError; nothing is left open then. */
export async function openCloud(endpoint: Endpoint, address: Address, context: Context): Promise<Cloud> {
  const { clock, wire, ask, signal } = context;
  const closing = new AbortController();
  const opened = new Map<string, Http>();
  const open = (target: HttpTarget, channel: string): Http => {
    const key = `${channel} ${target.secure} ${targetName(target)}${target.base}`;
    const http = opened.get(key) ?? createHttp({ target, endpoint: endpoint.name, clock, wire, channel });
    opened.set(key, http);
    return http;
  };
  const close = () => {
    closing.abort();
    for (const http of opened.values()) http.close();
  };
  const login: Login<Pass> = createLogin({
    http: open(address.keystone, 'login'),
    clock,
    ask,
    address,
    signal: closing.signal,
  });

  try {
    const pass = await login.get(signal);
    const { project } = pass;
    if (!project) {
      throw new FleetError('config.invalid', `${endpoint.name}: the login is for no project`, {
        fix: 'name one as `project`',
      });
    }
    assertMeant(endpoint.name, address, project);
    /** `elsewhere`: the region of a service that no file and no field gives one. */
    const find = (service: ServiceKind, elsewhere?: string) => {
      const { url, ...choice } = address.service(service);
      const region = choice.region ?? elsewhere;
      if (url !== undefined) return { url, region: region ?? onlyRegion(pass.catalog) };
      return findService(pass.catalog, { service, ...choice, region });
    };
    const placeOf = (service: keyof typeof VERSIONS): HttpTarget | undefined => {
      try {
        const found = address.target(find(service, nova.region).url);
        const version = VERSIONS[service];
        return { ...found, base: found.base.endsWith(version) ? found.base : `${found.base}${version}` };
      } catch (error) {
        if (error instanceof FleetError) return undefined;
        throw error;
      }
    };
    const nova = find('compute');
    const target = novaTarget(address.target(nova.url));
    const http = open(target, 'control');
    const rest = createRest({ http, clock, login });
    const answer = await rest.read({ path: '/', signal, deadlineMs: GREETING_MS }).catch((error: unknown) => {
      throw normalizeError(error, `Nova at ${http.name}`);
    });
    const version = agreeOn(asRow(answer.body, http.name), http.name);

    return {
      endpoint: endpoint.name,
      address,
      pass,
      project,
      region: nova.region,
      place: `${targetName(address.keystone)}${address.keystone.base} ${nova.region ?? ''}`.trimEnd(),
      version,
      name: nova.region === undefined ? project.name : `${project.name} in ${nova.region}`,
      compute: (channel) =>
        createApi(createRest({ http: open(target, channel), clock, login }), 'compute', spellVersion(version)),
      other(service) {
        const its = placeOf(service);
        if (!its) return undefined;
        const rest = createRest({ http: open(its, service), clock, login });
        return createApi(rest, service, service === 'volume' ? CINDER : undefined);
      },
      files(service) {
        const its = placeOf(service);
        return its && { target: its, rest: createRest({ http: open(its, `${service} files`), clock, login }) };
      },
      open,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** An application credential is of its own project, whatever else is asked for: its servers must not pass for those of another. */
function assertMeant(name: EndpointName, { identity, scope }: Address, project: NonNullable<Pass['project']>): void {
  if (identity.kind !== 'application credential' || scope === undefined) return;
  const wanted = scope.project;
  // Keystone's databases take a name in any case.
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if ('id' in wanted ? wanted.id === project.id : same(wanted.name, project.name)) return;
  const meant = 'id' in wanted ? wanted.id : wanted.name;
  throw new FleetError('config.invalid', `${name}: its application credential is of ${project.name}, not of ${meant}`, {
    fix: 'take one that was made in that project, or leave `project` empty',
  });
}

/** Catalogs name `/v2.1`, the same with a project behind it, the older `/v2`, or what stands before all of them. */
function novaTarget(target: HttpTarget): HttpTarget {
  const [, before = target.base] = /^(.*?)\/v2(?:\.\d+)?(?:\/[^/]+)?$/.exec(target.base) ?? [];
  return { ...target, base: `${before}/v2.1` };
}
