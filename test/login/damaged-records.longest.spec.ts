import { closeAccounts } from '../support/account.js';
import { describeDamagedRecords } from './damaged-records.properties.js';

afterEach(closeAccounts);

describeDamagedRecords({ parsed: 5_000, started: 300 });
