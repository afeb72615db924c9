/** One of the two engines is broken, so no signature that is made or judged here can be relied on. */
export class EngineDisagreement extends Error {
  override readonly name = 'EngineDisagreement';

  constructor(finding: string) {
    super(
      `Ed25519 alarm: ${finding}. Nothing is signed or verified on this machine until that is repaired: ` +
        'check its Node and OpenSSL, and run "npm ci" again.',
    );
  }
}
