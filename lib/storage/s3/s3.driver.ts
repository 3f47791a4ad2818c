import { readCloudUrl } from '../cloud/cloud.url.js';
import type { StorageDriver } from '../contract/storage.driver.js';
import { flag, type UrlRules } from '../contract/storage.url.js';
import { S3Storage } from './s3.storage.js';

const RULES: UrlRules = {
  example: 's3://my-bucket?region=eu-west-1',
  known: ['region', 'endpoint', 'use_path_style', 'prefix'],
  aliases: { s3ForcePathStyle: 'use_path_style' },
  ignored: [
    'accelerate',
    'awssdk',
    'hostname_immutable',
    'rate_limiter_capacity',
    'request_checksum_calculation',
    'response_checksum_validation',
  ],
  elsewhere: {
    anonymous: 'a session that anybody can read must not be stored, so credentials are needed',
    disableSSL: 'give an endpoint that begins with http://',
    disable_https: 'give an endpoint that begins with http://',
    dualstack: 'set AWS_USE_DUALSTACK_ENDPOINT=true',
    fips: 'set AWS_USE_FIPS_ENDPOINT=true',
    kmskeyid: 'set the default encryption of the bucket',
    profile: 'set AWS_PROFILE',
    role: 'set AWS_ROLE_ARN, or a profile with role_arn and AWS_PROFILE',
    ssetype: 'set the default encryption of the bucket',
  },
};

export const s3Driver: StorageDriver = {
  schemes: ['s3:'],
  examples: ['s3://bucket'],
  packages: ['@aws-sdk/client-s3'],
  create(url, onIgnored) {
    const { name, parameters } = readCloudUrl(url, RULES, onIgnored);
    return new S3Storage({
      bucket: name,
      prefix: parameters.get('prefix'),
      region: parameters.get('region'),
      endpoint: parameters.get('endpoint'),
      usePathStyle: flag(parameters, 'use_path_style'),
    });
  },
};
