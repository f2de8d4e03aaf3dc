/** Asks for a secret as the command line does, and says what it got: for the test of questions. */
import { askTerminal } from '../../../src/cli/terminal-question.ts';
import { systemClock } from '../../../src/clock.ts';

const interrupt = new AbortController().signal;
const secret = await askTerminal(
  { question: 'Password: ', secret: true },
  { stdin: process.stdin, stderr: process.stderr, clock: systemClock, interrupt },
);
console.log(`got ${secret?.length} characters: ${secret === process.argv[2]}`);
