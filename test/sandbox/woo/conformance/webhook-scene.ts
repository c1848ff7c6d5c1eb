import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

import { at, control } from '../../support';
import { difference, type Difference } from './alike';
import { phpText } from './php-text';
import { headerIn, recordedDelivery } from './recordings';
import { Scene, tick } from './scene';

/** A delivery as the receiver of the scene got it. */
interface Received {
  path: string;
  headers: [string, string][];
  body: string;
}

/** A scene that receives webhooks and holds them against recorded deliveries. */
export class WebhookScene extends Scene {
  private readonly received: Received[] = [];
  private receiver: Server | null = null;

  /** Receives what is sent to the recorded address `127.0.0.1:8080`; `/fail` answers 500. */
  async listen(): Promise<void> {
    const receiver = createServer((incoming, response) => {
      void received(incoming).then((one) => {
        this.received.push(one);
        response.writeHead(one.path.startsWith('/fail') ? 500 : 200).end();
      });
    });
    this.receiver = receiver;
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    await control(this.sandbox, 'settings', {
      'woo.webhookHosts': { '127.0.0.1:8080': `127.0.0.1:${port}` },
    });
  }

  /** Sends all that waits and gives what came; the sandbox's log tells when it is all. */
  async deliveries(): Promise<Received[]> {
    const before = this.received.length;
    const sentBefore = await this.sentCount();
    const { started } = (await control(this.sandbox, 'webhooks/run', {})) as { started: number };
    while ((await this.sentCount()) < sentBefore + started) await tick();
    return this.received.slice(before);
  }

  private async sentCount(): Promise<number> {
    const { sent } = (await control(this.sandbox, 'webhooks')) as { sent: unknown[] };
    return sent.length;
  }

  /** Waits for the ping of a new webhook. */
  async pinged(): Promise<void> {
    while (this.received.length === 0) await tick();
    this.received.splice(0, 1);
  }

  /** Runs the cron and holds what goes out against recorded deliveries, in the recorded order. */
  async expectDeliveries(...names: string[]): Promise<void> {
    const came = await this.deliveries();
    for (const name of names) {
      const recorded = recordedDelivery(name);
      const found = came.find(
        (one) => one.path === recorded.delivery.path && this.isOf(one, recorded.delivery.body_raw),
      );
      const all = came.map((one) => `${one.path} ${one.body.slice(0, 12)}`).join('; ');
      this.verdicts.set(
        name,
        found === undefined
          ? `not delivered; came: ${all}`
          : this.deliveryDifference(recorded, found),
      );
    }
    if (came.length !== names.length) {
      for (const name of names) this.verdicts.set(name, `${came.length} deliveries came`);
    }
  }

  private isOf(one: Received, recordedBody: string): boolean {
    const idOf = (text: string): number => Number(at(JSON.parse(text), 'id'));
    const kind = one.path.includes('customer') ? 'user' : 'post';
    return this.pairs.actual(kind, idOf(recordedBody)) === idOf(one.body);
  }

  private deliveryDifference(
    recorded: ReturnType<typeof recordedDelivery>,
    actual: Received,
  ): Difference {
    const { headers, body_raw: body } = recorded.delivery;
    const isNames = (list: [string, string][]): string => list.map(([name]) => name).join();
    if (isNames(headers) !== isNames(actual.headers)) return `headers ${isNames(actual.headers)}`;
    for (const [name, value] of headers) {
      const is = headerIn(actual.headers, name) ?? '';
      if (!this.isHeaderAlike(name, value, is, actual.body, recorded.secret))
        return `${name}: ${value} against ${is}`;
    }
    if (actual.body !== phpText(JSON.parse(actual.body))) return 'the body is not as PHP writes it';
    const resource = `${headerIn(headers, 'X-WC-Webhook-Resource') ?? ''}s`;
    return difference(JSON.parse(body), JSON.parse(actual.body), this.pairs, [resource]);
  }

  /**
   * Signature, length and id of a delivery follow from its body and second: their making is
   * checked.
   */
  private isHeaderAlike(
    name: string,
    recorded: string,
    actual: string,
    body: string,
    secret: string | null,
  ): boolean {
    switch (name) {
      case 'X-WC-Webhook-Signature':
        return secret === null
          ? /^[A-Za-z0-9+/]{43}=$/.test(actual)
          : createHmac('sha256', secret).update(body).digest('base64') === actual;
      case 'Content-Length':
        return Number(actual) === Buffer.byteLength(body);
      case 'X-WC-Webhook-Delivery-ID':
        return /^[0-9a-f]{32}$/.test(actual);
      case 'X-WC-Webhook-ID':
        return this.pairs.same('webhook', Number(recorded), Number(actual));
      default:
        return recorded === actual;
    }
  }

  async end(): Promise<void> {
    const { receiver } = this;
    if (receiver === null) return;
    await new Promise((resolve) => receiver.close(resolve));
  }
}

async function received(incoming: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const { rawHeaders } = incoming;
  const headers = rawHeaders.flatMap((name, place): [string, string][] =>
    place % 2 === 0 ? [[name, rawHeaders[place + 1] ?? '']] : [],
  );
  return { path: incoming.url ?? '', headers, body: Buffer.concat(parts).toString('utf8') };
}
