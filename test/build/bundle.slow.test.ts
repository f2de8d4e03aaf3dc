import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildOptions, root } from '../../scripts/build/options.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Bundles a program as drover is bundled, runs it far from all packages, and answers what it printed. */
async function printed(contents: string): Promise<string> {
  const { entryPoints, metafile, ...options } = buildOptions;
  await build({ ...options, stdin: { contents, resolveDir: root }, outdir: folder });
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'stdin.js')], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

it('has the names of CommonJS packages that are loaded late', async () => {
  const program = `const { parse } = await import('yaml'); console.log(parse('answer: 42').answer);`;
  expect(await printed(program)).toBe('42');
});

it('has an ssh2 that works without its compiled parts', async () => {
  const program = `
    const { default: { utils } } = await import('ssh2');
    console.log(utils.generateKeyPairSync('ed25519').public.split(' ')[0]);`;
  expect(await printed(program)).toBe('ssh-ed25519');
});

it('measures text without string-width, which is loaded for text that needs it', async () => {
  const program = `
    let segmenters = 0;
    const { Segmenter } = Intl;
    Intl.Segmenter = class extends Segmenter { constructor() { super(); segmenters++; } };
    const { default: stringWidth } = await import('string-width');
    console.log(stringWidth('büro │ 41%'), segmenters, stringWidth('仮想'), segmenters);`;
  expect(await printed(program)).toBe('10 0 4 1');
});

it('starts Ink without the HTTP client', async () => {
  const program = `
    let asked = 0;
    Object.defineProperty(globalThis, 'fetch', { get: () => { asked++; } });
    const { renderToString, Text } = await import('ink');
    const { createElement } = await import('react');
    console.log(renderToString(createElement(Text, null, 'drawn')), asked);`;
  expect(await printed(program)).toBe('drawn 0');
});

it('starts Ink without the tables of graphemes', async () => {
  const program = `
    let segmenters = 0;
    const { Segmenter } = Intl;
    Intl.Segmenter = class extends Segmenter { constructor() { super(); segmenters++; } };
    const { renderToString, Text } = await import('ink');
    const { createElement } = await import('react');
    const draw = (text) => renderToString(createElement(Text, { wrap: 'wrap' }, text), { columns: 20 });
    console.log(draw('drawn'), segmenters, draw('仮想 '.repeat(9)).split('\\n').length, segmenters > 0);`;
  expect(await printed(program)).toBe('drawn 0 3 true');
});

it('loads cryptography with the first call that needs it', async () => {
  const program = `
    import { createHash } from 'node:crypto';
    const isLoaded = () => process.moduleLoadList.includes('NativeModule crypto');
    console.log(isLoaded(), createHash('sha256').update('').digest('hex').slice(0, 8), isLoaded());`;
  expect(await printed(program)).toBe('false e3b0c442 true');
});

it("takes from Node's own modules what is asked for, and nothing beside it", async () => {
  const program = `
    import fs, { existsSync } from 'node:fs';
    import * as path from 'path';
    const isLoaded = process.moduleLoadList.includes('NativeModule internal/fs/streams');
    console.log(existsSync === fs.existsSync, path.join('a', 'b'), isLoaded);`;
  expect(await printed(program)).toBe('true a/b false');
});

it('has a ws that works without its compiled parts', async () => {
  const program = `
    const { WebSocket, WebSocketServer } = await import('ws');
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => socket.send('heard'));
    server.on('listening', () => {
      const socket = new WebSocket('ws://127.0.0.1:' + server.address().port);
      socket.on('message', (text) => {
        console.log(String(text));
        socket.terminate();
        server.close();
      });
    });`;
  expect(await printed(program)).toBe('heard');
});
