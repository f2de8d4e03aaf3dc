/** VirtualMachineConfigSpec: what a VM is made with and changed by. */
import { nothing, type Xml, xml } from './soap/envelope.ts';
import { textValue } from './soap/rewrite.ts';

/** Those that drover says, in the order of the WSDL. */
const ORDER = [
  'changeVersion',
  'name',
  'guestId',
  'annotation',
  'files',
  'numCPUs',
  'numCoresPerSocket',
  'memoryMB',
  'memoryHotAddEnabled',
  'cpuHotAddEnabled',
  'deviceChange',
  'extraConfig',
  'bootOptions',
  'firmware',
  'nestedHVEnabled',
] as const;

export type ConfigKey = (typeof ORDER)[number];

/** Complete elements by their names; several of one name in one piece. */
export type ConfigParts = Readonly<Partial<Record<ConfigKey, Xml>>>;

export const configSpec = (parts: ConfigParts, tag = 'spec'): Xml =>
  xml`<${tag}>${ORDER.map((key) => parts[key] ?? nothing)}</${tag}>`;

/** Options of a VM by key; '' takes one away. */
export const extraConfig = (pairs: Readonly<Record<string, string>>): Xml =>
  xml`${Object.entries(pairs).map(
    ([key, value]) =>
      xml`<extraConfig xsi:type="OptionValue"><key>${key}</key>${textValue('value', value)}</extraConfig>`,
  )}`;
