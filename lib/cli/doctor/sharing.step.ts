import { storedObjectsOf } from '../../login/stored-objects.js';
import { ok, type Step, warn } from './finding.js';

/** Tells if programs that know nothing of the lease may use the same session. */
export const sharingStep: Step = {
  name: 'sharing',
  needs: ['options'],

  async check({ prefix, resolved }) {
    if (!storedObjectsOf(resolved).isNamedByHand) {
      return [ok('The session has the name that only this package uses.')];
    }
    return [
      warn(
        `The session has a name of your choice: ${prefix}SESSION_KEY=${resolved.sessionKey}. A program that shares it and knows no lease, such as the Go library betfair-session, may log in at the same moment; then one of two logins is wasted. Without such a program, unset the variable.`,
      ),
    ];
  },
};
