// Columns of numbers out of text: the counterpart of columns.py.
"use strict";
globalThis.videoemo ??= {};

videoemo.bytesOf = (text) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};

videoemo.unpack = async ({ columns, data }) => {
  const packed = new Blob([videoemo.bytesOf(data)]).stream();
  const stream = packed.pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const arrays = { u1: Uint8Array, i2: Int16Array, i4: Int32Array, f8: Float64Array };
  const unpacked = {};
  let at = 0;
  for (const [name, kind, length] of columns) {
    const column = new arrays[kind](length);
    const size = column.BYTES_PER_ELEMENT;
    const own = new Uint8Array(column.buffer);
    if (size === 1) own.set(bytes.subarray(at, at + length));
    else {
      for (let k = 0; k < size; k++) {
        const plane = bytes.subarray(at + k * length, at + (k + 1) * length);
        for (let i = 0, to = k; i < length; i++, to += size) own[to] = plane[i];
      }
    }
    at += size * length;
    // What overflows a typed array comes round again, as it did before.
    if (kind !== "f8") for (let i = 1, sum = column[0]; i < length; i++) column[i] = sum += column[i];
    unpacked[name] = column;
  }
  return unpacked;
};
