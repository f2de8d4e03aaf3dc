/** A host of words on which VMs can be made: what was sent to change it, and what would be left there. */
import { Duplex } from 'node:stream';
import { VIR_ERR } from '../rpc/errors.ts';
import { type Domain, type Procedure, procedures, type Volume } from '../rpc/protocol.ts';
import { libvirtNo } from './scripted-client.ts';
import { type HostWords, hostOfLists, type ScriptedHost } from './scripted-host.ts';

const POOL = "<pool type='dir'><target><path>/d</path></target></pool>";
const BLOCK_POOL = "<pool type='logical'><target><path>/dev/vg</path></target></pool>";
export const image = (format: string, mebibytes: number, path: string): string =>
  `<volume type='file'><capacity>${mebibytes * 1024 ** 2}</capacity><target><path>${path}</path><format type='${format}'/></target></volume>`;

const values = (name: string, ...all: readonly string[]) =>
  `<enum name='${name}'>${all.map((value) => `<value>${value}</value>`).join('')}</enum>`;
/** As QEMU with KVM, OVMF and swtpm has it. */
export const ABILITIES = `<domainCapabilities><vcpu max='8'/>
  <os supported='yes'>${values('firmware', 'bios', 'efi')}<loader supported='yes'>${values('secure', 'yes', 'no')}</loader></os>
  <cpu><mode name='host-passthrough' supported='yes'/><mode name='host-model' supported='yes'/>
    <mode name='custom' supported='yes'><model usable='yes'>EPYC</model></mode></cpu>
  <devices><disk supported='yes'>${values('bus', 'virtio', 'scsi', 'sata')}</disk>
    <graphics supported='yes'>${values('type', 'vnc', 'spice')}</graphics>
    <tpm supported='yes'>${values('backendModel', 'passthrough', 'emulator')}</tpm>
    <rng supported='yes'>${values('backendModel', 'random')}</rng></devices></domainCapabilities>`;

export interface MakingHost extends ScriptedHost {
  /** Volumes that were made and not deleted, as pool/name. */
  readonly left: ReadonlySet<string>;
  /** Bytes of the uploads, by name of the volume. */
  readonly uploaded: ReadonlyMap<string, Buffer>;
  /** The last definition that was sent. */
  defined(): string;
  /** This call fails from its n-th time on, counted from 1. */
  fail(procedure: Procedure<never, unknown>, error: unknown, nth?: number): void;
  /** The upload is refused when all is sent. */
  refuseUpload(error: Error): void;
}

