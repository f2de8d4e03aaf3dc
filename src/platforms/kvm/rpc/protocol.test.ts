import { expect, it } from 'vitest';
import { eventMessages, type Procedure, procedures, remoteError } from './protocol.ts';
import { type Codec, createXdrReader, encode } from './xdr.ts';

/**
 * What a libvirt daemon reads and answers, in words of this test: number, name, arguments, result. `str` is a text, `uuid`
 * its sixteen bytes, `?` what may be absent, `[…]` a list, `rest` bytes with a decoder of their own.
 */
const WIRE = `
  1 CONNECT_OPEN: str? uint ->
  3 CONNECT_GET_TYPE: -> str
  4 CONNECT_GET_VERSION: -> uhyper
  6 NODE_GET_INFO: -> char32 uhyper int int int int int int
  7 CONNECT_GET_CAPABILITIES: -> str
  14 DOMAIN_GET_XML_DESC: DOM uint -> str
  15 DOMAIN_GET_AUTOSTART: DOM -> bool
  16 DOMAIN_GET_INFO: DOM -> int uhyper uhyper int uhyper
  23 DOMAIN_LOOKUP_BY_NAME: str -> DOM
  24 DOMAIN_LOOKUP_BY_UUID: uuid -> DOM
  27 DOMAIN_REBOOT: DOM uint ->
  28 DOMAIN_RESUME: DOM ->
  29 DOMAIN_SET_AUTOSTART: DOM bool ->
  34 DOMAIN_SUSPEND: DOM ->
  39 NETWORK_CREATE: NET ->
  41 NETWORK_DEFINE_XML: str -> NET
  42 NETWORK_DESTROY: NET ->
  43 NETWORK_GET_XML_DESC: NET uint -> str
  44 NETWORK_GET_AUTOSTART: NET -> bool
  46 NETWORK_LOOKUP_BY_NAME: str -> NET
  47 NETWORK_LOOKUP_BY_UUID: uuid -> NET
  48 NETWORK_SET_AUTOSTART: NET bool ->
  49 NETWORK_UNDEFINE: NET ->
  59 CONNECT_GET_HOSTNAME: -> str
  60 CONNECT_SUPPORTS_FEATURE: int -> int
  66 AUTH_LIST: -> [ int ]
  70 AUTH_POLKIT: -> int
  77 STORAGE_POOL_DEFINE_XML: str uint -> POOL
  78 STORAGE_POOL_CREATE: POOL uint ->
  79 STORAGE_POOL_BUILD: POOL uint ->
  80 STORAGE_POOL_DESTROY: POOL ->
  82 STORAGE_POOL_UNDEFINE: POOL ->
  83 STORAGE_POOL_REFRESH: POOL uint ->
  84 STORAGE_POOL_LOOKUP_BY_NAME: str -> POOL
  85 STORAGE_POOL_LOOKUP_BY_UUID: uuid -> POOL
  87 STORAGE_POOL_GET_INFO: POOL -> int uhyper uhyper uhyper
  88 STORAGE_POOL_GET_XML_DESC: POOL uint -> str
  90 STORAGE_POOL_SET_AUTOSTART: POOL bool ->
  93 STORAGE_VOL_CREATE_XML: POOL str uint -> VOL
  94 STORAGE_VOL_DELETE: VOL uint ->
  95 STORAGE_VOL_LOOKUP_BY_NAME: POOL str -> VOL
  97 STORAGE_VOL_LOOKUP_BY_PATH: str -> VOL
  98 STORAGE_VOL_GET_INFO: VOL -> int uhyper uhyper
  99 STORAGE_VOL_GET_XML_DESC: VOL uint -> str
  113 NODE_DEVICE_LOOKUP_BY_NAME: str -> str
  114 NODE_DEVICE_GET_XML_DESC: str uint -> str
  125 STORAGE_VOL_CREATE_XML_FROM: POOL str VOL uint -> VOL
  128 INTERFACE_LOOKUP_BY_NAME: str -> str str
  130 INTERFACE_GET_XML_DESC: str str uint -> str
  141 SECRET_LOOKUP_BY_UUID: uuid -> uuid int str
  147 SECRET_LOOKUP_BY_USAGE: int str -> uuid int str
  151 DOMAIN_IS_PERSISTENT: DOM -> bool
  152 NETWORK_IS_ACTIVE: NET -> bool
  153 NETWORK_IS_PERSISTENT: NET -> bool
  154 STORAGE_POOL_IS_ACTIVE: POOL -> bool
  155 STORAGE_POOL_IS_PERSISTENT: POOL -> bool
  157 CONNECT_GET_LIB_VERSION: -> uhyper
  160 DOMAIN_ATTACH_DEVICE_FLAGS: DOM str uint ->
  161 DOMAIN_DETACH_DEVICE_FLAGS: DOM str uint ->
  163 DOMAIN_GET_JOB_INFO: DOM -> int rest
  174 DOMAIN_UPDATE_DEVICE_FLAGS: DOM str uint ->
  175 NWFILTER_LOOKUP_BY_NAME: str -> str uuid
  182 DOMAIN_MANAGED_SAVE: DOM uint ->
  183 DOMAIN_HAS_MANAGED_SAVE_IMAGE: DOM uint -> bool
  184 DOMAIN_MANAGED_SAVE_REMOVE: DOM uint ->
  185 DOMAIN_SNAPSHOT_CREATE_XML: DOM str uint -> SNAP
  186 DOMAIN_SNAPSHOT_GET_XML_DESC: SNAP uint -> str
  190 DOMAIN_HAS_CURRENT_SNAPSHOT: DOM uint -> bool
  191 DOMAIN_SNAPSHOT_CURRENT: DOM uint -> SNAP
  192 DOMAIN_REVERT_TO_SNAPSHOT: SNAP uint ->
  193 DOMAIN_SNAPSHOT_DELETE: SNAP uint ->
  194 DOMAIN_GET_BLOCK_INFO: DOM str uint -> uhyper uhyper uhyper
  196 DOMAIN_CREATE_WITH_FLAGS: DOM uint -> DOM
  199 DOMAIN_SET_VCPUS_FLAGS: DOM uint uint ->
  201 DOMAIN_OPEN_CONSOLE: DOM str? uint ->
  204 DOMAIN_SET_MEMORY_FLAGS: DOM uhyper uint ->
  208 STORAGE_VOL_UPLOAD: VOL uhyper uhyper uint ->
  209 STORAGE_VOL_DOWNLOAD: VOL uhyper uhyper uint ->
  212 DOMAIN_GET_STATE: DOM uint -> int int
  227 NODE_GET_CPU_STATS: int int uint -> [ str uhyper ] int
  228 NODE_GET_MEMORY_STATS: int int uint -> [ str uhyper ] int
  231 DOMAIN_UNDEFINE_FLAGS: DOM uint ->
  232 DOMAIN_SAVE_FLAGS: DOM str str? uint ->
  233 DOMAIN_RESTORE_FLAGS: str str? uint ->
  234 DOMAIN_DESTROY_FLAGS: DOM uint ->
  235 DOMAIN_SAVE_IMAGE_GET_XML_DESC: str uint -> str
  245 DOMAIN_RESET: DOM uint ->
  251 DOMAIN_BLOCK_RESIZE: DOM str uhyper uint ->
  258 DOMAIN_SHUTDOWN_FLAGS: DOM uint ->
  260 STORAGE_VOL_RESIZE: VOL uhyper uint ->
  264 DOMAIN_SET_METADATA: DOM int str? str? str? uint ->
  265 DOMAIN_GET_METADATA: DOM int str? uint -> str
  267 DOMAIN_PM_WAKEUP: DOM uint ->
  273 CONNECT_LIST_ALL_DOMAINS: bool uint -> [ DOM ] uint
  274 DOMAIN_LIST_ALL_SNAPSHOTS: DOM bool uint -> [ SNAP ] int
  281 CONNECT_LIST_ALL_STORAGE_POOLS: bool uint -> [ POOL ] uint
  282 STORAGE_POOL_LIST_ALL_VOLUMES: POOL bool uint -> [ VOL ] uint
  285 CONNECT_LIST_ALL_NODE_DEVICES: bool uint -> [ str ] int
  308 DOMAIN_SET_MEMORY_STATS_PERIOD: DOM int uint ->
  283 CONNECT_LIST_ALL_NETWORKS: bool uint -> [ NET ] uint
  291 NETWORK_UPDATE: NET uint uint int str uint ->
  316 CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY: int DOM? -> int
  341 NETWORK_GET_DHCP_LEASES: NET str? bool uint -> [ str uhyper int str? str? str uint str? str? ] uint
  342 CONNECT_GET_DOMAIN_CAPABILITIES: str? str? str? str? uint -> str
  344 CONNECT_GET_ALL_DOMAIN_STATS: [ DOM ] uint uint -> rest
  350 DOMAIN_DEFINE_XML_FLAGS: str uint -> DOM
  353 DOMAIN_INTERFACE_ADDRESSES: DOM uint uint -> [ str str? [ int str uint ] ]
  358 DOMAIN_RENAME: DOM str? uint -> int
  378 STORAGE_VOL_GET_INFO_FLAGS: VOL uint -> int uhyper uhyper
  388 DOMAIN_MANAGED_SAVE_GET_XML_DESC: DOM uint -> str
  393 CONNECT_COMPARE_HYPERVISOR_CPU: str? str? str? str? str uint -> int
  413 DOMAIN_LIST_ALL_CHECKPOINTS: DOM bool uint -> [ SNAP ] int
`;
const STRUCTS: Readonly<Record<string, string>> = {
  DOM: 'str uuid int',
  SNAP: 'str str uuid int',
  POOL: 'str uuid',
  NET: 'str uuid',
  VOL: 'str str str',
};

