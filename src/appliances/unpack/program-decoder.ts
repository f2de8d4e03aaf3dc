/** What Node can't unpack is unpacked by a program of this machine. */
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { errnoOf } from '../../state/files/file-trouble.ts';
import { damaged, refused } from './piece.ts';

const PROGRAMS = {
  // The largest dictionary of xz -9 is 64 MiB: a file that asks for much more means harm.
  xz: ['--decompress', '--stdout', '--memlimit-decompress=256MiB'],
  bzip2: ['--decompress', '--stdout'],
} as const;
export type DecoderProgram = keyof typeof PROGRAMS;

/** Fails with op.refused for what is damaged, and where there is no such program. `name`: of what is unpacked, for messages. */
export function programDecoder(program: DecoderProgram, name: string): Duplex {
  const child = spawn(program, PROGRAMS[program], { stdio: ['pipe', 'pipe', 'ignore'] });
  const decoder = new Duplex({
    // When the program hangs up its end says why.
    write: (piece, _encoding, done) => void child.stdin.write(piece, () => done()),
    final: (done) => void child.stdin.end(() => done()),
    read: () => void child.stdout.resume(),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  child.stdin.on('error', () => {});
  child.stdout.on('data', (piece: Buffer) => {
    if (!decoder.push(piece)) child.stdout.pause();
  });
  child.once('error', (error) =>
    decoder.destroy(
      errnoOf(error) === 'ENOENT' ? refused(name, `is packed by ${program}, which is not installed here`) : error,
    ),
  );
  child.once('close', (code) => {
    if (code === 0) decoder.push(null);
    else decoder.destroy(damaged(name));
  });
  return decoder;
}
