import { describeHostileReplies } from './hostile-replies.properties.js';

describeHostileReplies(100);
