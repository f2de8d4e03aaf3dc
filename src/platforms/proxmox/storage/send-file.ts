/** A file that goes to a storage: POST /nodes/{node}/storage/{storage}/upload, which begins a task (PVE::API2::Storage::Status). */
import type { Warning } from '../../contract.ts';
import type { BodyStream } from '../../transport/http/body-stream.ts';
import type { Api } from '../api.ts';
import { contentPath } from '../contents.ts';
import { type FollowContext, finishedTask } from '../tasks.ts';

export interface FileToSend extends BodyStream {
  readonly name: string;
  /** `iso`, `vztmpl`, `import`. */
  readonly content: string;
  readonly node: string;
  readonly storage: string;
}

/** As long as a large file takes over a slow line; when nothing moves, the transport gives up. */
const DEADLINE_MS = 86_400_000;

/** Resolves when the storage has all of it. What is there with that name is overwritten by the server: look before. */
export async function sendFile(
  { api, ...context }: FollowContext & { readonly api: Api },
  { name, content, node, storage, length, pieces }: FileToSend,
): Promise<readonly Warning[]> {
  const { signal, subject } = context;
  const file = { field: 'filename', name, length, pieces };
  const multipart = { fields: { content }, file };
  const path = `${contentPath(node, storage)}/upload`;
  const answer = await api.post(path, { signal, subject, multipart, deadlineMs: DEADLINE_MS });
  return finishedTask(answer, { api, ...context });
}
