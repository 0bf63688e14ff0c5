"use strict";
// Draws the total and the small bars of components as SVG. Text goes in as text, never as markup.
const View = (() => {
  const SPACE = "http://www.w3.org/2000/svg";
  // properties of explorer.css, so that a dark notebook has others
  const COLOURS = Object.fromEntries(["ink", "quiet", "grey", "grid", "mark", "fill", "dark", "pin", "paper"]
    .map((name) => [name, `var(--${name})`]));
  function element(name, attributes, text) {
    const made = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function niceStep(reach, most) {
    const rough = reach / most, unit = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 2.5, 5, 10].map((one) => one * unit).find((step) => step >= rough);
  }
  function axisText(value, reach) {
    if (value === 0) return "0";
    const text = reach >= 2e6 ? `${+(value / 1e6).toPrecision(6)} m` : Math.round(value).toLocaleString("en");
    return text.replace("-", "\u2212");
  }
  function density(ascending, from, to, cells) {
    const counts = new Float64Array(cells), width = (to - from) / cells;
    for (const value of ascending) {
      const cell = Math.floor((value - from) / width);
      if (cell >= 0 && cell < cells) counts[cell] += 1;
    }
    for (let pass = 0; pass < 3; pass += 1) {
      let before = counts[0];
      for (let cell = 1; cell < cells - 1; cell += 1) {
        const here = counts[cell];
        counts[cell] = (before + 2 * here + counts[cell + 1]) / 4;
        before = here;
      }
    }
    return counts;
  }
  // breaks a text into lines of so many characters, and ends the last with a mark where there is more
  function broken(text, length, most) {
    const lines = [""];
    for (const word of text.split(" ")) {
      const last = lines.length - 1, longer = lines[last] === "" ? word : `${lines[last]} ${word}`;
      if (longer.length <= length) { lines[last] = longer; continue; }
      if (lines.length === most || lines[last] === "") {
        lines[last] = `${longer.slice(0, Math.max(length - 1, 4))}\u2026`;
        if (lines.length === most) break;
      } else { lines.push(word.slice(0, length)); }
    }
    return lines;
  }
  function textWidth(text, size) { return text.length * size * 0.56; }

  // draws the total; `one` is null where nothing known is selected
  function chart(holder, {one, level, label, pinned, published, more}) {
    const width = Math.max(holder.clientWidth, 280), narrow = width < 560, size = 13;
    const left = narrow ? 8 : 215, right = width - 16, rows = [];
    const shown = [one, pinned?.one].filter(Boolean);
    let least = 0, reach = 0;
    for (const summary of shown) {
      reach = Math.max(reach, summary.reach, summary.intervals[level][1]);
      least = Math.min(least, summary.intervals[level][0]);
    }
    for (const mark of published) reach = Math.max(reach, Math.min(mark.high, 2.5 * (reach || mark.high)));
    if (reach <= least) reach = least + 1;
    reach += 0.04 * (reach - least);
    const x = (value) => left + (value - least) / (reach - least) * (right - left);
    const svg = element("svg", {"font-size": size, "font-family": "inherit", fill: COLOURS.ink});
    const grid = element("g", {}); svg.append(grid);
    let y = 6;
    const name = (text, colour, bold) => {
      if (narrow) y += 18;
      const lines = broken(text, Math.floor((narrow ? width - 16 : left - 12) / (size * (bold ? 0.6 : 0.56))), narrow ? 1 : 2);
      const made = element("text", {fill: colour, "font-weight": bold ? 600 : 400});
      const first = narrow ? y - 4 : y + 17 - 8 * (lines.length - 1);
      lines.forEach((one, index) => made.append(element("tspan", {x: 8, y: first + 16 * index}, one)));
      if (lines.join(" ") !== text) made.append(element("title", {}, text));
      svg.append(made);
    };
    const line = (from, to, at, attributes) => svg.append(element("line", {x1: x(from), x2: x(to), y1: at, y2: at, ...attributes}));
    if (one) {
      const tall = 96, cells = 120, counts = density(one.ascending, least, reach, cells), most = Math.max(...counts) || 1;
      const points = Array.from(counts, (count, cell) =>
        `${x(least + (cell + 0.5) * (reach - least) / cells).toFixed(1)},${(y + tall - count / most * (tall - 8)).toFixed(1)}`);
      svg.append(element("polygon", {points: `${x(least)},${y + tall} ${points.join(" ")} ${x(reach)},${y + tall}`, fill: COLOURS.fill}));
      if (!narrow) svg.append(element("text", {x: 8, y: y + tall - 24, fill: COLOURS.quiet}, "how likely, of each size"));
      y += tall + 4;
      name(label, COLOURS.ink, true);
      const [low, high] = one.intervals[level], [in1, in2] = one.intervals["0.5"], middle = y + 13;
      line(low, high, middle, {stroke: COLOURS.mark, "stroke-width": 2});
      line(in1, in2, middle, {stroke: COLOURS.mark, "stroke-width": 7});
      svg.append(element("circle", {cx: x(one.median), cy: middle, r: 5, fill: COLOURS.paper, stroke: COLOURS.mark, "stroke-width": 2}));
      y += 32 + beside(svg, one.text, [x(low), x(high)], middle + 4, [left, right], {"font-weight": 600}, size, true);
    }
    if (pinned) {
      name(`Pinned: ${pinned.label}`, COLOURS.pin, false);
      const middle = y + 13;
      if (pinned.one) {
        const [low, high] = pinned.one.intervals[level];
        line(low, high, middle, {stroke: COLOURS.pin, "stroke-width": 2, "stroke-dasharray": "5 3"});
        svg.append(element("circle", {cx: x(pinned.one.median), cy: middle, r: 4.5, fill: COLOURS.paper, stroke: COLOURS.pin, "stroke-width": 2}));
        y += beside(svg, pinned.one.text, [x(low), x(high)], middle + 4, [left, right], {fill: COLOURS.pin}, size, true);
      } else {
        svg.append(element("text", {x: left, y: middle + 4, fill: COLOURS.pin}, "no total"));
      }
      y += 34;
    }
    if (published.length) {
      if (!narrow) { svg.append(element("text", {x: 8, y: y + 16, fill: COLOURS.quiet, "font-size": 12}, "Published, no part of the sum;"));
        svg.append(element("text", {x: 8, y: y + 31, fill: COLOURS.quiet, "font-size": 12}, "hollow or thin: counts otherwise"));
        if (more) svg.append(element("text", {x: 8, y: y + 46, fill: COLOURS.quiet, "font-size": 12}, `${more} more in the table of claims`));
        y += 22; }
      for (const mark of published) {
        const text = mark.label;
        if (narrow) { svg.append(element("text", {x: 8, y: y + 12, fill: COLOURS.quiet, "font-size": 12}, broken(text, Math.floor((width - 16) / (12 * 0.56)), 1)[0])); y += 16; }
        drawMark(svg, mark, y + 9, x, reach);
        if (!narrow) {
          const most = Math.min(mark.high, reach);
          beside(svg, text, [x(mark.low > reach ? 0.97 * reach : mark.low) - 7, x(most) + 7], y + 13, [left, right], {fill: COLOURS.quiet, "font-size": 12}, 12);
        }
        y += 19;
      }
    }
    const step = niceStep(reach - least, narrow ? 4 : 7);
    for (let tick = Math.ceil(least / step) * step; tick <= reach; tick += step) {
      grid.append(element("line", {x1: x(tick), x2: x(tick), y1: 4, y2: y, stroke: COLOURS.grid}));
      svg.append(element("text", {x: x(tick), y: y + 16, "text-anchor": tick === 0 && narrow ? "start" : "middle", "font-size": 12}, axisText(tick, reach)));
    }
    y += 24;
    svg.setAttribute("viewBox", `0 0 ${width} ${y}`);
    svg.setAttribute("height", y); svg.setAttribute("width", width);
    holder.replaceChildren(svg);
  }
  // writes a text to the right of what is drawn, else to its left, else below it if it must stay whole, else where there
  // is more room, cut short; returns how much higher that makes the row
  function beside(svg, text, [from, to], y, [left, right], attributes, size, isWhole) {
    const most = [right + 12 - to - 8, from - 8 - left].map((room) => Math.floor(room / (size * 0.56)));
    if (isWhole && text.length > Math.max(...most)) {
      const last = Math.max(right + 8 - 1.1 * textWidth(text, size), left);
      svg.append(element("text", {x: Math.min(Math.max(from, left), last), y: y + 18, ...attributes}, text));
      return 20;
    }
    const side = text.length <= most[0] || most[0] >= most[1] ? 0 : 1;
    const shown = text.length <= most[side] ? text : `${text.slice(0, Math.max(most[side] - 1, 3))}\u2026`;
    const place = side === 0 ? {x: to + 8, "text-anchor": "start"} : {x: from - 8, "text-anchor": "end"};
    const made = element("text", {y, "paint-order": "stroke", stroke: COLOURS.paper, "stroke-width": 3, ...attributes, ...place}, shown);
    if (shown !== text) made.append(element("title", {}, text));
    svg.append(made);
    return 0;
  }
  function drawMark(svg, mark, y, x, reach) {
    const face = mark.same ? COLOURS.grey : COLOURS.paper, style = {stroke: COLOURS.grey, fill: face};
    if (mark.low > reach) {
      const tip = x(reach);
      svg.append(element("path", {d: `M${tip - 12},${y} h10 m-4,-4 l4,4 l-4,4`, fill: "none", stroke: COLOURS.grey}));
      return;
    }
    const end = Math.min(mark.high, reach);
    if (mark.low < end) {
      svg.append(element("line", {x1: x(mark.low), x2: x(end), y1: y, y2: y, stroke: COLOURS.grey, "stroke-width": mark.same ? 2.5 : 1}));
      for (const edge of [mark.low, mark.high]) {
        if (edge <= reach) svg.append(element("line", {x1: x(edge), x2: x(edge), y1: y - 4, y2: y + 4, stroke: COLOURS.grey}));
      }
      if (mark.high > reach) svg.append(element("path", {d: `M${x(reach) - 6},${y - 4} l6,4 l-6,4`, fill: "none", stroke: COLOURS.grey}));
    }
    const centre = mark.best ?? (mark.low === mark.high ? mark.low : null);
    if (centre !== null && centre <= reach) {
      const at = x(centre), shape = {"at-least": "M-4,-4 L5,0 L-4,4 z", "at-most": "M4,-4 L-5,0 L4,4 z"}[mark.reading] ?? "M0,-5 L5,0 L0,5 L-5,0 z";
      svg.append(element("path", {d: shape, transform: `translate(${at},${y})`, ...style}));
    }
  }
  // a component's own interval, in per cent of the width of its cell
  function bar(one, level, [least, reach], isCounted) {
    const place = (value) => `${(100 * (value - least) / (reach - least)).toFixed(2)}%`;
    const [low, high] = one.intervals[level], [in1, in2] = one.intervals["0.5"];
    const colour = isCounted ? COLOURS.dark : COLOURS.grey;
    const svg = element("svg", {"aria-hidden": "true", focusable: "false"});
    const dash = isCounted ? {} : {"stroke-dasharray": "3 3"};
    svg.append(element("line", {x1: place(low), x2: place(high), y1: "50%", y2: "50%", stroke: colour, "stroke-width": 2, ...dash}));
    if (isCounted) svg.append(element("line", {x1: place(in1), x2: place(in2), y1: "50%", y2: "50%", stroke: colour, "stroke-width": 6}));
    svg.append(element("circle", {cx: place(one.median), cy: "50%", r: 4, fill: COLOURS.paper, stroke: colour, "stroke-width": 2}));
    return svg;
  }
  return {chart, bar, axisText};
})();