/** Bytes of this layout, and the values in them, in their order. Each value is another one. */
function sample(layout: string, isFull: boolean) {
  const bytes: Buffer[] = [];
  const values: unknown[] = [];
  let next = 0;
  const word = (value: number) => {
    const four = Buffer.alloc(4);
    four.writeInt32BE(value | 0);
    bytes.push(four);
  };
  const str = (value: string) => {
    word(value.length);
    bytes.push(Buffer.from(value.padEnd((value.length + 3) & ~3, '\0')));
  };
  const bytesOf = (value: Buffer) => {
    bytes.push(value);
    return value;
  };
  /** Puts one value of a type, and answers what it should be read as. */
  function put(type: string): unknown {
    next++;
    switch (type) {
      case 'int':
        word(-next);
        return -next;
      case 'uint':
        word(0x8000_0000 + next);
        return 0x8000_0000 + next;
      case 'uhyper':
        word(next);
        word(-1);
        return next * 2 ** 32 + 0xffff_ffff;
      case 'bool':
        word(next % 2);
        return next % 2 === 1;
      case 'str':
        str(`text ${next}`);
        return `text ${next}`;
      case 'uuid':
        return bytesOf(Buffer.alloc(16, next));
      case 'char32':
        for (const letter of 'x86_64'.padEnd(32, '\0')) word(letter.charCodeAt(0));
        return 'x86_64';
      default:
        return bytesOf(Buffer.from('whatever'));
    }
  }
  const words = layout.replace(/[A-Z]+\??/g, (name) => {
    const fields = STRUCTS[name.replace('?', '')] ?? '';
    return name.endsWith('?') ? `( ${fields} )` : fields;
  });
  let leftOut = 0;
  for (const type of words.split(' ').filter(Boolean)) {
    if (type === ']' || type === ')') leftOut = Math.max(0, leftOut - 1);
    else if (leftOut > 0) leftOut += type === '[' || type === '(' ? 1 : 0;
    else if (type === '[' || type === '(' || type.endsWith('?')) {
      word(isFull ? 1 : 0);
      if (type.endsWith('?')) values.push(isFull ? put(type.slice(0, -1)) : undefined);
      else if (!isFull) leftOut = 1;
      if (type === '(' && !isFull) values.push(undefined);
    } else values.push(put(type));
  }
  return { bytes: Buffer.concat(bytes), values };
}

