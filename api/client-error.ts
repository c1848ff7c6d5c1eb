import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';

import { Problem } from './problem';

/**
 * What Node refuses before any route sees it, as a problem too: headers too large, or no HTTP at
 * all.
 */
export function answerClientErrors(server: Server): void {
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const problem = problemOf(error.code ?? '');
    const body = JSON.stringify(problem.body(randomUUID()));
    const head = [
      `HTTP/1.1 ${problem.status} Refused`,
      'connection: close',
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

function problemOf(code: string): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'headers_too_large', 'The address and headers are too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'too_slow', 'The request took too long to arrive.');
    default:
      return new Problem(400, 'bad_request', 'This is not HTTP.');
  }
}
