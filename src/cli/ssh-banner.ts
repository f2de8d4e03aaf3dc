import { connect } from 'node:net';

const PORT = 22;
/** A guest that boots takes the connection before its server answers. */
const PATIENCE_MS = 5_000;

/** Whether an SSH server greets at this address (RFC 4253, 4.2). Nothing is sent to it. */
export const answersSsh = (address: string, signal: AbortSignal, port = PORT): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (answers: boolean) => {
      signal.removeEventListener('abort', no);
      socket.destroy();
      resolve(answers);
    };
    const no = () => end(false);
    let heard = '';
    socket.setEncoding('latin1');
    socket.setTimeout(PATIENCE_MS, no);
    socket.on('data', (text: string) => {
      heard += text;
      if (/^SSH-/m.test(heard)) end(true);
      else if (heard.length > 4_096) end(false);
    });
    socket.once('error', no);
    socket.once('close', no);
    signal.addEventListener('abort', no, { once: true });
  });
