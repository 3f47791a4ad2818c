/** Calls into the application's OpenTelemetry. Its errors must end no login and no request. */
export function quietly<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
