// What Gradio's own snippets of JavaScript in Python call; all else imports what it needs.
// @ts-check
import { restored, run } from "./address.js";

Object.assign(globalThis, { latent: { run, restored } });
