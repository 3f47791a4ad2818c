import { describeStorageUrls } from './storage-urls.properties.js';

describeStorageUrls(5_000);
