import { describe, expect, it } from 'vitest';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { domainXml, type FileWords, guestWithFiles, WEB1 } from '../testkit/guest-with-files.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { uuidOf } from '../testkit/scripted-host.ts';
import { createDefinition } from './definition-text.ts';

const VNC = "<graphics type='vnc' port='-1'/>";
const SPICE = "<graphics type='spice'/>";
const secret = (xml: string) => xml.replace("type='vnc'", "type='vnc' passwd='a&amp;b'");

function set(words: FileWords = {}) {
  const guest = guestWithFiles({ xml: domainXml(VNC), ...words });
  const { definition, define } = createDefinition(guest.calls);
  return {
    ...guest,
    read: () => definition(WEB1, guest.signal),
    define: (change: (text: string) => string, basedOn = guest.now.xml) =>
      define(WEB1, change(guest.now.xml), basedOn, guest.signal),
  };
}
const described = (text: string) => text.replace('  <devices>', '  <description>d</description>\n  <devices>');

describe('a definition as text', () => {
  it('is the saved one, without passwords', async () => {
    const { read, answer } = set();
    const flags: number[] = [];
    answer(procedures.domainXml, (args) => {
      flags.push(args.flags);
      return 'text';
    });
    expect(await read()).toEqual({ text: 'text', language: 'xml' });
    expect(flags).toEqual([2]);
    await expect(set({ transient: true }).read()).rejects.toMatchObject({ code: 'op.conflict' });
  });

  it('is taken after libvirt has compared it with its schema; what is unchanged is not sent', async () => {
    const { define, sent, now } = set();
    expect(await define((text) => text)).toEqual({ warnings: [] });
    expect(sent).toEqual([]);
    expect(await define(described)).toEqual({ warnings: [] });
    expect(sent).toEqual([['define', described(now.xml), 1]]);
  });

  it.each<[string, FileWords, string]>([
    ['runs', { on: true }, 'web1 runs: what was changed acts at its next start'],
    ['is suspended', { saved: true }, 'web1 is suspended: it wakes up as it was, without the change'],
  ])('says when it acts for one that %s', async (_what, words, detail) => {
    expect(await set(words).define(described)).toEqual({ warnings: [{ feature: 'vm.define', detail }] });
  });

  it.each<[string, (text: string) => string, string, string]>([
    [
      'with another name',
      (text) => text.replace('>web1<', '>web2<'),
      'op.conflict',
      'web1: the text is of a VM called web2',
    ],
    [
      'with another uuid',
      (text) => text.replace(/>01[^<]*</, `>${uuidOf(2)}<`),
      'op.conflict',
      `web1: the text has the uuid ${uuidOf(2)}`,
    ],
    [
      'without a uuid',
      (text) => text.replace(/<uuid>.*<.uuid>/, ''),
      'op.conflict',
      'web1: the text has the uuid of none',
    ],
    [
      'that is not well-formed',
      (text) => text.replace('</devices>', '</device>'),
      'op.refused',
      'web1: line 4: unexpected close tag',
    ],
    ['that breaks off', (text) => text.slice(0, 60), 'op.refused', 'web1: it broke off half-way'],
    ['of another document', () => '<network/>', 'op.refused', 'web1: <network> is not a domain'],
  ])('is refused %s', async (_what, change, code, message) => {
    const { define, sent } = set();
    await expect(define(change)).rejects.toMatchObject({ code, message });
    expect(sent).toEqual([]);
  });

  it('is refused when another program was quicker', async () => {
    const { define, sent } = set();
    await expect(define(described, `${domainXml(VNC)} `)).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'the definition of web1 is another one by now',
    });
    expect(sent).toEqual([]);
  });

  it.each([
    ['its schema', 92, 'op.refused'],
    ['its parser', VIR_ERR.configUnsupported, 'op.refused'],
    ['a lock', VIR_ERR.timeout, 'op.timeout'],
    ['the rights of the login', VIR_ERR.accessDenied, 'auth.forbidden'],
  ])('passes on what libvirt says because of %s', async (_what, number, code) => {
    const { define, answer } = set();
    answer(procedures.define, () => {
      throw libvirtNo(number, 'extra content: nonsense');
    });
    await expect(define(described)).rejects.toMatchObject({ code: code === 'op.timeout' ? 'outcome.unknown' : code });
  });
});

describe('what libvirt hides', () => {
  const withSecret = (devices = VNC) => set({ xml: domainXml(devices), whole: secret(domainXml(devices)) });
  const textOf = (sent: readonly unknown[]) => String((sent[0] as readonly unknown[])[1]);

  it('stays, wherever its element is now', async () => {
    const { define, sent } = withSecret();
    await define((text) =>
      described(text).replace("port='-1'", "port='5901' listen='x'").replace('<devices>', `<devices>${SPICE}`),
    );
    expect(textOf(sent)).toContain(`<devices>${SPICE}<graphics passwd="a&amp;b" type='vnc' port='5901' listen='x'/>`);
  });

  it('is gone with its element, and another one when the text says so', async () => {
    const gone = withSecret();
    await gone.define((text) => text.replace(VNC, SPICE));
    expect(textOf(gone.sent)).not.toContain('a&amp;b');
    const other = withSecret();
    await other.define((text) => text.replace("type='vnc'", "type='vnc' passwd='new'"));
    expect(textOf(other.sent)).toContain("passwd='new'");
    expect(textOf(other.sent)).not.toContain('a&amp;b');
  });

  it('is put in the place of a sign that stands for it, and taken away with that', async () => {
    const starred = domainXml(VNC).replace("type='vnc'", "type='vnc' passwd='*****'");
    const words = { xml: starred, whole: secret(domainXml(VNC)) };
    const kept = set(words);
    await kept.define(described);
    expect(textOf(kept.sent)).toContain('passwd="a&amp;b"');
    const away = set(words);
    await away.define((text) => text.replace(" passwd='*****'", ''));
    expect(textOf(away.sent)).not.toContain('passwd');
  });

  it('is refused where it is not clear whose it is, and taken where the element is as it was', async () => {
    const two = `${VNC}<graphics type='vnc' port='2'/>`;
    const clear = withSecret(two);
    await clear.define(described);
    expect(textOf(clear.sent)).toContain(`<graphics passwd="a&amp;b" type='vnc' port='-1'/>`);
    const unclear = withSecret(two);
    await expect(unclear.define((text) => text.replace("port='-1'", "port='3'"))).rejects.toMatchObject({
      code: 'op.refused',
      message: 'web1: it is not clear which <graphics> of the text has the password that libvirt hides',
    });
    expect(unclear.sent).toEqual([]);
  });

  it('is kept by refusing every change where it is more than an attribute', async () => {
    const { define, sent } = set({ whole: domainXml(`${VNC}<cookie>x</cookie>`) });
    await expect(define(described)).rejects.toMatchObject({
      code: 'op.unsupported',
      message: "web1: libvirt hides a part of <devices> that drover can't keep",
    });
    expect(sent).toEqual([]);
  });
});
