/**
 * The algorithm of the Go library `betfair-session` (`SessionManager.GetSession`), step by step: at every call it asks
 * whether the bucket can be used, whether the object exists, reads it, and has Betfair extend what it read. Where any of
 * that says no it logs in and stores the new token; one that cannot be stored is logged out again.
 */
export class OriginalSession {
  constructor(bucket, identity, key) {
    this.bucket = bucket;
    this.identity = identity;
    this.key = key;
  }

  async getSession() {
    const { bucket, identity, key } = this;
    if (!(await bucket.isAccessible())) throw new Error('The bucket cannot be used.');
    if (await bucket.exists(key)) {
      const token = await bucket.readAll(key);
      if (token !== '' && (await identity.resume(token))) return token;
    }
    const token = await identity.login();
    try {
      await bucket.writeAll(key, token);
    } catch (error) {
      await identity.logout(token);
      throw error;
    }
    return token;
  }
}
