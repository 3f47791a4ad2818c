import { number, read, text } from '../../common/unknown-values.js';
import type { CloudFault, CloudWords } from '../cloud/cloud.errors.js';

/** Reads an error of the SDK, whose name is the code of S3. */
function s3Fault(error: unknown): CloudFault {
  const status = number(read(error, '$metadata'), 'httpStatusCode');
  const name = text(error, 'name');
  if (status === undefined) {
    return { status, code: text(error, 'code') ?? name, path: text(error, 'path') };
  }
  return { status, code: name, serverTime: text(error, 'ServerTime') };
}

/** Verdicts on the codes of S3, and advice for its failures. */
export const S3_WORDS: Omit<CloudWords, 'place'> = {
  faultOf: s3Fault,
  verdicts: {
    NoSuchKey: 'absent',
    NoSuchBucket: 'misconfigured',
    PreconditionFailed: 'conflict',
    ExpiredToken: 'denied',
    InvalidToken: 'denied',
    ExpiredTokenException: 'denied',
    InvalidIdentityToken: 'denied',
    RequestTimeTooSkewed: 'skewed',
    // S3 and compatible services send these with status 400.
    RequestTimeout: 'unavailable',
    SlowDown: 'unavailable',
    Throttling: 'unavailable',
    ThrottlingException: 'unavailable',
    CredentialsProviderError: 'anonymous',
    TokenProviderError: 'anonymous',
  },
  permissions: {
    read: 's3:GetObject on the objects and s3:ListBucket on the bucket (without it, a missing object looks like a denied one)',
    write: 's3:PutObject on the objects',
    delete: 's3:DeleteObject on the objects',
  },
  advice: {
    anonymous:
      'No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give the machine a role, or check the profile in AWS_PROFILE (an SSO profile needs "aws sso login" from time to time).',
    misconfigured: 'Check that the bucket exists, and check its name, region and endpoint.',
    unavailable:
      'This is usually temporary. If it continues, check the network, the endpoint and the service.',
    unsupported:
      'It does not support conditional requests. Use a service that supports If-Match and If-None-Match, or another storage.',
  },
  credentials: {
    values: ['AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN'],
    files: ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
  },
};
