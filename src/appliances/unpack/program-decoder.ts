/** What Node can't unpack is unpacked by a program of this machine. */
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';
import { plainLine } from '../../platforms/transport/http/wire.ts';
import { errnoOf } from '../../state/files/file-trouble.ts';
import { damaged, refused } from './piece.ts';

export type DecoderProgram = 'xz' | 'bzip2';

/** Short ones, which the programs of BusyBox have too. */
const OPTIONS = ['-d', '-c'];
/** Their words are read. The largest dictionary of xz -9 is 64 MiB: a file that asks for much more means harm (BusyBox takes no more anyway). */
const ENVIRONMENT = { LC_ALL: 'C', XZ_OPT: '--memlimit-decompress=256MiB' };
const LONGEST_COMPLAINT = 300;
const SAYS_DAMAGED =
  /corrupt|damaged|truncated|unexpected(ly)?\b.*\bend|ends unexpectedly|integrity|crc|not recognized|not a bzip2|(bad|invalid) magic|short read|bunzip error/i;

/**
 * Fails with op.refused for what is damaged, and where there is no such program, and with op.failed and what the program says where it
 * ends badly for another reason. `name`: of what is unpacked, for messages.
 */
export function programDecoder(program: DecoderProgram, name: string): Duplex {
  const child = spawn(program, OPTIONS, { stdio: 'pipe', env: { ...process.env, ...ENVIRONMENT } });
  let complaint = '';
  const decoder = new Duplex({
    // When the program hangs up its end says why.
    write: (piece, _encoding, done) => void child.stdin.write(piece, () => done()),
    final: (done) => void child.stdin.end(() => done()),
    read: () => void child.stdout.resume(),
    destroy(error, done) {
      child.kill();
      // A pipe that nothing reads would stay open.
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      done(error);
    },
  });
  child.stdin.on('error', () => {});
  child.stdout.on('data', (piece: Buffer) => {
    if (!decoder.push(piece)) child.stdout.pause();
  });
  child.stderr.on('data', (piece: Buffer) => {
    if (complaint.length < LONGEST_COMPLAINT) complaint += piece.toString('latin1');
  });
  child.once('error', (error) =>
    decoder.destroy(
      errnoOf(error) === 'ENOENT' ? refused(name, `is packed by ${program}, which is not installed here`) : error,
    ),
  );
  child.once('close', (code, signal) => {
    if (code === 0) decoder.push(null);
    else if (SAYS_DAMAGED.test(complaint)) decoder.destroy(damaged(name));
    else decoder.destroy(failure(program, name, complaint, signal ?? `status ${code}`));
  });
  return decoder;
}

function failure(program: DecoderProgram, name: string, complaint: string, end: string): FleetError {
  const said = plainLine(complaint.trim(), LONGEST_COMPLAINT);
  return new FleetError(
    'op.failed',
    `${JSON.stringify(name)} can't be unpacked: ${program} ended with ${end}${said && `: ${said}`}; nothing was imported`,
  );
}
