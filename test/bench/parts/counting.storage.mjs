/** A store that counts what is done to it. */
export function counting(storage) {
  const counted = {
    operations: 0,
    read(...parameters) {
      counted.operations += 1;
      return storage.read(...parameters);
    },
    write(...parameters) {
      counted.operations += 1;
      return storage.write(...parameters);
    },
    delete(...parameters) {
      counted.operations += 1;
      return storage.delete(...parameters);
    },
  };
  return counted;
}
