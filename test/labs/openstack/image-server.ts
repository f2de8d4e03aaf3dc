/** A web server beside the cloud, which Glance fetches images from. */
import { createServer } from 'node:http';
import type { Site } from './site.ts';

/** Glance fetches from the usual ports alone, unless its operators allow others. */
const PORT = 80;

export const imageServer = ({ gateway }: Site): string => `http://${gateway}`;

/** Whatever ends in `.img` is there: 64 KiB of nothing. */
export async function serveImages({ gateway }: Site): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.img')) response.end(Buffer.alloc(64 * 1024));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(PORT, gateway, resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
