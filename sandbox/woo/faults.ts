import { type VendorAnswer } from '../server/vendor';
import { htmlAnswer, jsonAnswer, phpFatal, WooError, wordPressDies } from './answer';

/** Injected codes in the forms of the recordings http_* and auth_none. */
export function statusAnswer(status: number, retryAfter: string | undefined): VendorAnswer {
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  if (status === 401) {
    const error = new WooError(
      401,
      'woocommerce_rest_cannot_view',
      'Sorry, you cannot list resources.',
    );
    return jsonAnswer(401, error.body(), null, headers);
  }
  if (status === 500) {
    return jsonAnswer(500, { ...phpFatal().body(), additional_errors: [] }, null, headers);
  }
  if (status === 503) {
    const message = 'Briefly unavailable for scheduled maintenance. Check back in a minute.';
    return wordPressDies(503, message, { 'retry-after': '600', ...headers });
  }
  // A maintenance plug-in sends everybody to its page.
  const place: Record<string, string> =
    status >= 300 && status < 400 ? { location: '/maintenance/' } : {};
  return htmlAnswer(status, titles[status] ?? 'Error', { ...place, ...headers });
}

/** Faults that only this vendor knows by name. */
export function namedAnswer(fault: string): VendorAnswer | null {
  if (fault === 'html503') return htmlAnswer(503, 'Service Unavailable');
  if (fault === 'noRoute') {
    const error = new WooError(
      404,
      'rest_no_route',
      'No route was found matching the URL and request method.',
    );
    return jsonAnswer(404, error.body(), null);
  }
  if (fault === 'wpDie')
    return wordPressDies(500, '<h1>Error establishing a database connection</h1>');
  return null;
}

const titles: Record<number, string> = {
  301: 'Moved Permanently',
  302: 'Found',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  502: 'Bad Gateway',
  504: 'Gateway Time-out',
  520: 'Web server is returning an unknown error',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  524: 'A timeout occurred',
};
