"use strict";
// The controls of an explorer, and all that follows from them. All text of a case goes in as text, never as markup.

// Starts an explorer under a root, a document or a shadow root, in which ids are its own. `first` is the choice that it
// begins with, `changed` is called with each later one, and with a word on its result.
function startExplorer(root, data, {first = null, changed = () => {}} = {}) {
  const byId = (id) => root.getElementById(id);
  const components = new Map(data.components.map((one) => [one.id, one]));
  const definitions = new Map(data.definitions.map((one) => [one.id, one]));
  const models = new Map(data.variants.map((one) => [one.id, new Engine.Model(data, one)]));
  const WHOLE = data.spans[0].id, TAKEN = "Held by two components, counted once", MOST_STEPS = 10;
  const hasEngines = new Set(data.variants.map((one) => one.label)).size > 1;
  const state = {variant: data.variants[0].id, level: "0.95", pinned: null};
  const summaries = new Map();
  let current = null, live = 0;

  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }
  const percent = (level) => `${+(100 * level).toFixed(4)}`;
  const levelText = () => `${percent(state.level)} % credible interval`;
  const model = () => models.get(state.variant);
  function scope() {
    const found = model().scope(state.definition, state.span);
    return found ?? {frame: null, counted: []};
  }

  // ---- state
  function choose(definition) {
    state.definition = definition;
    const {measure, net} = definitions.get(definition);
    state.measure = measure; state.net = net;
    state.selected = new Set(scope().counted);
  }
  function isAsDefined() {
    const counted = scope().counted;
    return counted.length === state.selected.size && counted.every((name) => state.selected.has(name));
  }
  // whether the page shows a named definition as it is, whose figures are stored
  function isNamed() {
    const one = definitions.get(state.definition);
    return state.span === WHOLE && state.measure === one.measure && state.net === one.net && isAsDefined()
      && state.definition in model().variant.named;
  }
  function yearsText() {
    const span = data.spans.find((one) => one.id === state.span).years;
    const parts = scope().frame === null ? {} : model().frame(scope().frame).parts;
    const years = [...state.selected].filter((name) => name in parts && model().isKnown(name, state.measure))
      .map((name) => components.get(name).years);
    if (years.length === 0) return "";
    const limits = definitions.get(state.definition).years ?? span;
    const first = Math.max(span[0], limits[0], Math.min(...years.map(([from]) => from)));
    const last = Math.min(span[1], limits[1], Math.max(...years.map(([, to]) => to)));
    return first === last ? `${first}` : `${first}\u2013${last}`;
  }
  function measureText() {
    const text = state.measure === "registered" ? "registered" : "registered or not";
    return state.net ? `${text}, net of ordinary mortality` : text;
  }
  function unknownOnes() {
    return [...state.selected].filter((name) => components.has(name) && !model().isKnown(name, state.measure));
  }
  function condition(known) {
    const found = [];
    if (state.measure === "registered" || known.some((name) => model().variant.minimum.includes(name))) {
      found.push("no register missed a death");
    }
    if (unknownOnes().length) found.push("what is not known adds none");
    return found.join(" and ");
  }
  function selectionLabel() {
    const one = definitions.get(state.definition);
    if (!isAsDefined()) return `own selection of ${state.selected.size} components`;
    return one.label;
  }

  // ---- numbers
  function compute() {
    const found = scope().frame === null ? null
      : model().total([...state.selected].sort(), scope().frame, state.measure, state.net);
    if (found === null) return null;
    const {accuracy, named} = model().variant;
    const summary = Engine.summary(found.total, data.levels, accuracy.typical);
    const stored = isNamed() ? named[state.definition] : null;
    const one = stored ? {...Engine.stored(stored.summary, data.levels, state.level), ascending: summary.ascending} : summary;
    one.reach = Engine.quantile(summary.ascending, 0.998);
    const [low, high] = one.intervals[state.level], rounding = Engine.roundingFor(one, state.level);
    const least = condition([...found.parts.keys()]) ? " or more" : "";
    one.text = rounding.span(low, high) + least; one.middle = rounding.number(one.median); one.rounding = rounding;
    return {...found, one, stored};
  }
  function partSummary(name) {
    const {frame} = scope();
    if (frame === null) return null;
    const stored = isNamed() && model().stored(state.definition, name);
    if (stored) return Engine.stored(stored, data.levels, state.level);
    const part = model().part(frame, name, state.measure, state.net);
    if (part === null) return null;
    const key = `${state.variant} ${frame} ${state.measure} ${state.net} ${name}`;
    if (!summaries.has(key)) {
      summaries.set(key, Engine.summary(part, data.levels, model().variant.accuracy.typical));
    }
    return summaries.get(key);
  }

  // ---- what is shown
  function headline() {
    if (!current) return "There is no total to report: nothing that is known is selected.";
    if (current.stored) return current.stored.headlines[state.level];
    const {one} = current, [low, high] = one.intervals[state.level];
    let text = `${one.rounding.span(low, high, " to ")} (${levelText()}; median ${one.middle})`;
    const limit = condition([...current.parts.keys()]);
    const isFloor = !unknownOnes().some((name) => components.get(name).signed);
    if (limit) text = `${isFloor ? `at least ${one.rounding.number(low)}; ` : ""}${text} if ${limit},`;
    const what = isAsDefined()
      ? `under the definition \u201c${definitions.get(state.definition).label}\u201d with changes`
      : `for your own selection of ${state.selected.size} components`;
    const sentence = `${data.case.title}: ${text} ${what}, ${yearsText()}, ${measureText()}.`, {said} = model().variant;
    return said ? `${sentence} ${said}` : sentence;
  }
  function basis() {
    const {accuracy, label} = model().variant, engine = hasEngines ? ` (${label})` : "";
    if (!current) return "Nothing selected is not zero deaths: choose at least one component with evidence.";
    const draws = current.stored?.draws.toLocaleString("en");
    if (current.stored && model().variant.said) {
      return `A named definition by another standard of evidence: the total is that of ${draws} draws, components are of ${data.draws.toLocaleString("en")} of them.`;
    }
    if (current.stored) return `A named definition: figures of the full run of ${draws} draws${engine}.`;
    return `Recomputed from ${data.draws.toLocaleString("en")} thinned draws${engine}. On ${accuracy.selections} selections at random, `
      + `ends and medians so computed lay typically ${sharePercent(accuracy.typical)} of the interval\u2019s width from those of `
      + `${accuracy.draws.toLocaleString("en")} draws, at most ${sharePercent(accuracy.largest)}.`;
  }
  const sharePercent = (share) => `${(100 * share).toFixed(1)} %`;

  function show() {
    current = compute();
    if (data.draws > 0 && summaries.size > 4000) summaries.clear();
    byId("headline").textContent = headline();
    const one = definitions.get(state.definition);
    byId("question").textContent = isAsDefined() ? one.question : `Started from \u201c${one.label}\u201d and changed.`;
    byId("basis").textContent = basis();
    byId("definition-text").textContent = `Adds: ${one.adds}. Leaves out: ${one.leaves_out}.`.replaceAll("..", ".");
    byId("chart-title").textContent = `How many, ${isAsDefined() ? one.label : "own selection"}`
      + (current ? `: ${current.one.text} (${percent(state.level)} %)` : ": no total to report");
    draw();
    showTable();
    showBridge();
    showProbability();
    showLeftOut();
    byId("made").textContent = model().variant.note;
    settle();
  }
  function draw() {
    View.chart(byId("chart"), {one: current?.one ?? null, level: state.level, label: selectionLabel(),
      pinned: state.pinned && pinnedView(), published: current?.stored ? current.stored.published : [],
      more: current?.stored ? current.stored.published_more : 0});
  }
  function pinnedView() {
    const {one, label} = state.pinned;
    if (!one) return {one, label};
    const [low, high] = one.intervals[state.level], rounding = Engine.roundingFor(one, state.level);
    return {label, one: {...one, text: rounding.span(low, high)}};
  }

  const rows = new Map();
  function buildTable() {
    const body = byId("components").tBodies[0];
    body.replaceChildren();
    for (const group of data.groups) {
      const members = data.components.filter((one) => one.group === group.id);
      if (members.length === 0) continue;
      const box = make("input", {type: "checkbox"});
      const own = members.map((one) => one.id);
      box.addEventListener("change", () => { for (const name of own) toggle(name, box.checked); show(); });
      body.append(make("tr", {className: "group"}, make("th", {scope: "rowgroup", colSpan: 3},
        make("label", {}, box, make("span", {}, group.label)))));
      rows.set(`group ${group.id}`, {box, names: own});
      for (const one of members) {
        const own = make("input", {type: "checkbox", id: `on-${one.id}`});
        own.addEventListener("change", () => { toggle(one.id, own.checked); show(); });
        const remark = make("small");
        const cells = ["bar", "number", "number", "number share"].map((className) => make("td", {className}));
        const row = make("tr", {}, make("th", {scope: "row", title: `${one.counts} (${one.years_text})`},
          make("label", {}, own, make("span", {}, `${one.label} `, remark))), ...cells);
        body.append(row);
        rows.set(one.id, {box: own, row, remark, cells, drawn: null});
      }
    }
    const foot = byId("components").tFoot;
    const cells = ["number", "number", "number share"].map((className) => make("td", {className}));
    const row = make("tr", {}, make("th", {scope: "row"}, TAKEN), make("td", {className: "bar"}), ...cells);
    foot.prepend(row);
    rows.set("taken", {row, cells});
  }
  function toggle(name, isOn) {
    if (isOn && isAvailable(name)) state.selected.add(name); else state.selected.delete(name);
  }
  function isAvailable(name) {
    const {frame} = scope();
    return frame !== null && (name in model().frame(frame).parts || !model().isEverKnown(name));
  }
  function setText(node, text) { if (node.textContent !== text) node.textContent = text; }

  function showTable() {
    const share = current && Engine.shares(current.parts, current.taken, current.total);
    const found = new Map(data.components.map((one) => [one.id, partSummary(one.id)]));
    let least = 0, reach = 1;
    for (const summary of found.values()) {
      if (!summary) continue;
      least = Math.min(least, summary.intervals[state.level][0]);
      reach = Math.max(reach, summary.intervals[state.level][1]);
    }
    setText(byId("bar-axis"), `0 to ${View.axisText(+reach.toPrecision(2), reach)}, each on its own`);
    for (const one of data.components) {
      const {box, row, remark, cells} = rows.get(one.id), isOn = state.selected.has(one.id), summary = found.get(one.id);
      box.checked = isOn;
      box.disabled = !isAvailable(one.id);
      row.className = isOn ? "" : "off";
      const unknown = !model().isKnown(one.id, state.measure);
      setText(remark, unknown ? `unknown, not zero${isOn ? "" : "; not counted"}` : !summary ? "none of its years; not counted"
        : !isOn ? "not counted" : model().variant.minimum.includes(one.id) || state.measure === "registered" ? "registered only: a minimum" : "");
      const key = summary ? `${isOn} ${state.level} ${reach} ${least} ${summary.median} ${summary.intervals[state.level]}` : "";
      if (rows.get(one.id).drawn !== key) {
        rows.get(one.id).drawn = key;
        cells[0].replaceChildren(...(summary ? [View.bar(summary, state.level, [least, reach], isOn)] : []));
        const rounding = summary && Engine.roundingFor(summary, state.level);
        setText(cells[1], summary ? rounding.number(summary.median) : "\u2013");
        setText(cells[2], summary ? rounding.span(...summary.intervals[state.level]) : "\u2013");
      }
      setText(cells[3], share?.parts.has(one.id) ? wholePercent(share.parts.get(one.id)) : "");
    }
    for (const {box, names} of [...rows.values()].filter((one) => one.names)) {
      const on = names.filter((name) => state.selected.has(name)).length;
      box.checked = on === names.length; box.indeterminate = on > 0 && on < names.length;
    }
    const {row, cells} = rows.get("taken"), hasTaken = current && current.taken.some((value) => value > 0);
    row.hidden = !hasTaken;
    if (hasTaken) {
      const taken = Engine.summary(current.taken, data.levels, model().variant.accuracy.typical);
      const rounding = Engine.roundingFor(taken, state.level);
      setText(cells[0], `\u2212${rounding.number(taken.median)}`);
      setText(cells[1], `\u2212(${rounding.span(...taken.intervals[state.level])})`);
      setText(cells[2], wholePercent(share.taken));
    }
    const sum = byId("components").tFoot.querySelector(".sum").cells;
    setText(sum[2], current ? current.one.middle : "no total"); setText(sum[3], current ? current.one.text : "no total");
    setText(sum[4], current ? "100 %" : "");
    setText(byId("interval-head"), `${percent(state.level)} % interval`);
    setText(byId("table-title"), `${data.case.title}: ${selectionLabel()}; ${measureText()}`);
  }
  const wholePercent = (share) => `${(100 * share).toFixed(0)} %`.replace(/^-0 /, "0 ").replace("-", "\u2212");

  function showBridge() {
    byId("bridge").hidden = !state.pinned; byId("unpin").hidden = !state.pinned;
    if (!state.pinned) return;
    const before = state.pinned.means, after = means();
    const {steps, sums} = Engine.steps(before, after), difference = sums[1] - sums[0];
    const rounding = Engine.roundingOf([...sums, Math.abs(difference)].map(Math.abs), Math.max(...sums.map(Math.abs), 1) / 10);
    const signed = (value) => (rounding.value(value) > 0 ? "+" : "") + rounding.number(value);
    const plain = (value) => (value === 0 ? "\u2013" : rounding.number(value));
    const line = (label, from, to) => make("tr", {}, make("th", {scope: "row"}, label),
      ...[plain(from), plain(to), signed(to - from)].map((text) => make("td", {className: "number"}, text)));
    const rest = steps.slice(MOST_STEPS), some = (side) => rest.reduce((sum, step) => sum + step[side], 0);
    byId("bridge-text").textContent = steps.length === 0 ? `Nothing differs from the pinned result, ${state.pinned.label}.`
      : `The mean is ${signed(difference)} against the pinned result, ${state.pinned.label}; most by `
        + `\u201c${stepLabel(steps[0][0])}\u201d (${signed(steps[0][2] - steps[0][1])}).`;
    const last = line("Total", ...sums);
    last.className = "sum";
    byId("bridge-table").tBodies[0].replaceChildren(
      ...steps.slice(0, MOST_STEPS).map(([name, from, to]) => line(stepLabel(name), from, to)),
      ...(rest.length ? [line(`${rest.length} smaller differences`, some(1), some(2))] : []), last);
    byId("bridge-table").hidden = steps.length === 0;
  }
  const stepLabel = (name) => (name === "" ? TAKEN : components.get(name).label);
  // means of the parts of the present total, which add up to its own
  function means() {
    if (!current) return new Map();
    const found = new Map([...current.parts].map(([name, part]) => [name, Engine.mean(part)]));
    const rest = Engine.mean(current.total) - [...found.values()].reduce((sum, value) => sum + value, 0);
    return found.set("", rest);
  }

  function showProbability() {
    const limit = Engine.numberOf(byId("threshold").value), place = byId("probability");
    if (limit === null) { setText(place, ""); return; }
    if (Number.isNaN(limit)) { setText(place, "Write a number, such as 20 million or 500,000."); return; }
    if (!current) { setText(place, "No total, so no probability."); return; }
    const limitText = limit >= 1e6 ? `${+(limit / 1e6).toPrecision(6)} million` : limit.toLocaleString("en");
    setText(place, `Probability that it is more than ${limitText}: ${Engine.probabilityText(Engine.shareAbove(current.total, limit))}, `
      + "given this selection and this evidence.");
  }
  function showLeftOut() {
    const left = data.components.filter((one) => !state.selected.has(one.id)).map((one) => one.label);
    setText(byId("left-out"), left.length ? `Not added, as outside of the total or as parts of it: ${left.join("; ")}.` : "All that the case holds is in this total.");
    const unknown = unknownOnes().map((name) => `${components.get(name).label} (${model().variant.unknown[name]?.[state.measure] ?? "no evidence"})`);
    setText(byId("unknown"), unknown.length ? `Asked for, but unknown, which is not zero: ${unknown.join("; ")}.` : "");
  }

  // ---- controls
  function buildControls() {
    for (const one of data.definitions) {
      const radio = make("input", {type: "radio", name: "definition", value: one.id});
      radio.addEventListener("change", () => { choose(one.id); show(); syncControls(); });
      byId("definitions").append(make("label", {className: "row"}, radio, make("span", {}, one.label)));
    }
    const fill = (id, options) => byId(id).append(...options.map(([value, text]) => make("option", {value}, text)));
    const single = data.spans.filter(({years}, index) => index > 0 && years[0] === years[1]);
    fill("span", data.spans.filter((one) => !single.includes(one)).map((one, index) => [one.id, index === 0 ? `all, ${one.label}` : one.label]));
    if (single.length) {
      byId("span").append(make("optgroup", {label: "one year alone"}, ...single.map(({id, label}) => make("option", {value: id}, label))));
    }
    const [first, last] = data.spans[0].years;
    byId("years-note").hidden = single.length === 0 || single.length > last - first;
    fill("level", data.levels.map((level) => [String(level), `${percent(level)} %`]));
    fill("variant", data.variants.map((one) => [one.id, variantLabel(one)]));
    byId("variant-field").hidden = data.variants.length < 2;
    byId("net-field").hidden = data.variants.every((one) => Object.keys(one.ordinary).length === 0);
    byId("measure-field").hidden = data.variants.every((one) => Object.keys(one.deaths.registered).length === 0);
    const on = (id, act) => byId(id).addEventListener("change", () => { act(byId(id).value); show(); syncControls(); });
    on("span", (value) => {
      const was = isAsDefined();
      state.span = value;
      state.selected = new Set(was ? scope().counted : [...state.selected].filter(isAvailable));
    });
    on("measure", (value) => { state.measure = value; });
    on("net", (value) => { state.net = value === "1"; });
    on("level", (value) => { state.level = value; });
    on("variant", (value) => {
      const was = isAsDefined();
      state.variant = value;
      state.selected = new Set(was ? scope().counted : [...state.selected].filter(isAvailable));
    });
    byId("threshold").addEventListener("input", showProbability);
    byId("pin").addEventListener("click", () => {
      state.pinned = {label: pinLabel(), one: current && {...current.one}, means: means()};
      show();
    });
    byId("unpin").addEventListener("click", () => { state.pinned = null; show(); byId("pin").focus(); });
    byId("csv").addEventListener("click", download);
  }
  function variantLabel({label, evidence}) { return hasEngines ? `${label}; ${evidence}` : evidence; }
  function pinLabel() {
    const extra = [state.span === WHOLE ? "" : data.spans.find((one) => one.id === state.span).label,
      isNamed() ? "" : measureText(), data.variants.length > 1 && model().variant !== data.variants[0] ? variantLabel(model().variant) : ""].filter(Boolean);
    return [selectionLabel(), ...extra].join(", ");
  }
  function syncControls() {
    for (const radio of byId("definitions").querySelectorAll("input")) radio.checked = radio.value === state.definition;
    for (const id of ["span", "measure", "level", "variant"]) byId(id).value = state[id];
    byId("net").value = state.net ? "1" : "0";
  }

  // ---- the choice as others keep it, and what is said aloud a moment after the last change
  function choice() {
    const {definition, span, measure, net, level, variant, selected} = state;
    const names = data.components.map((one) => one.id).filter((name) => selected.has(name));
    return {definition, span, measure, net, level, variant, selected: names};
  }
  function take(one) {
    Object.assign(state, one, {selected: new Set(one.selected ?? state.selected)});
    show(); syncControls();
  }
  function brief() {
    if (!current) return ["No total to report", ""];
    return [current.one.text, `${percent(state.level)} %, median ${current.one.middle}; ${selectionLabel()}`];
  }
  function settle() {
    changed(choice(), brief());
    clearTimeout(live);
    live = setTimeout(() => setText(byId("live"), headline()), 400);
  }
  function download() {
    const lines = [["component", "label", "counted", "median", "low", "high", "level", "definition", "years", "measure", "net", "evidence", "data"]];
    const tail = [state.level, state.definition, yearsText(), state.measure, state.net, state.variant, data.digest];
    for (const one of data.components) {
      const summary = partSummary(one.id);
      const numbers = summary ? [summary.median, ...summary.intervals[state.level]] : ["", "", ""];
      lines.push([one.id, one.label, state.selected.has(one.id) ? "yes" : "no", ...numbers, ...tail]);
    }
    lines.push(["total", "Total counted", "", ...(current ? [current.one.median, ...current.one.intervals[state.level]] : ["", "", ""]), ...tail]);
    const link = make("a", {href: URL.createObjectURL(new Blob([Engine.csv(lines)], {type: "text/csv"})), download: `${data.case.id}-selection.csv`});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ---- begin
  byId("explorer").classList.add("has-script");
  state.span = WHOLE;
  choose(data.default);
  buildControls();
  buildTable();
  take(first ?? {});
  let width = byId("chart").clientWidth;
  const watch = new ResizeObserver(() => {
    if (byId("chart").clientWidth !== width) { width = byId("chart").clientWidth; draw(); }
  });
  watch.observe(byId("chart"));
  addEventListener("beforeprint", draw);
  return {state, choice, take, current: () => current, said: (text) => setText(byId("live"), text),
    end: () => { clearTimeout(live); watch.disconnect(); removeEventListener("beforeprint", draw); }};
}
