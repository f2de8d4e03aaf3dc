/** Who may import whom: ARCHITECTURE.md's picture as a table that is checked. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly layer: string;
  /** Paths from src/; a folder ends in a slash, and `*` is the name of one. */
  readonly is: readonly string[];
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
  /** Layers and packages that are loaded only when they are needed: `import()` or types. */
  readonly lazily?: readonly string[];
}

const LAYERS: readonly Row[] = [
  {
    layer: 'leaf',
    is: [
      'units.ts',
      'ids.ts',
      'errors.ts',
      'clock.ts',
      'gate.ts',
      'host-names.ts',
      'login-user.ts',
      'shell-word.ts',
      'archive-path.ts',
      'tar-header.ts',
      'zip-header.ts',
      'nearest.ts',
      'version.ts',
      'screen-options.ts',
      'compiled-code.ts',
      'palette.ts',
    ],
    imports: [],
  },
  { layer: 'contract', is: ['platforms/contract.ts', 'platforms/contract/'], imports: ['leaf'] },
  {
    layer: 'testkit',
    is: [
      'platforms/testkit.ts',
      'platforms/testkit-clock.ts',
      'platforms/testkit-link.ts',
      'platforms/testkit-display.ts',
    ],
    imports: ['leaf', 'contract'],
  },
  {
    layer: 'transport',
    is: ['platforms/transport/'],
    imports: ['leaf', 'contract'],
    packages: ['sax'],
    lazily: ['ssh2', 'ws'],
  },
  // Files of another machine. It knows no platform: a stream goes in.
  { layer: 'sftp', is: ['sftp/'], imports: ['leaf', 'contract'] },
  { layer: 'wrap', is: ['platforms/wrap/'], imports: ['leaf', 'contract'] },
  { layer: 'registry', is: ['platforms/registry.ts'], imports: ['contract', 'manifest'], lazily: ['platform'] },
  { layer: 'manifest', is: ['platforms/*/manifest.ts'], imports: ['leaf', 'contract', 'fields'] },
  // Loaded with the manifests.
  {
    layer: 'fields',
    is: [
      'platforms/lib/fields.ts',
      'platforms/lib/field-kinds.ts',
      'platforms/lib/provision-fields.ts',
      'platforms/*/*/fields.ts',
    ],
    imports: ['leaf', 'contract'],
  },
  // Files of other tools: read by the import and by the connection.
  {
    layer: 'user files',
    is: ['platforms/user-files/', 'platforms/*/user-files/'],
    imports: ['leaf'],
    lazily: ['yaml'],
  },
  {
    layer: 'lib',
    is: ['platforms/lib/'],
    imports: ['leaf', 'contract', 'transport', 'user files'],
    packages: ['unixcrypt'],
  },
  {
    layer: 'platform',
    is: ['platforms/*/'],
    imports: ['leaf', 'contract', 'transport', 'lib', 'manifest', 'fields', 'testkit', 'user files', 'sftp'],
  },
  { layer: 'terminal', is: ['terminal/'], imports: ['leaf'], packages: ['string-width'] },
  {
    layer: 'store hook',
    is: ['state/fleet/use-store.ts'],
    imports: ['leaf', 'contract', 'state'],
    packages: ['react'],
  },
  { layer: 'state', is: ['state/'], imports: ['leaf', 'contract'], lazily: ['yaml', 'conf', 'diff'] },
  // Who is told of what, beside the screen.
  {
    layer: 'notify',
    is: ['notify/'],
    imports: ['leaf', 'contract', 'state', 'transport', 'terminal'],
    lazily: ['nodemailer'],
  },
  // Catalogs of appliances, and what is in their files.
  { layer: 'appliances', is: ['appliances/'], imports: ['leaf', 'contract', 'state', 'transport'] },
  { layer: 'crash', is: ['crash/'], imports: ['leaf', 'state'] },
  // When a console whose link dropped is tried again, and what is said of it.
  { layer: 'link', is: ['link/'], imports: ['leaf'] },
  // Displays of VMs, for a terminal. It knows no platform: bytes go in, bytes come out.
  { layer: 'display', is: ['display/'], imports: ['leaf', 'terminal', 'link'], lazily: ['pngjs'] },
  // Serial consoles that are kept open, on a screen of their own.
  {
    layer: 'console',
    is: ['console/'],
    imports: ['leaf', 'contract', 'terminal', 'display', 'link'],
    lazily: ['@xterm/headless'],
  },
  { layer: 'actions', is: ['actions/'], imports: ['leaf', 'contract', 'state', 'sftp'], lazily: ['display'] },
  {
    layer: 'screens',
    is: ['screens/'],
    imports: ['leaf', 'contract', 'state', 'store hook', 'actions', 'terminal', 'console'],
    packages: ['ink', 'ink-select-input', 'react'],
    lazily: ['display'],
  },
  // Platforms that the configuration names, from outside of the program.
  {
    layer: 'plugins',
    is: ['plugins/'],
    imports: ['leaf', 'contract', 'registry', 'state', 'lib', 'transport'],
  },
  {
    layer: 'compose',
    is: ['compose.ts'],
    imports: ['leaf', 'contract', 'registry', 'wrap', 'state', 'actions', 'notify'],
    lazily: ['appliances'],
  },
  {
    layer: 'cli',
    is: ['cli.ts', 'cli/'],
    imports: [
      'leaf',
      'contract',
      'registry',
      'user files',
      'state',
      'actions',
      'terminal',
      'crash',
      'compose',
      'plugins',
      'console',
      'link',
    ],
    lazily: ['display', 'yaml'],
  },
  {
    layer: 'app',
    is: ['app.tsx'],
    imports: [
      'leaf',
      'contract',
      'state',
      'store hook',
      'actions',
      'screens',
      'terminal',
      'crash',
      'compose',
      'plugins',
    ],
    packages: ['ink', 'react'],
  },
  {
    layer: 'plain',
    is: ['plain/'],
    imports: ['leaf', 'contract', 'state', 'actions', 'screens', 'terminal', 'crash', 'compose', 'plugins'],
  },
  { layer: 'start', is: ['drover.ts'], imports: ['leaf', 'terminal', 'crash'], lazily: ['app', 'cli', 'plain'] },
];

