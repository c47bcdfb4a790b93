// A folder of pictures as a ZIP, which is what the server reads. Nothing in it is compressed, as
// pictures are already. See APPNOTE.TXT 6.3, 4.3.

import { crc, joined } from "../../page/png.js";

const PICTURE = /\.(png|jpe?g)$/i;
const MOST = 0xffff; // files, as many as such a ZIP can count
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UNIX = 3 << 8;
const MINE = (0o600 << 16) >>> 0; // who may read it, as Unix has it
const UTF8 = 0x0800; // flag of a name
const DAY = 0x21; // 1 January 1980: the same pictures are the same bytes

/**
 * The pictures of a folder that was chosen; throws an Error with a sentence.
 * @param {Iterable<File>} files all that is in it
 * @param {number} most bytes
 * @returns {Promise<File>}
 */
export async function packed(files, most) {
  const all = [...files];
  const [root] = all[0]?.webkitRelativePath.split("/") ?? [""];
  const found = all
    .filter(({ name }) => PICTURE.test(name))
    .map((file) => ({ file, path: file.webkitRelativePath.slice(root.length + 1) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (!found.length)
    throw new Error(`${root || "The folder"} holds no PNG or JPEG. Choose another.`);
  if (found.length > MOST)
    throw new Error(`${root} holds more than ${MOST} pictures. Choose a part of it.`);
  const size = found.reduce((sum, { file }) => sum + file.size, 0);
  if (size > most)
    throw new Error(
      `The pictures in ${root} have ${Math.ceil(size / 2 ** 20)} MiB; they may have ${most >> 20}. Choose a part of it.`,
    );
  const entries = [];
  for (const { file, path } of found)
    entries.push({ path, data: new Uint8Array(await file.arrayBuffer()) });
  return new File(zip(entries), `${root}.zip`);
}

/**
 * The parts of a ZIP, in their order.
 * @param {{path: string, data: Uint8Array<ArrayBuffer>}[]} entries
 */
export function zip(entries) {
  const parts = [];
  const central = [];
  let at = 0;
  for (const { path, data } of entries) {
    const name = new TextEncoder().encode(path);
    const flags = name.length > path.length ? UTF8 : 0;
    const file = [
      ...[two(VERSION), two(flags), two(0), two(0), two(DAY)],
      ...[four(crc(data)), four(data.length), four(data.length), two(name.length), two(0)],
    ];
    const head = joined([four(LOCAL), ...file, name]);
    const beside = [two(0), two(0), two(0), four(MINE), four(at)];
    central.push(joined([four(CENTRAL), two(VERSION | UNIX), ...file, ...beside, name]));
    parts.push(head, data);
    at += head.length + data.length;
  }
  const list = joined(central);
  const n = two(entries.length);
  const end = [four(END), two(0), two(0), n, n, four(list.length), four(at), two(0)];
  return [...parts, list, joined(end)];
}

/** @param {number} value */
const two = (value) => Uint8Array.of(value & 255, value >>> 8);

/** @param {number} value */
const four = (value) => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
