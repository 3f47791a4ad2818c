// Compiles the package once for all programs that the suites start.
import { compile } from '../fleet/build.mjs';

export default function setUp() {
  process.env.COMPILED_PACKAGE = compile();
}
