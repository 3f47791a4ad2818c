import { describeDetection } from './detection.properties.js';
import { describeHostility } from './hostility.properties.js';

describeDetection(10_000);
describeHostility(3_000);
