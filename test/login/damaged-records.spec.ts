import { closeAccounts } from '../support/account.js';
import { describeDamagedRecords } from './damaged-records.properties.js';

afterEach(closeAccounts);

describeDamagedRecords({ parsed: 200, started: 30 });
