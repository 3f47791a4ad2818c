import { describeDetection } from './detection.properties.js';
import { describeHostility } from './hostility.properties.js';

describeDetection(250);
describeHostility(250);
