import { describeStorageUrls } from './storage-urls.properties.js';

describeStorageUrls(100);
