// Samples as a list of sentences or a grid of pictures, drawn chunk by chunk.
const { el, button, bytes, paint } = latent;
const { body } = latent.result("sample", { element, ready: () => trigger("ready"), server, draw });

function draw(data) {
  body.replaceChildren(...data.items.map((text) => el("p", { text })));
}
