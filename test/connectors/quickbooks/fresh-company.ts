import { z } from 'zod';

import type { Connector, Outgoing, StoredSend } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { QboCredentials } from '../../../connectors/quickbooks/api/oauth';
import { createQuickBooks } from '../../../connectors/quickbooks/quickbooks';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { startQboSandbox } from '../../../sandbox/qbo/start';
import type { RunningSandbox } from '../../../sandbox/server/server';
import { composed, openGate, stored, writeOf } from '../fixtures';
import { control } from '../sandbox';
import { mapped, realmSchema } from './company';

/** One sandbox with one company, made anew for each test, and the connector to it. */
export class FreshCompany {
  /** Credentials that the connector stored since `start`. */
  saved: QboCredentials[] = [];
  private running: RunningSandbox | null = null;
  private made: Connector | null = null;

  get sandbox(): RunningSandbox {
    if (this.running === null) throw new Error('No sandbox was opened');
    return this.running;
  }

  get connector(): Connector {
    if (this.made === null) throw new Error('No company was started');
    return this.made;
  }

  async open(): Promise<void> {
    this.running = await startQboSandbox();
  }

  async close(): Promise<void> {
    await closeConnections();
    await this.sandbox.close();
  }

  /**
   * The company of the accounting examples (accounting.md#examples); with a token of the caller no
   * facts are read.
   */
  async start(preferences: object = {}, accessToken?: string): Promise<void> {
    const realm = { realmId: '4620816365', fixture: 'accounting', preferences };
    const answer = await control(this.sandbox, 'reset', { realms: [realm] });
    await control(this.sandbox, 'faults', []);
    await control(this.sandbox, 'quota', { on: false });
    const [made] = z.array(realmSchema).parse(answer['realms']);
    if (!made) throw new Error('The sandbox made no company');
    this.saved = [];
    const { refreshToken } = made;
    this.made = createQuickBooks({
      ...made,
      baseUrl: this.sandbox.url,
      oauthUrl: this.sandbox.url,
      credentials: {
        accessToken: accessToken ?? made.accessToken,
        refreshToken,
        expiresAtMs: null,
      },
      saveCredentials: (credentials) => Promise.resolve(void this.saved.push(credentials)),
      facts: null,
      posting: initialPostingSettings,
      timeouts: { connectMs: 1000, firstByteMs: 2000, totalMs: 3000 },
      reach: 'any',
      now: () => Date.now(),
    });
    if (accessToken === undefined) await this.made.readFacts(openGate());
  }

  /** One send of what these deliveries compose to, frozen and not sent yet. */
  async freeze(items: readonly Outgoing[], knownThings = mapped()): Promise<StoredSend> {
    const { connector } = this;
    return stored(connector, (await composed(connector, items, knownThings)).map(writeOf));
  }

  /** The account that items of the tests earn on. */
  async incomeAccount(): Promise<string> {
    const schema = z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) });
    const { accounts } = schema.parse(await this.connector.readFacts(openGate()));
    return accounts.find(({ name }) => name === 'Sales of Product Income')?.id ?? '';
  }
}
