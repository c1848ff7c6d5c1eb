import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Keys that seal credentials: the first seals, all open, so a key can be replaced step by step. */
export interface SecretKey {
  id: string;
  key: Buffer;
}

/**
 * Seals and opens small texts with AES-256-GCM; the place a secret belongs to is authenticated with
 * it.
 */
export class SecretBox {
  private readonly keys: readonly SecretKey[];

  constructor(keys: readonly SecretKey[]) {
    if (keys.length === 0) throw new Error('TRUTH_SYNC_SECRET_KEYS holds no key');
    this.keys = keys;
  }

  /**
   * `keyId.iv.tag.ciphertext`, the last three in base64url. `place` must be given again to open it.
   */
  seal(plain: string, place: string): string {
    const [first] = this.keys;
    if (first === undefined) throw new Error('Bug: a secret box without keys');
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const parts = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'));
    return [first.id, ...parts].join('.');
  }

  /**
   * Throws without telling the content when the key is gone, the text was changed, or the place
   * differs.
   */
  open(sealed: string, place: string): string {
    const [keyId = '', iv = '', tag = '', text = ''] = sealed.split('.');
    const key = this.keys.find((candidate) => candidate.id === keyId);
    if (key === undefined) {
      throw new Error(
        `The secret of ${place} was sealed with key "${keyId}", which is not in ` +
          'TRUTH_SYNC_SECRET_KEYS',
      );
    }
    try {
      // A shorter tag would be easier to forge, and Node takes one unless told its length.
      const decipher = createDecipheriv('aes-256-gcm', key.key, Buffer.from(iv, 'base64url'), {
        authTagLength: 16,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(Buffer.from(tag, 'base64url'));
      const plain = [decipher.update(Buffer.from(text, 'base64url')), decipher.final()];
      return Buffer.concat(plain).toString('utf8');
    } catch {
      throw new Error(
        `The secret of ${place} cannot be opened: it was changed, or belongs to another place`,
      );
    }
  }
}
