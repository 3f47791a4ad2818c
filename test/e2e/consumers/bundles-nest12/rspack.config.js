// Optional packages of Nest itself. Leave out the ones that your application has.
const optional = [
  '@nestjs/microservices',
  '@nestjs/microservices/microservices-module.js',
  '@nestjs/websockets/socket-module.js',
];

export default (options, rspack) => ({
  ...options,
  externals: [],
  externalsPresets: { node: true },
  output: { ...options.output, filename: 'single-file.mjs' },
  plugins: [
    ...options.plugins,
    new rspack.IgnorePlugin({ checkResource: (name) => optional.includes(name) }),
    new rspack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
  ],
});