export function makingHost(words: HostWords = {}): MakingHost {
  const scripted = hostOfLists({
    pools: { default: POOL, vg: BLOCK_POOL },
    volumes: {
      default: {
        'debian-13.qcow2': image('qcow2', 3072, '/d/debian-13.qcow2'),
        'cd.iso': image('iso', 9, '/d/cd.iso'),
      },
      vg: {},
    },
    networks: { default: '<network/>', lan: '<network/>' },
    ...words,
  });
  const { client, answer, sent, host } = scripted;
  const log = sent as string[];
  const left = new Set<string>();
  const uploaded = new Map<string, Buffer>();
  const failing = new Map<string, { error: unknown; after: number }>();
  let uploadRefusal: Error | undefined;
  let xml = '';
  let guest: Domain | undefined;
  const asWritten = client.call.bind(client);
  const key = ({ pool, name }: Volume) => `${pool}/${name}`;

  const made = (pool: string, document: string): Volume => {
    const volume = { pool, name: /<name>(.*?)<\/name>/.exec(document)?.[1] ?? '', key: '' };
    left.add(key(volume));
    return volume;
  };
  const change = <A, R>(procedure: Procedure<A, R>, said: (args: A) => string, result: (args: A) => R) =>
    answer(procedure, (args) => {
      log.push(`${procedure.name} ${said(args)}`);
      const failure = failing.get(procedure.name);
      if (failure && --failure.after <= 0) throw failure.error;
      return result(args);
    });
  change(
    procedures.createVolume,
    ({ pool, xml: document }) => `${pool.name} ${document}`,
    (args) => made(args.pool.name, args.xml),
  );
  change(
    procedures.createVolumeFrom,
    ({ pool, xml: document, from }) => `${pool.name} ${document} from ${key(from)}`,
    (args) => made(args.pool.name, args.xml),
  );
  change(
    procedures.deleteVolume,
    ({ volume }) => key(volume),
    ({ volume }) => void left.delete(key(volume)),
  );
  change(
    procedures.define,
    () => '',
    (args) => {
      xml = args.xml;
      const hex = /<uuid>(.*?)<\/uuid>/.exec(xml)?.[1]?.replaceAll('-', '') ?? '';
      guest = { name: /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '', uuid: Buffer.from(hex, 'hex'), id: -1 };
      return guest;
    },
  );
  change(
    procedures.setAutostart,
    ({ autostart }) => String(autostart),
    () => undefined,
  );
  change(
    procedures.create,
    ({ domain }) => domain.name,
    ({ domain }) => ({ ...domain, id: 1 }),
  );
  change(
    procedures.undefine,
    ({ flags }) => String(flags),
    () => undefined,
  );
  answer(procedures.domainByUuid, () => guest ?? no(VIR_ERR.noDomain));
  answer(procedures.domainByName, ({ name }) =>
    name in (words.domains ?? {}) ? { name, uuid: Buffer.alloc(16, 1), id: -1 } : no(VIR_ERR.noDomain),
  );
  answer(procedures.networkByName, ({ name }) =>
    ['default', 'lan'].includes(name) ? { name, uuid: Buffer.alloc(16, 1) } : no(VIR_ERR.noNetwork),
  );
  answer(procedures.volumeByPath, ({ path }) =>
    path === '/d/debian-13.qcow2' ? { pool: 'default', name: 'debian-13.qcow2', key: path } : no(VIR_ERR.noVolume),
  );
  answer(procedures.poolInfo, () => ({ state: 2, capacity: 0, allocation: 0, available: 20 * 1024 ** 3 }));
  answer(procedures.domainCapabilities, () => ABILITIES);
  answer(procedures.networkLeases, () => ({ leases: [], count: 0 }));
  const daemon = {
    ...host.daemon,
    open: async () => ({
      ...client,
      async openStream(
        procedure: { readonly name: string },
        args: unknown,
        options?: { onRefused?(error: never): void },
      ) {
        const { volume } = args as { readonly volume: Volume };
        log.push(`${procedure.name} ${key(volume)}`);
        const parts: Buffer[] = [];
        const stream = new Duplex({
          read: () => undefined,
          write(chunk: Buffer, _encoding, done) {
            parts.push(chunk);
            done();
          },
          final(done) {
            if (uploadRefusal) options?.onRefused?.(uploadRefusal as never);
            else uploaded.set(volume.name, Buffer.concat(parts));
            stream.push(null);
            done();
          },
        });
        return stream;
      },
    }),
  };
  const reading: typeof client.call = async (procedure, args, options) => {
    const { volume } = (args ?? {}) as { readonly volume?: Volume };
    if (procedure.name === procedures.volumeXml.name && volume && left.has(key(volume)))
      return image('qcow2', 1, volume.pool === 'vg' ? `/dev/vg/${volume.name}` : `/d/${volume.name}`) as never;
    return asWritten(procedure, args, options);
  };
  Object.assign(client, { call: reading });
  return {
    ...scripted,
    host: { ...host, daemon },
    left,
    uploaded,
    defined: () => xml,
    fail: ({ name }, error, nth = 1) => void failing.set(name, { error, after: nth }),
    refuseUpload: (error) => {
      uploadRefusal = error;
    },
  };
}

function no(code: number): never {
  throw libvirtNo(code);
}
