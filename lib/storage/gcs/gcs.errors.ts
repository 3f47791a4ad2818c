import { number, read, text } from '../../common/unknown-values.js';
import type { CloudFault, CloudWords } from '../cloud/cloud.errors.js';

/** Text of the SDK for a credentials path that is not a file, or a file that lacks a part. */
const KEY_FILE = /The file at .+ is not a file|The incoming JSON object does not contain/s;

/** Reads an error of the SDK, which has the HTTP status in `code` and the server's answer in the message. */
export function gcsFault(error: unknown): CloudFault {
  const status = number(error, 'code') ?? number(error, 'status');
  const message = text(error, 'message') ?? '';
  if (status === 404) {
    // Only the text tells a missing bucket from a missing object.
    return { status, code: /bucket does not exist/i.test(message) ? 'noSuchBucket' : 'notFound' };
  }
  if (/invalid_grant/.test(message)) {
    const isOfTime = /reasonable timeframe|iat and exp/.test(message);
    return { status, code: isOfTime ? 'invalidTimeOfGrant' : 'invalid_grant' };
  }
  if (message.startsWith('Could not load the default credentials')) {
    return { status, code: 'noCredentials' };
  }
  const own = text(error, 'code');
  const name = text(error, 'name');
  if (status === undefined && own === undefined) {
    const isOfKeyFile = name === 'SyntaxError' || KEY_FILE.test(message);
    return { status, code: isOfKeyFile ? 'unusableCredentials' : name };
  }
  const reasons = read(error, 'errors');
  const reason = Array.isArray(reasons) ? text(reasons[0], 'reason') : undefined;
  // The message of a failed read is the whole reply.
  const inReply = /"reason":\s*"(\w+)"/.exec(message)?.[1];
  return { status, code: reason ?? inReply ?? own ?? name, path: text(error, 'path') };
}

/** Verdicts on the codes of Google Cloud Storage, and advice for its failures. */
export const GCS_WORDS: Omit<CloudWords, 'place'> = {
  faultOf: gcsFault,
  verdicts: {
    notFound: 'absent',
    noSuchBucket: 'misconfigured',
    noCredentials: 'anonymous',
    // Google's code for a request without credentials.
    required: 'anonymous',
    invalid_grant: 'denied',
    invalidTimeOfGrant: 'skewed',
    unusableCredentials: 'local',
    rateLimitExceeded: 'unavailable',
    userRateLimitExceeded: 'unavailable',
  },
  permissions: {
    read: 'storage.objects.get on the bucket, as in the role "Storage Object User"',
    write:
      'storage.objects.create on the bucket, and storage.objects.delete to replace, as in the role "Storage Object User"',
    delete: 'storage.objects.delete on the bucket, as in the role "Storage Object User"',
  },
  advice: {
    anonymous:
      'No credentials were found. Set GOOGLE_APPLICATION_CREDENTIALS, run gcloud auth application-default login, or give the machine a service account.',
    misconfigured: 'Check that the bucket exists, and check its name.',
    unavailable: 'This is usually temporary. If it continues, check the network and the service.',
    unsupported:
      'It does not support conditional requests. Use a service that supports ifGenerationMatch, or another storage.',
  },
  credentials: { values: [], files: ['GOOGLE_APPLICATION_CREDENTIALS'] },
};
