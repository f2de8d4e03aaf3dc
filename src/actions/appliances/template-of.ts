/** What the library keeps of an appliance that was imported. */
import { type Appliance, type ReadyDisk, spellAppliance } from '../../state/appliances/appliance.ts';
import type { Entry } from '../../state/templates/archive/entries.ts';
import { DESCRIPTION_FILE, TEMPLATE_FILE } from '../../state/templates/scan.ts';

export interface Imported {
  readonly appliance: Appliance;
  /** As the endpoint calls them, one for each disk, in their order. */
  readonly images: readonly string[];
  /** Id of the platform that the endpoint is of. */
  readonly platform: string;
  readonly endpoint: string;
  /** What its makers say that it needs; undefined where the endpoint has fetched it. */
  readonly disk: ReadyDisk | undefined;
}

const USUAL_MEMORY_MIB = 2_048;
const USUAL_CPUS = 2;
/** GiB of the empty disk beside an installation medium. */
const USUAL_DISK = 20;

/** In YAML a JSON string is a string. What strangers wrote is one, and never a variable. */
const quoted = (text: string): string => JSON.stringify(text.replaceAll('$', ''));

export function applianceTemplate({ appliance, images, platform, endpoint, disk }: Imported): readonly Entry[] {
  const memory = disk?.memory === undefined ? USUAL_MEMORY_MIB : Math.ceil(disk.memory / 1024 ** 2);
  const [image = '', ...others] = images;
  const isMedium = disk?.format === 'iso';
  const os = disk?.os ?? appliance.title;
  const settings = [
    'version: "1.0"',
    `platform: ${quoted(platform)}`,
    `os: { name: ${quoted(os)} }`,
    `appliance: { ${originOf(appliance).join(', ')} }`,
    'variables:',
    `  MEMORY: ${memory}`,
    `  CPUS: ${disk?.cpus ?? USUAL_CPUS}`,
    ...(isMedium ? [`  DISK_SIZE: ${USUAL_DISK}`] : []),
    'vm:',
    ...(isMedium
      ? [`  iso: ${quoted(image)}`, '  cloudinit: false', '  disks: [$DISK_SIZE]']
      : [`  image: ${quoted(image)}`]),
    ...(disk && others.length > 0 ? [`  disks: [${diskRows(disk, others).join(', ')}]`] : []),
    '  numcpus: $CPUS',
    '  memory: $MEMORY',
  ];
  const from = appliance.catalog === '' ? appliance.location : `${spellAppliance(appliance)}, ${appliance.location}`;
  const description = [
    appliance.title,
    '',
    ...(appliance.description === '' ? [] : [appliance.description, '']),
    `Imported from ${from}`,
    others.length === 0
      ? `Its image ${image} is on ${endpoint}.`
      : `Its images ${images.join(', ')} are on ${endpoint}.`,
    ...(appliance.checksum === undefined ? [] : [`Its file was ${appliance.checksum}.`]),
    ...(appliance.homepage === undefined ? [] : [`More: ${appliance.homepage}`]),
  ];
  return [entry(TEMPLATE_FILE, settings), entry(DESCRIPTION_FILE, description)];
}

/** The first disk is made of the image of the VM, and the others each of one of their own; all are as large as their makers have them. */
function diskRows(first: ReadyDisk, others: readonly string[]): readonly string[] {
  const rows = [first, ...first.more].map(({ capacity }, at) => {
    const image = others[at - 1];
    const size = capacity === undefined ? [] : [`size: ${Math.max(1, Math.ceil(capacity / 1024 ** 2))}MiB`];
    return [...size, ...(image === undefined ? [] : [`image: ${quoted(image)}`])];
  });
  return rows.map((row) => `{ ${row.join(', ')} }`);
}

/** What its VMs are known by as those of an appliance, and where its application is in them. */
const originOf = (appliance: Appliance): readonly string[] => [
  `name: ${quoted(appliance.catalog === '' ? appliance.name : spellAppliance(appliance))}`,
  `title: ${quoted(appliance.title)}`,
  ...(appliance.provider === '' ? [] : [`provider: ${quoted(appliance.provider)}`]),
  ...(appliance.version === '' ? [] : [`version: ${quoted(appliance.version)}`]),
  ...Object.entries(appliance.application ?? {}).map(([key, value]) => `${key}: ${JSON.stringify(value)}`),
];

const entry = (path: string, lines: readonly string[]): Entry => ({
  path,
  bytes: Buffer.from(`${lines.join('\n')}\n`),
  executable: false,
});
