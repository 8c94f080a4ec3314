// What Python packed with zlib.

/** The content of compressed bytes, as a Response: ask it for `json()` and the like. */
export function inflated(bytes) {
  const stream = new Blob([bytes]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("deflate")));
}
