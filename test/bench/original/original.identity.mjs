import { Agent, request } from 'undici';

/** What the Go library's Betfair client does for it: one request each. */
export class OriginalIdentity {
  constructor({ username, password, applicationKey, certificate, ca, endpoints }) {
    Object.assign(this, { username, password, applicationKey, endpoints });
    this.agent = new Agent({ connect: { ca } });
    this.certified = new Agent({ connect: { ca, ...certificate } });
  }

  async login() {
    const reply = await this.#post(this.endpoints.certLogin, this.certified, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username: this.username, password: this.password }).toString(),
    });
    if (reply.loginStatus !== 'SUCCESS') throw new Error(`Login: ${reply.loginStatus}`);
    return reply.sessionToken;
  }

  async resume(token) {
    const headers = { 'x-authentication': token };
    const reply = await this.#post(this.endpoints.keepAlive, this.agent, { headers });
    return reply.status === 'SUCCESS';
  }

  async logout(token) {
    await this.#post(this.endpoints.logout, this.agent, { headers: { 'x-authentication': token } });
  }

  async close() {
    await Promise.all([this.agent.close(), this.certified.close()]);
  }

  async #post(url, dispatcher, { headers, body }) {
    const response = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { accept: 'application/json', 'x-application': this.applicationKey, ...headers },
      body,
    });
    return response.body.json();
  }
}
