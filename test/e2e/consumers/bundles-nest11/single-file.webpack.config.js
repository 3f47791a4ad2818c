// Optional packages of Nest itself: what Nest 11 calls them, and Nest 12.
const optional = [
  '@nestjs/microservices/microservices-module',
  '@nestjs/microservices/microservices-module.js',
  '@nestjs/websockets/socket-module',
  '@nestjs/websockets/socket-module.js',
];

module.exports = (options, webpack) => ({
  ...options,
  externals: [],
  output: { ...options.output, filename: 'single-file.js', libraryTarget: 'commonjs2' },
  plugins: [
    ...options.plugins,
    new webpack.IgnorePlugin({
      checkResource(name) {
        if (!optional.includes(name)) return false;
        try {
          require.resolve(name);
          return false;
        } catch {
          return true;
        }
      },
    }),
    // The packages of stores, such as pg, go into the same file.
    new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
  ],
});
