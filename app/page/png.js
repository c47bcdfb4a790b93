// Words inside a PNG file: where a saved picture came from goes with it.
// @ts-check

const HEADER = 8 + 25; // bytes of the signature and of the chunk IHDR, which comes first
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The check sum of PNG and of ZIP. @param {Uint8Array} data */
export function crc(data) {
  let c = 0xffffffff;
  for (const byte of data) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** One after the other. @param {Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
export function joined(parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/**
 * One chunk iTXt, as the PNG specification has it (11.3.3.4): UTF-8, not compressed.
 * @param {string} keyword
 * @param {string} text
 */
function chunk(keyword, text) {
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`);
  const made = new Uint8Array(body.length + 8);
  const view = new DataView(made.buffer);
  view.setUint32(0, body.length - 4); // without the type
  made.set(body, 4);
  view.setUint32(4 + body.length, crc(body));
  return made;
}

/**
 * The file with what is said of it, by keyword ("Source", "Software", …).
 * @param {Uint8Array} png
 * @param {Record<string, string>} texts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function withTexts(png, texts) {
  const chunks = Object.entries(texts).map(([keyword, text]) => chunk(keyword, text));
  return joined([png.subarray(0, HEADER), ...chunks, png.subarray(HEADER)]);
}

/** The view that a picture saved now shows: its link has every setting. */
export const origin = () => ({ Software: "Latent Playground", Source: location.href });
