import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

import { parseJson, type ParsedJson } from './json-text';
import { Problem } from './problem';

/** The largest body of a request: 5 MB. */
const bodyMaxBytes = 5 * 1024 * 1024;

/** The JSON body of a request; a problem 400, 413 or 415 where it is none. */
export async function readJsonBody(request: IncomingMessage): Promise<ParsedJson> {
  refuseOtherTypes(request);
  const bytes = await readBytes(request);
  if (!isUtf8(bytes)) throw new Problem(400, 'bad_request', 'The body is not UTF-8.');
  return parseJson(bytes.toString('utf8'));
}

function refuseOtherTypes({ headers }: IncomingMessage): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  const isUtf8Named = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (type.trim() !== 'application/json' || !isUtf8Named) {
    throw new Problem(415, 'unsupported_media_type', 'Send the body as application/json in UTF-8.');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'unsupported_media_type', 'Send the body without compression.');
  }
}

/**
 * What was not read when this fails is read and thrown away by Node, so that the answer gets
 * through.
 */
async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bodyMaxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bodyMaxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(tooLarge());
    });
    let hasEnded = false;
    request.once('end', () => {
      hasEnded = true;
      resolve(Buffer.concat(chunks));
    });
    const onCut = (): void => {
      if (!hasEnded) reject(new Problem(400, 'bad_request', 'The body ended early.'));
    };
    request.once('error', onCut);
    request.once('close', onCut);
  });
}

function tooLarge(): Problem {
  return new Problem(413, 'too_large', `A body has at most ${bodyMaxBytes} bytes.`);
}
