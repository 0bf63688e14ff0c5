// An explorer in a notebook, as anywidget wants it: a view of a model that Python shares. SKELETON and STYLE stand above.
const datasets = new WeakMap();

// the data of a model, read once however many views show it
function dataOf(model) {
  if (!datasets.has(model)) datasets.set(model, JSON.parse(model.get("_data")));
  return datasets.get(model);
}
// a selection in the words of Python as a choice in those of the explorer, and back
function choiceOf(data, {definition, components, years, measure, net, interval, engine, standard}) {
  const variant = data.variants.find((one) => one.engine === engine && one.standard === standard)?.id;
  return {definition, span: years.join(":"), measure, net, level: String(interval), variant, selected: components};
}
function selectionOf(data, {definition, span, measure, net, level, variant, selected}) {
  const {years} = data.spans.find((one) => one.id === span), {engine, standard} = data.variants.find((one) => one.id === variant);
  return {definition, components: selected, years, measure, net, interval: Number(level), engine, standard};
}

// whether what lies behind an element is dark
function isDark(element) {
  const brush = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = getComputedStyle(at).backgroundColor;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, opacity] = brush.getImageData(0, 0, 1, 1).data;
    if (opacity > 127) return 0.3 * red + 0.59 * green + 0.11 * blue < 128;
  }
  return getComputedStyle(document.documentElement).colorScheme.includes("dark")
    && matchMedia("(prefers-color-scheme: dark)").matches;
}
// follows the theme of the notebook; returns what ends it
function followTheme(host, explorer) {
  const apply = () => explorer.classList.toggle("night", isDark(host));
  const later = () => setTimeout(apply, 100);  // when the style sheets of the new theme are there
  const attributes = new MutationObserver(later), seen = new ResizeObserver(apply), system = matchMedia("(prefers-color-scheme: dark)");
  for (const one of [document.documentElement, document.body]) attributes.observe(one, {attributes: true});
  seen.observe(host);
  system.addEventListener("change", later);
  return () => { attributes.disconnect(); seen.disconnect(); system.removeEventListener("change", later); };
}

function render({model, el}) {
  const data = dataOf(model), host = document.createElement("div"), root = host.attachShadow({mode: "open"});
  host.dataset.lmSuppressShortcuts = "true";  // else JupyterLab takes the keys of what is typed as its own
  host.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation(); });
  root.innerHTML = SKELETON;  // holds no text of a case
  const style = document.createElement("style");
  style.textContent = STYLE;
  root.prepend(style);
  el.append(host);

  const kept = () => choiceOf(data, model.get("selection"));
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const first = kept();
  const explorer = startExplorer(root, data, {first: Engine.isSound(data, first) ? first : null, changed: (choice) => {
    if (isSame(choice, kept())) return;
    model.set("selection", selectionOf(data, choice));
    model.save_changes();
  }});
  const follow = () => {
    const choice = kept();
    if (!isSame(choice, explorer.choice()) && Engine.isSound(data, choice)) explorer.take(choice);
  };
  model.on("change:selection", follow);
  const endTheme = followTheme(host, root.getElementById("explorer"));
  return () => { model.off("change:selection", follow); endTheme(); explorer.end(); };
}
export default {render};
