import { readFile } from 'node:fs/promises';
import {
  type EndpointField,
  type Manifest,
  operations,
  type SettingsField,
  type SettingsMode,
} from '../../src/platforms/contract.ts';
import { spell } from '../../src/state/fields.ts';
import type { Generated } from './generated.ts';
import { platformFolders } from './platform-folders.ts';

/** Written by the contract suite: the operations that it has seen working against a platform's server. */
const SUPPORT = new URL('../../docs/support.json', import.meta.url);

const MODES: Readonly<Record<SettingsMode, string>> = {
  'edit-config': 'saved',
  'edit-running': 'running',
  'edit-image': 'template',
  provision: 'new VM',
};

export const generated: Generated = {
  path: 'docs/platforms.md',
  async make() {
    const manifests = (await platformFolders()).map(({ manifest }) => manifest);
    const support: Record<string, readonly string[]> = JSON.parse(await readFile(SUPPORT, 'utf8'));
    return `# Platforms

Written by \`npm run gen\` from the manifests in \`src/platforms\` and from \`support.json\`. The last chapter,
[How a platform is built](#how-a-platform-is-built), is for those who read or write one.

${manifests.map(chapter).join('\n')}
## Operations

An operation is marked when the contract suite has seen it working against a server of that platform
(\`DROVER_RECORD_SUPPORT=1\`, see \`test/contract\`). An empty cell is unproven or missing; where it is missing, the
program says why.

${table(['Operation', ...manifests.map(({ title }) => title)], matrix(manifests, support))}
${HOW_A_PLATFORM_IS_BUILT}`;
  },
};

