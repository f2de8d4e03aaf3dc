/** QEMU's monitor, QMP: a greeting, the agreement on capabilities, then requests and answers, one JSON object a line. */

const MOST_CHARACTERS = 1024 ** 2;

/**
 * Sends one request over a new connection and answers what it returns. QEMU serves one connection at a time: others wait for their
 * turn, so none is kept open. `changes`: whether the request changes something, so that a lost answer is outcome.unknown.
 */
export async function askMonitor({ FleetError }, stream, request, { name, changes = false, signal }) {
  const lines = linesOf(stream);
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  let isSent = false;
  const answerTo = async (message) => {
    stream.write(`${JSON.stringify(message)}\n`);
    for (;;) {
      const answer = await next(lines);
      if (answer.error) throw new FleetError('op.refused', `QEMU of ${name} says: ${answer.error.desc}`);
      if ('return' in answer) return answer.return;
      // anything else is an event, which the next poll shows
    }
  };
  try {
    await next(lines);
    await answerTo({ execute: 'qmp_capabilities' });
    isSent = true;
    return await answerTo(request);
  } catch (error) {
    if (error instanceof FleetError) throw error;
    if (isSent && changes) {
      throw new FleetError('outcome.unknown', `${name}: ${request.execute} was sent, and no answer came`, {
        cause: error,
      });
    }
    throw signal.aborted
      ? signal.reason
      : new FleetError('op.failed', `QEMU of ${name} does not answer`, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

async function next(lines) {
  const { value, done } = await lines.next();
  if (done) throw new Error('the monitor hung up');
  return JSON.parse(value);
}

async function* linesOf(stream) {
  let rest = '';
  for await (const chunk of stream) {
    rest += chunk;
    if (rest.length > MOST_CHARACTERS) throw new Error('the monitor says too much');
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.trim() !== '') yield line;
  }
}
