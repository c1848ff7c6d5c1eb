import { type Json, type JsonObject } from '../json';
import { type VendorAnswer } from '../server/vendor';

/** An answer of the REST API that is no success (woocommerce.md#errors). */
export class WooError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: JsonObject;
  /** An integer stands where other errors have an object (refunds, woocommerce.md#refunds). */
  readonly bareData: number | null;
  /** Refused before the rights were looked at: the answer does not tell the methods. */
  readonly isEarly: boolean;
  /** A good key that may not do this: the answer is that of a known user. */
  readonly isUserKnown: boolean;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: JsonObject = {},
    bareData: number | null = null,
    isEarly = false,
    isUserKnown = false,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.bareData = bareData;
    this.isEarly = isEarly;
    this.isUserKnown = isUserKnown;
  }

  /** The part that a batch repeats for its item. */
  body(): JsonObject {
    const data = this.bareData ?? { status: this.status, ...this.extra };
    return { code: this.code, message: this.message, data };
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
};

/** What a known user's answer carries besides (rec: auth_none has none of it). */
export const uncachedHeaders = {
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
    body:
      `<html>\r\n<head><title>${status} ` +
      `${title}</title></head>\r\n<body>\r\n<center><h1>${status} ` +
      `${title}</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n`,
    committed: null,
  };
}

/** The answer of `wp_die`: WordPress itself gives up, before or instead of the route. */
export function wordPressDies(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): VendorAnswer {
  const body = { code: 'wp_die', message, data: { status }, additional_errors: [] };
  return {
    status,
    headers: {
      server: 'nginx/1.22.1',
      'x-powered-by': 'PHP/8.2.36',
      'content-type': 'application/json; charset=UTF-8',
      ...uncachedHeaders,
      ...headers,
    },
    body: wireText(body),
    committed: null,
  };
}

/** PHP's json_encode writes `/` as `\/` and everything beyond ASCII as \uXXXX (every body_text). */
export function wireText(body: Json): string {
  // Two passes: slashes are many and need no function, other signs are few.
  return JSON.stringify(body)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (sign) => {
      return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
}

/** rec: product_batch_not_a_list. */
export function phpFatal(): WooError {
  return new WooError(
    500,
    'internal_server_error',
    '<p>There has been a critical error on this website.</p><p><a ' +
      'href="https://wp-help.example/documentation/article/faq-troubleshooting/">Learn more ' +
      'about troubleshooting WordPress.</a></p>',
  );
}
