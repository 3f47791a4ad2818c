import { describeHostileReplies } from './hostile-replies.properties.js';

describeHostileReplies(3_000);