/** The library that a platform is made of, for its folder alone. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  aws: [
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-route-53',
    '@aws-sdk/client-elastic-load-balancing-v2',
    '@aws-sdk/client-ec2-instance-connect',
    '@aws-sdk/client-pricing',
    '@aws-sdk/s3-request-presigner',
    '@aws-sdk/client-ec2',
    '@aws-sdk/credential-providers',
  ],
  openstack: ['ws'],
  proxmox: ['ws'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly lazy: boolean;
}

const SOURCE = new URL('../src/', import.meta.url);

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path));

const isFile = new Set(files);

const IMPORT = /\b(import\()\s*'([^']+)'|^(?:import|export)\s+(type\s)?(?:[^'";]*\sfrom\s+)?'([^']+)'/gm;

/** What a file imports: files from src/, and packages by name. Node's own modules are everybody's. */
const importsOf = once((file): readonly Import[] => {
  const text = readFileSync(new URL(file, SOURCE), 'utf8');
  return [...text.matchAll(IMPORT)]
    .map(([, call, called, type, named]) => {
      const target = called ?? named ?? '';
      const to = target.startsWith('.') ? normalize(`${dirname(file)}/${target}`) : packageOf(target);
      // Types of one's own files bind as any import does; types of a package cost nothing.
      const lazy = call !== undefined || (type !== undefined && !target.startsWith('.'));
      return { from: file, to, lazy };
    })
    .filter(({ to }) => !to.startsWith('node:'));
});

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

const PATTERNS = LAYERS.map(({ is }) => new RegExp(is.map((place) => `^${patternOf(place)}`).join('|')));

function patternOf(place: string): string {
  const pattern = place.replaceAll('.', '\\.').replaceAll('*', '[^/]+');
  return place.endsWith('/') ? pattern : `${pattern}$`;
}

const rowOf = once((path): Row | undefined => LAYERS[PATTERNS.findIndex((pattern) => pattern.test(path))]);

/** Each file is asked about many times. */
function once<T>(answer: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    if (!known.has(path)) known.set(path, answer(path));
    return known.get(path) as T;
  };
}

const platformOf = (path: string): string | undefined => /^platforms\/([^/]+)\//.exec(path)?.[1];

