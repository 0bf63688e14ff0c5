"use strict";
// What the page adds to the explorer in it: a link to the present choice, and a line that stays in sight.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  let kept = 0;

  function fragment({definition, span, measure, net, level, variant, selected}) {
    const on = data.components.map((one) => (selected.includes(one.id) ? "1" : "0")).join("");
    const words = {data: data.digest, d: definition, y: span, m: measure, net: net ? "1" : "0", ci: level, e: variant, on};
    return `#${new URLSearchParams(words)}`;
  }
  // the choice of the link, if there is one; one of other data, or of no sense, is refused
  function readLink() {
    const words = new URLSearchParams(location.hash.slice(1)), problem = byId("link-problem");
    problem.hidden = true;
    if (!words.has("data")) return null;
    const on = words.get("on") ?? "";
    const choice = {definition: words.get("d"), span: words.get("y"), measure: words.get("m"), net: words.get("net") === "1",
      level: words.get("ci"), variant: words.get("e"),
      selected: data.components.filter((_, index) => on[index] === "1").map((one) => one.id)};
    const isOfThisData = words.get("data") === data.digest;
    if (isOfThisData && /^[01]+$/.test(on) && on.length === data.components.length && Engine.isSound(data, choice)) return choice;
    problem.hidden = false;
    problem.textContent = isOfThisData
      ? "The link could not be read; the page shows the definition that it begins with."
      : "The link was made for a page with other data, so it would name other numbers; the page shows the definition that it begins with.";
    return null;
  }
  function keepLink(choice) { history.replaceState(null, "", fragment(choice)); }
  function copyLink() {
    keepLink(explorer.choice());
    const button = byId("copy");
    const done = () => { explorer.said("Link copied."); button.textContent = "Link copied"; setTimeout(() => { button.textContent = "Copy link"; }, 2000); };
    (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(done, () => {
      explorer.said("The address of the page is the link."); button.textContent = "Copy the address above";
    });
  }

  const explorer = startExplorer(document, data, {first: readLink(), changed: (choice, [bold, plain]) => {
    const rest = document.createElement("span");
    rest.textContent = `  ${plain}`;
    byId("strip").replaceChildren(bold, rest);
    clearTimeout(kept);
    kept = setTimeout(keepLink, 400, choice);  // the browser takes milliseconds for it
  }});
  byId("copy").addEventListener("click", copyLink);
  addEventListener("hashchange", () => {
    const choice = location.hash === fragment(explorer.choice()) ? null : readLink();
    if (choice) explorer.take(choice);
  });
  new IntersectionObserver(([seen]) => { byId("strip").hidden = seen.isIntersecting; }).observe(byId("headline"));
  window.mcmort = {...explorer, ready: true, compute: (words) => {
    explorer.take(words);
    return explorer.current() && [0.025, 0.5, 0.975].map((share) => Engine.quantile(explorer.current().one.ascending, share));
  }};
})();
