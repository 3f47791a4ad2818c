import { closeAccounts } from '../support/account.js';
import { describeHostileFrames } from './hostile-frames.properties.js';
import { closeOddServers } from './odd-server.js';

afterEach(async () => {
  closeOddServers();
  await closeAccounts();
});

describeHostileFrames(2_000);