/** Undefined for an import that may be. */
function complaint({ from, to, lazy }: Import): string | undefined {
  const row = rowOf(from);
  if (!row) return `${from} has no row in the table of layers`;
  const target = isFile.has(to) ? rowOf(to) : undefined;
  const name = target?.layer ?? to;
  if (platformOf(from) !== platformOf(to) && row.layer === 'platform' && name === 'platform') {
    return `${from} imports another platform: ${to}`;
  }
  const own = LIBRARIES[platformOf(from) ?? ''] ?? [];
  const allowed = [row.layer, ...row.imports, ...(row.packages ?? []), ...own];
  if (allowed.includes(name)) return undefined;
  if (row.lazily?.includes(name)) return lazy ? undefined : `${from} (${row.layer}) must load ${to} lazily`;
  return `${from} (${row.layer}) must not import ${to} (${name})`;
}

it('has a row for every file, and a file for every row', () => {
  expect(files.filter((file) => !rowOf(file))).toEqual([]);
  const used = new Set(files.map((file) => rowOf(file)?.layer));
  // These two come with the screen.
  const later = ['store hook', 'app'];
  expect(LAYERS.map(({ layer }) => layer).filter((layer) => !used.has(layer) && !later.includes(layer))).toEqual([]);
});

describe.each(LAYERS)('$layer', ({ layer }) => {
  it('imports only what it may', () => {
    const own = files.filter((file) => rowOf(file)?.layer === layer);
    expect(own.flatMap(importsOf).map(complaint).filter(Boolean)).toEqual([]);
  });
});

it('has no circle of imports, not even of types', () => {
  const importsBy = new Map(files.map((file) => [file, importsOf(file).map(({ to }) => to)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' > '));
    if (start >= 0 || done.has(file)) return;
    for (const to of importsBy.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

it('has no file that is too long to be read in one go', () => {
  const long = files.filter((file) => readFileSync(new URL(file, SOURCE), 'utf8').split('\n').length > 400);
  expect(long).toEqual([]);
});

it('loads each platform only when it is needed', () => {
  const eager = importsOf('platforms/registry.ts').filter(({ lazy }) => !lazy);
  expect(eager.filter(({ to }) => platformOf(to)).every(({ to }) => to.endsWith('/manifest.ts'))).toBe(true);
});

it('asks nowhere which platform it is, but in the folder of one', () => {
  const names = new Set(files.filter((file) => rowOf(file)?.layer === 'manifest').map(platformOf));
  const question = new RegExp(`[!=]==?\\s*['"\`](?:${[...names].join('|')})['"\`]|case '(?:${[...names].join('|')})'`);
  const asking = files.filter(
    (file) => !platformOf(file) && question.test(readFileSync(new URL(file, SOURCE), 'utf8')),
  );
  expect(names.size).toBeGreaterThan(0);
  expect(asking).toEqual([]);
});

describe('the table itself', () => {
  it.each<[string, Import]>([
    ['a platform that imports state', { from: 'platforms/kvm/index.ts', to: 'state/fleet/store.ts', lazy: false }],
    ['a platform that imports another', { from: 'platforms/kvm/index.ts', to: 'platforms/fake/index.ts', lazy: false }],
    ['an action that imports a screen', { from: 'actions/vm.ts', to: 'screens/frame/look.ts', lazy: false }],
    ['ink in state', { from: 'state/fleet/store.ts', to: 'ink', lazy: false }],
    ['ssh2 that is always loaded', { from: 'platforms/transport/ssh/ssh.ts', to: 'ssh2', lazy: false }],
    ['a library in a manifest', { from: 'platforms/fake/manifest.ts', to: 'ssh2', lazy: false }],
    ['a folder without a row', { from: 'helpers/text.ts', to: 'units.ts', lazy: false }],
  ])('complains of %s', (_what, edge) => expect(complaint(edge)).toBeDefined());

  it('sees every way to import', () => {
    const found = (text: string) => [...text.matchAll(IMPORT)].map(([, , called, , named]) => called ?? named);
    expect(found(`import type { A } from './a.ts';\nimport {\n  b,\n} from './b.ts';`)).toEqual(['./a.ts', './b.ts']);
    expect(found(`import './c.ts';\nexport * from './d.ts';\nconst e = await import('e');`)).toEqual([
      './c.ts',
      './d.ts',
      'e',
    ]);
  });
});