const flat = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? Object.values(value).flatMap(flat) : [value];

function expectLayout(codec: Codec<unknown>, layout: string): void {
  for (const isFull of [true, false]) {
    const { bytes, values } = sample(layout, isFull);
    const reader = createXdrReader(bytes);
    const read = codec.read(reader);
    expect(reader.left).toBe(0);
    expect(layout === '' ? [] : flat(read)).toEqual(values);
    expect(encode(codec, read).toString('hex')).toBe(bytes.toString('hex'));
  }
}

const lines = WIRE.trim().split('\n');
const all = Object.values(procedures) as unknown as readonly Procedure<unknown, unknown>[];

it.each(lines.map((line) => line.trim()))('calls as libvirt has it: %s', (line) => {
  const [, number, name, args = '', result = ''] = /^(\d+) (\w+): (.*?) ?-> ?(.*)$/.exec(line) ?? [];
  const procedure = all.find((one) => one.number === Number(number));
  expect(procedure?.name).toBe(name);
  if (!procedure) return;
  expectLayout(procedure.args, args);
  expectLayout(procedure.result, result);
});

it('calls nothing else', () => expect(all).toHaveLength(lines.length));

it('reads what a daemon says by itself as libvirt has it', () => {
  expectLayout(remoteError, 'int int str? int DOM? str? str? str? int int POOL?');
  expectLayout(eventMessages.lifecycle, 'int DOM int int');
  expectLayout(eventMessages.any, 'int DOM');
});

it('refuses a list of domains that cannot fit its message', () => {
  const lie = Buffer.concat([Buffer.from('00000003', 'hex'), Buffer.alloc(71)]);
  expect(() => procedures.listDomains.result.read(createXdrReader(lie))).toThrow('a list of 3 does not fit');
  const bare = Buffer.concat([Buffer.from('00000003', 'hex'), Buffer.alloc(72)]);
  expect(() => procedures.listDomains.result.read(createXdrReader(bare))).toThrow('message ends');
});
