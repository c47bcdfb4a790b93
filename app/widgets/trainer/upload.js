// A file goes to the server in pieces: a question of its own for each, within what one may hold.

/** @typedef {import("./types.js").Ui} Ui */

const WINDOW = 0x8000; // characters that a call takes as arguments

/**
 * The bytes as base64.
 * @param {Uint8Array} bytes
 */
export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += WINDOW)
    text += String.fromCharCode(...bytes.subarray(at, at + WINDOW));
  return btoa(text);
}

/**
 * Where the pieces of a file begin and end; an empty one has none.
 * @param {number} size
 * @param {number} most bytes of a piece
 * @returns {[number, number][]}
 */
export function cuts(size, most) {
  const n = Math.ceil(size / most);
  return Array.from({ length: n }, (_, i) => [i * most, Math.min(size, (i + 1) * most)]);
}

/**
 * The name under which the server keeps the file; throws an Error with a sentence.
 * @param {Ui} ui
 * @param {File} file
 * @param {(share: number) => boolean} went told how far it is; false ends it
 * @returns {Promise<string>} nothing where it was ended
 */
export async function send(ui, file, went) {
  const { piece, most } = ui.props;
  if (!file.size) throw new Error(`${file.name} is empty. Choose another file.`);
  if (file.size > most)
    throw new Error(
      `${file.name} has ${Math.ceil(file.size / 2 ** 20)} MiB; a file may have ${most >> 20}. Choose a part of it.`,
    );
  const { upload } = await asked(ui, "begin_upload", { file_name: file.name.slice(-255) });
  for (const [from, to] of cuts(file.size, piece)) {
    const bytes = new Uint8Array(await file.slice(from, to).arrayBuffer());
    await asked(ui, "piece", { upload, data: base64(bytes) });
    if (!went(to / file.size)) return "";
  }
  return upload;
}

/**
 * @param {Ui} ui
 * @param {string} name
 * @param {any} question
 */
async function asked(ui, name, question) {
  const answer = await ui.ask(name, question);
  if (answer.error) throw new Error(answer.error);
  return answer;
}
