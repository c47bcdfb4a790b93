// The 2-D laboratory. Emits "ready".
//
// It is one view of its tab, shown while the tab's mode is "laboratory"; the other views watch
// the attribute data-mode of the tab's panel, and keep their own field of the link.
const TAB = props.tab;
const MODE = "laboratory";
const panel = element.closest('[role="tabpanel"]');
const life = latent.result(TAB, { element, ready: () => trigger("ready"), server, draw: () => {} });

life.view.run = async ({ mode, laboratory }) => {
  panel.dataset.mode = mode;
  latent.setView(TAB, mode === MODE ? { mode, laboratory } : { mode });
};
