import { rmSync } from 'node:fs';

export default function tearDown() {
  rmSync(process.env.COMPILED_PACKAGE, { recursive: true });
}
