import { describeMisplacedSecrets } from './misplaced-secrets.properties.js';

describeMisplacedSecrets(4_000);