/** The part that no manifest says. */
const HOW_A_PLATFORM_IS_BUILT = `## How a platform is built

For those who read or write one; the steps to a new one are in [CONTRIBUTING.md](../CONTRIBUTING.md#adding-a-platform), the
promises in [contract.md](contract.md). A platform is a folder in \`src/platforms\` that turns what a server says into objects
and feeds of the contract, and methods of the contract into requests. It may import the contract, \`lib/\`, \`transport/\`, the
leaves (\`ids.ts\`, \`errors.ts\`, \`units.ts\`, \`clock.ts\`, \`gate.ts\`, \`host-names.ts\` …), its own files and its own
library; nothing of the program, and no other platform.

### What is there already

Read this first, so that nothing of it is written again.

| File | What it does |
| --- | --- |
| \`transport/http/target.ts\` | \`readHttpTarget\`: what people write as an address, with the rules for plain HTTP |
| \`transport/http/http.ts\` | \`createHttp\`: requests with deadline, limits, TLS, budget and the wire log; any status is an answer |
| \`transport/http/rest.ts\` | \`createRest\`: JSON over that; repeats reads when the server is busy, renews a login once after a 401, never repeats a change |
| \`transport/http/rest-token.ts\` | \`createTokens\`: a login that is made when first needed, for all who wait, and never again once it was rejected. \`createRest\` takes \`{ ...tokens, headers }\` as its \`login\` |
| \`transport/http/rest-error.ts\` | \`StatusError\`, an answer that says no; \`statusError\`, what its status means where nobody knows better |
| \`transport/http/rest-pages.ts\`, \`rest-operation.ts\` | lists that come in pages; what a server does by itself, followed to its end |
| \`transport/http/wire.ts\` | \`plainLine\`: words of a server as one clean line |
| \`transport/json.ts\`, \`xml.ts\` | readers that no answer can stop or blow up (\`createRest\` has the first one built in) |
| \`transport/ssh/\`, \`tls.ts\`, \`socket.ts\`, \`http/websocket.ts\` | other ways to a server |
| \`transport/check.ts\` | \`step\`, \`resolveName\`, \`upToFailure\`: what \`Platform.test\` is made of |
| \`clock.ts\` | \`wait\`, and \`createNap\` for a pause that an operation of the same connection ends early |
| \`lib/listed.ts\` | lists of the endpoint: \`noListed\`, \`refuseTakenName\`, \`overlapping\`, and \`lacking\` for \`whyNot\` |
| \`lib/snapshots.ts\` | \`noSnapshot\`, \`refuseTaken\`, and what is lost with a snapshot |
| \`lib/parts.ts\` | disks and NICs of a VM as objects, out of its details; the sentences of a platform that makes none of them yet |
| \`lib/provision-fields.ts\` | fields of what a new VM is made of, for manifests |
| \`lib/seed/\`, \`lib/spec-values.ts\` | \`readGuest\`, \`writeSeed\`: what a new guest is told at its first start, for cloud-init and Ignition |
| \`transport/http/multipart.ts\`, \`body-stream.ts\` | bodies that are sent in pieces, also as a file in a form |
| \`lib/take-back.ts\` | \`takeBack\`: what was made for something that failed goes again, the last first, or is named with its command |
| \`lib/iso9660/\` | \`writeIso\`: the medium that cloud-init reads |
| \`lib/refuse-stale.ts\` | \`refuseStale\`: \`op.conflict\` when a form was filled with values that are old by now |

### A folder, in the order in which to read it

The names are those of most platforms; a small one has several in one file, a large one has folders (\`kvm/link\`,
\`kvm/watch\`, \`kvm/vm\`).

| File | What is in it |
| --- | --- |
| \`README.md\` | versions tried, rights needed, how it reads and writes, known gaps |
| \`manifest.ts\` | id, title, fields of an endpoint, settings of a VM; always loaded |
| \`index.ts\` | \`platform\`: \`connect\`, \`test\`, \`detect\`; nothing else |
| \`address.ts\` | fields of an endpoint as the place that requests go to |
| \`login.ts\`, \`session.ts\` | how requests show who sends them; how that is renewed |
| \`api.ts\` | the server's idea of a request, in a few methods that name a \`subject\` for sentences; every trouble leaves it as a \`FleetError\` |
| \`normalize-error.ts\` | the table of the server's words and our codes; called by \`api.ts\` alone |
| \`json.ts\` | reads values out of answers: throws \`host.protocol\` for what must be there, \`undefined\` for what need not be |
| \`states.ts\` | the server's words for states, as ours; an unknown word is \`unknown\` |
| \`vm-row.ts\`, \`rows.ts\` | what the server lists, as rows: the only place that knows both shapes |
| \`roster.ts\` | what is known of the VMs while they are watched; compares rows and answers what has changed |
| \`sampler.ts\`, \`samples.ts\` | columns of figures out of a list or a counter |
| \`watch.ts\` | the loop, or the long poll: inventory, \`complete\`, then changes and samples until the signal aborts |
| \`info.ts\`, \`node-info.ts\` | what is read when a user looks at one object |
| \`lifecycle.ts\`, \`settings.ts\`, \`delete.ts\`, \`snapshot-ops.ts\` | what is done to a VM, each method one request or a few |
| \`networks.ts\`, \`images.ts\`, \`storages.ts\`, \`volumes.ts\` | what is listed of the endpoint, each list whole |
| \`connection.ts\` | puts all of that together: groups of methods, \`whyNot\`, \`watch\`, \`close\`. No decision stands here |
| \`checks.ts\` | \`Platform.test\`: what stands between a user and the VMs, in order |
| \`detect.ts\`, \`user-files/\` | what other tools have configured on this machine |
| \`testkit.ts\`, \`testkit/\` | the private server, and the facts that the contract suite goes by |

Tests stand beside their file. \`normalize-error.test.ts\` and \`states.test.ts\` are tables; \`watch.test.ts\` owns the clock.

### Which one to look at

- \`fake\` is the whole contract and no wire: read it for what a method answers (\`power.ts\`, \`deletion.ts\`,
  \`network-ops.ts\`). It has no transport, no \`api.ts\`, no \`normalize-error.ts\` and no \`checks.ts\`.
- \`proxmox\` is REST with one address, a login that runs out, and polling. Of it \`api.ts\`, \`login.ts\`,
  \`normalize-error.ts\` and \`testkit.ts\` show how the pieces of \`transport/http/\` fit together.
- \`openstack\` is several REST services behind one login, with the checks written by \`transport/check.ts\`; \`vsphere\` is
  SOAP with a long poll; \`aws\` is an SDK; \`kvm\` is a binary protocol that pushes, over SSH, TLS or a socket.

### What is often wrong at first

- \`Context.signal\` ends with the attempt to connect: it is for requests of \`connect\` and \`test\`. The login of
  \`createTokens\` is not given a signal at all: it hangs on the controller that \`close()\` aborts.
- An answer to a change is read as an answer to a question: what is not as expected is then \`host.protocol\`, though the
  server may have done it. That is \`outcome.unknown\`; and a 202 or 204 may have no body.
- A VM that went while it was asked for is \`vm.not-found\`. \`statusError\` does not know that: a 404 is \`op.failed\` to it,
  so the table has to say what was not found.
- The pause of a poll begins after its answer, and the interval is over before the next one. Take the time that the request
  took from the pause, where requests are slow.
- Something is asked for each VM at each tick. Ask one list; ask the rest only of those that \`interest()\` names.
- A new array of \`ids\` at each tick, 0 for figures that nobody knows, or figures of a VM that is off. `;

