import { type Json, type JsonObject } from '../json';
import { type VendorAnswer } from '../server/vendor';

/** An answer of the REST API that is no success (woocommerce.md section 3). */
export class WooError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: JsonObject;

  constructor(status: number, code: string, message: string, extra: JsonObject = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }

  /** The part that a batch repeats for its item. */
  body(): JsonObject {
    return {
      code: this.code,
      message: this.message,
      data: { status: this.status, ...this.extra },
    };
  }
}

/** The store's headers on every REST answer (rec: product_create_minimal). */
const commonHeaders = {
  server: 'nginx/1.22.1',
  'x-powered-by': 'PHP/8.2.36',
  'x-robots-tag': 'noindex',
  'x-content-type-options': 'nosniff',
  'access-control-expose-headers': 'X-WP-Total, X-WP-TotalPages, Link',
  'access-control-allow-headers':
    'Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type',
  expires: 'Wed, 11 Jan 1984 05:00:00 GMT',
  'cache-control': 'no-cache, must-revalidate, max-age=0, no-store, private',
};

/** A JSON answer in WordPress's spelling. */
export function jsonAnswer(
  status: number,
  body: Json,
  committed: boolean | null,
  headers: Record<string, string> = {},
): VendorAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...commonHeaders, ...headers },
    body: wireText(body),
    committed,
  };
}

/** An html page of the web server in front of PHP (rec: http_php_down). */
export function htmlAnswer(
  status: number,
  title: string,
  headers: Record<string, string> = {},
): VendorAnswer {
  return {
    status,
    headers: { server: 'nginx/1.22.1', 'content-type': 'text/html', ...headers },
    body: `<html>\n<head><title>${status} ${title}</title></head>\n<body>\n<center><h1>${status} ${title}</h1></center>\n<hr><center>nginx/1.22.1</center>\n</body>\n</html>\n`,
    committed: null,
  };
}

/** PHP's json_encode writes `/` as `\/` and everything beyond ASCII as \uXXXX (every body_text). */
function wireText(body: Json): string {
  return JSON.stringify(body).replace(
    /\/|[\u0080-\uffff]/g,
    (sign) => (sign === '/' ? '\\/' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`), // prettier-ignore
  );
}
