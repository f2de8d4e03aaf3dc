import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const NODES = 10;
const CREATED = '2026-01-01T00:00:00Z';
/** A list and all that is in it are of one version, for nothing changes here. */
const VERSION = '1000';

const named = (kind: string, name: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, uid: `${kind}-${name}`, resourceVersion: VERSION, creationTimestamp: CREATED },
});

const nodeName = (index: number): string => `node-${String(index).padStart(2, '0')}`;

function pod(index: number) {
  const base = named('Pod', `pod-${String(index + 1).padStart(4, '0')}`);
  const container = { name: 'main', image: 'example/main:1' };
  return {
    ...base,
    metadata: { ...base.metadata, namespace: 'default' },
    spec: { nodeName: nodeName(index % NODES), containers: [container] },
    status: {
      phase: 'Running',
      podIP: `10.0.${index >> 8}.${index & 255}`,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ ...container, ready: true, restartCount: 0, state: { running: { startedAt: CREATED } } }],
    },
  };
}

const RESOURCES = [
  { name: 'pods', singularName: 'pod', kind: 'Pod', namespaced: true, shortNames: ['po'] },
  { name: 'namespaces', singularName: 'namespace', kind: 'Namespace', namespaced: false, shortNames: ['ns'] },
  { name: 'nodes', singularName: 'node', kind: 'Node', namespaced: false, shortNames: ['no'] },
].map((resource) => ({ ...resource, verbs: ['get', 'list', 'watch'] }));

/**
 * As much of a Kubernetes API server, on a free port of this machine, as a program needs that only shows pods: all of
 * them run, and nothing ever changes. Everything is allowed, to everybody. It does not keep this process alive.
 * The protocol: https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export async function serveKubeApi(pods: number): Promise<{ readonly url: string }> {
  const items: Readonly<Record<string, readonly object[]>> = {
    pods: Array.from({ length: pods }, (_, index) => pod(index)),
    namespaces: [{ ...named('Namespace', 'default'), status: { phase: 'Active' } }],
    nodes: Array.from({ length: NODES }, (_, index) => named('Node', nodeName(index))),
  };
  const answers: Readonly<Record<string, object>> = {
    '/version': { major: '1', minor: '34', gitVersion: 'v1.34.0' },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: RESOURCES },
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      status: { allowed: true },
    },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, name = ''] = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?(\w+)$/.exec(pathname) ?? [];
    const { kind } = RESOURCES.find((resource) => resource.name === name) ?? {};
    const answer = (body: object) => response.end(JSON.stringify(body));
    response.setHeader('Content-Type', 'application/json');
    if (answers[pathname]) answer(answers[pathname]);
    else if (!kind) {
      response.statusCode = 404;
      answer({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code: 404 });
    } else if (searchParams.get('watch') === 'true') {
      startWatch(response, kind, searchParams.get('sendInitialEvents') === 'true' ? (items[name] ?? []) : undefined);
    } else {
      answer({ apiVersion: 'v1', kind: `${kind}List`, metadata: { resourceVersion: VERSION }, items: items[name] });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** What is there, if that is asked for, and the bookmark that says it was all; nothing then, and no end. */
function startWatch(response: ServerResponse, kind: string, initial: readonly object[] | undefined): void {
  response.flushHeaders();
  if (!initial) return;
  const bookmark = {
    apiVersion: 'v1',
    kind,
    metadata: { resourceVersion: VERSION, annotations: { 'k8s.io/initial-events-end': 'true' } },
  };
  const events = [...initial.map((object) => ({ type: 'ADDED', object })), { type: 'BOOKMARK', object: bookmark }];
  response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}
