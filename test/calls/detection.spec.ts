import { describeDetection } from './detection.properties.js';
import { describeHostility } from './hostility.properties.js';

describeDetection(200);
describeHostility(200);
