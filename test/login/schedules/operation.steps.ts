import type { Harm } from './harm.js';
import type { Operation, Operations } from './operation.js';
import { LEASE_DURATION } from './process.parts.js';

/** Longer than others watch a holder that does not move, whenever they began to. */
const PAUSE = 2 * LEASE_DURATION + 2_000;

/** One of several ways in which an operation may go on. */
export interface Way {
  readonly name: string;
  readonly take: () => void;
}

/** What may become of an operation under way; first, that it just happens. */
export function waysOf(operation: Operation, operations: Operations, harm: Harm): readonly Way[] {
  const { process, result } = operation;
  const way = (how: string, then: () => void): Way => ({
    name: `${operation.name}${how}`,
    take: () => {
      operations.remove(operation);
      then();
    },
  });
  if (result) return [way(': the answer arrives', () => process.hear(result))];
  const happens = way('', () => process.hear(operation.happen()));
  if (harm.left.faults === 0) return [happens];
  const fault = (how: string, then: () => void) =>
    way(how, () => {
      harm.spend('faults');
      harm.hit(process);
      then();
    });
  const pause = () => {
    harm.writeOff(process);
    process.stop(PAUSE);
    operations.add(operation);
  };
  const always = [
    happens,
    fault(': fails', () => process.hear(operation.fail(false))),
    fault(': happens, then a pause', () => {
      operation.result = operation.happen();
      pause();
    }),
  ];
  // A crash or a pause before what changes nothing is one after what came before.
  if (!operation.changes()) return always;
  return [
    ...always,
    fault(': happens, but the answer is lost', () => {
      operation.happen();
      harm.writeOff(process);
      process.hear(operation.fail(true));
    }),
    fault(': happens, then a crash', () => {
      operation.happen();
      harm.writeOff(process);
      process.die();
      operations.removeOf(process);
    }),
    fault(': is on its way in a pause', pause),
    fault(': fails, but may happen later', () => {
      harm.writeOff(process);
      operations.setAdrift(operation);
      process.hear(operation.fail(true));
    }),
  ];
}

/** What may become of an operation that nobody waits for any more. */
export function waysOfStray(operation: Operation, operations: Operations): readonly Way[] {
  const way = (how: string, then: () => void): Way => ({
    name: `${operation.process.name} ${operation.name} late: ${how}`,
    take: () => {
      operations.remove(operation);
      then();
    },
  });
  const lost = way('is lost', () => undefined);
  return operation.changes() ? [way('happens', () => operation.happen()), lost] : [lost];
}
