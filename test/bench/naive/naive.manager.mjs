import { request } from 'undici';

/** The session manager that most bots begin with: it logs in where it has no token, and again where a call is refused. */
export class NaiveManager {
  constructor(options, agents) {
    Object.assign(this, { options, agents });
  }

  async call(method, params) {
    this.token ??= await this.login();
    const answer = await this.send(method, params);
    if (answer.error?.data?.APINGException?.errorCode !== 'INVALID_SESSION_INFORMATION') {
      return answer.result;
    }
    this.token = await this.login();
    return (await this.send(method, params)).result;
  }

  async login() {
    const { username, password, endpoints } = this.options;
    const reply = await this.post(endpoints.certLogin, this.agents.certified, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username, password }).toString(),
    });
    if (reply.loginStatus !== 'SUCCESS') throw new Error(`Login: ${reply.loginStatus}`);
    return reply.sessionToken;
  }

  send(method, params) {
    return this.post(
      `${this.options.endpoints.api}/exchange/betting/json-rpc/v1`,
      this.agents.plain,
      {
        headers: { 'content-type': 'application/json', 'x-authentication': this.token },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      },
    );
  }

  async post(url, dispatcher, { headers, body }) {
    const all = { accept: 'application/json', 'x-application': this.options.applicationKey };
    const answer = { method: 'POST', dispatcher, headers: { ...all, ...headers }, body };
    return (await request(url, answer)).body.json();
  }
}
