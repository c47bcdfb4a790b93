import { matching } from "../../../app/widgets/picker/picker.js";
import { equal, test } from "./check.js";

const GROUPS = [
  { label: "Pictures: MNIST", options: [{ name: "vae/vae--mnist", title: "VAE, digits" }] },
  {
    label: "Sentences: Tatoeba",
    options: [
      { name: "text_vae/text_vae--tatoeba", title: "Text VAE" },
      { name: "text_vae/text_ae--tatoeba", title: "Text auto-encoder" },
    ],
  },
];
const names = (query, chosen) =>
  matching(GROUPS, query, chosen).map(({ options }) => options.map(({ name }) => name));

test("a search of the models needs all its words, in the name, the title or the group", () => {
  equal(names(""), [
    ["vae/vae--mnist"],
    ["text_vae/text_vae--tatoeba", "text_vae/text_ae--tatoeba"],
  ]);
  equal(names("TEXT  auto"), [["text_vae/text_ae--tatoeba"]]);
  equal(names("mnist"), [["vae/vae--mnist"]]);
  equal(names("zebra"), []);
});

test("what is chosen stays in the list", () => {
  equal(names("auto", "vae/vae--mnist"), [["vae/vae--mnist"], ["text_vae/text_ae--tatoeba"]]);
});
