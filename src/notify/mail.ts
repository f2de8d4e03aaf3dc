import { readFile } from 'node:fs/promises';
import { FleetError, sentence } from '../errors.ts';
import { isLoopback } from '../platforms/transport/socket.ts';
import type { MailRule } from '../state/config/notify-rules.ts';
import type { Message } from './message.ts';

const DEADLINE_MS = 10_000;
/** Where TLS comes first; on every other port it is asked for (STARTTLS). */
const TLS_PORT = 465;
const USUAL_PORT = 587;

/** Sends a message by e-mail over verified TLS; to a server of this machine also without. Rejects with op.failed and what the server said. */
export async function sendMail(rule: MailRule, { title, lines, host }: Message, ca: string | undefined): Promise<void> {
  const url = URL.parse(`smtp://${rule.server}`);
  if (!url || url.hostname === '' || url.username !== '')
    throw new FleetError('config.invalid', `mail-server must be HOST or HOST:PORT, not ${JSON.stringify(rule.server)}`);
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? USUAL_PORT : Number(url.port);
  // Loaded here: most users have no mail to send.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: name,
    port,
    secure: port === TLS_PORT,
    requireTLS: !isLoopback(name),
    ...(ca !== undefined && { tls: { ca: await readFile(ca, 'utf8') } }),
    ...(rule.user !== undefined && { auth: { user: rule.user, pass: rule.password ?? '' } }),
    connectionTimeout: DEADLINE_MS,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const text = [...lines, '', `drover on ${host}`].join('\n');
    await transport.sendMail({ from: rule.from, to: [...rule.to], subject: `drover: ${title}`, text });
  } catch (error) {
    throw new FleetError('op.failed', `the mail was not taken by ${rule.server}: ${sentence(error)}`, { cause: error });
  } finally {
    transport.close();
  }
}
