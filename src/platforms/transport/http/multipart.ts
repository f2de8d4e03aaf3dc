/** A form with a file in it, as a body that is sent in pieces (RFC 7578). */
import { randomUUID } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import type { BodyStream } from './body-stream.ts';

export interface Multipart {
  /** They come first: servers that write the file at once want to know before where it goes. */
  readonly fields: Readonly<Record<string, string>>;
  readonly file: FilePart;
}

export interface FilePart extends BodyStream {
  /** Of the field. */
  readonly field: string;
  /** Of the file, without a quote or a line end. */
  readonly name: string;
}

export function multipartBody({ fields, file }: Multipart): { readonly boundary: string; readonly stream: BodyStream } {
  const boundary = `drover-${randomUUID()}`;
  const head = Buffer.from(
    [
      ...Object.entries(fields).map(
        ([key, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
      ),
      `--${boundary}\r\ncontent-disposition: form-data; name="${file.field}"; filename="${file.name}"\r\n`,
      'content-type: application/octet-stream\r\n\r\n',
    ].join(''),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    boundary,
    stream: {
      length: head.length + file.length + tail.length,
      async *pieces() {
        yield head;
        let sent = 0;
        for await (const piece of file.pieces()) {
          sent += piece.length;
          yield piece;
        }
        // what is missing can't be made up for: the length was said before
        if (sent !== file.length)
          throw new FleetError('op.failed', `${file.name} has ${sent} bytes, and not ${file.length}`);
        yield tail;
      },
    },
  };
}