const matrix = (manifests: readonly Manifest[], support: Readonly<Record<string, readonly string[]>>) =>
  Object.keys(operations).map((operation) => [
    `\`${operation}\``,
    ...manifests.map(({ id }) => (support[id]?.includes(operation) ? 'yes' : '')),
  ]);

function chapter(manifest: Manifest): string {
  return `## ${manifest.title}

${manifest.summary}
Platform \`${manifest.id}\`, ${manifest.tier}; samples every ${manifest.everyMs / 1000} s.${
    manifest.needs === undefined ? '' : ` Needs ${manifest.needs.map((name) => `\`${name}\``).join(', ')}.`
  }

### Fields of an endpoint

${table(['Field', 'Meaning', 'Kind', 'Default'], manifest.endpoint.map(endpointRow))}
### Settings of a VM

${table(['Setting', 'Meaning', 'Kind', 'Can be set', 'Takes effect'], manifest.settings.map(settingRow))}`;
}

const endpointRow = (field: EndpointField): readonly string[] => [
  `\`${field.key}\``,
  [
    field.help.split('\n')[0] ?? '',
    field.required ? 'Required.' : '',
    field.fixed ? 'Can’t be changed later.' : '',
    field.when ? `Only with ${field.when.key} ${field.when.is.join(' or ')}.` : '',
    field.env === undefined ? '' : `Also \`$${field.env}\`.`,
    field.examples ? `Such as ${field.examples.map((example) => `\`${example}\``).join(', ')}.` : '',
  ]
    .filter((part) => part !== '')
    .join(' '),
  kindOf(field),
  field.default === undefined
    ? ''
    : `\`${typeof field.default === 'boolean' ? field.default : spell(field, field.default)}\``,
];

const settingRow = (field: SettingsField): readonly string[] => [
  `\`${field.key}\``,
  field.help.split('\n')[0] ?? '',
  kindOf(field),
  Object.entries(MODES)
    .filter(([mode]) => field.in[mode as SettingsMode] === 'write')
    .map(([, word]) => word)
    .join(', '),
  field.takesEffect ?? '',
];

function kindOf(field: EndpointField | SettingsField): string {
  if (field.kind === 'choice' && field.options) return field.options.join(', ');
  const ends = field.kind === 'bytes' || field.kind === 'count' ? [field.min, field.max] : [];
  const limits = ends.map((limit) => (limit === undefined ? '' : spell(field, limit)));
  const range = limits.every((limit) => limit === '') ? '' : ` ${limits.join('…')}`;
  return `${field.sensitive ? 'secret ' : ''}${field.kind}${range}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |\n`).join('');
