"use strict";
// The arithmetic of the page, without a document: totals of any selection from thinned joint draws, and their digits.
// It does what mcmort.definitions.sums and mcmort.present.numbers do in Python; tests hold them against each other.
const Engine = (() => {
  const ALPHABET = Array.from({length: 94}, (_, i) => String.fromCharCode(33 + i)).filter((c) => !'"\\<'.includes(c));
  const PLACE = new Uint8Array(128);
  ALPHABET.forEach((letter, index) => { PLACE[letter.charCodeAt(0)] = index; });
  const GROUP = 13;

  function unpack([scale, low, high, bits, text], count) {
    const values = new Float64Array(count), most = 2 ** bits - 1;
    const step = most > 1 ? (scale === "linear" ? high - low : Math.log(high / low)) / (most - 1) : 0;
    let held = 0, room = 0, at = 0;
    for (let row = 0; row < count; row += 1) {
      while (room < bits) {
        held += (91 * PLACE[text.charCodeAt(at)] + PLACE[text.charCodeAt(at + 1)]) * 2 ** room;
        room += GROUP; at += 2;
      }
      const code = held % 2 ** bits;
      held = (held - code) / 2 ** bits; room -= bits;
      const part = (code - 1) * step;
      values[row] = code === 0 ? 0 : scale === "linear" ? low + part : low * Math.exp(part);
    }
    return values;
  }

  // one of the variants of a page; what several of them share lies in stores, by places
  class Model {
    constructor(data, variant) {
      this.data = data; this.variant = variant; this.count = data.draws;
      this.store = data.stores[variant.store];
      this.store.unpacked ??= new Array(this.store.columns.length);
      this.frames = this.store.open ??= new Array(this.store.frames.length);
      this.names = data.components.map((one) => one.id);
      this.kept = new Map(); this.scopes = new Map();
    }
    column(index) {
      return this.store.unpacked[index] ??= unpack(this.store.columns[index], this.count);
    }
    pairs(flat) {
      const found = [];
      for (let at = 0; at < flat.length; at += 2) found.push([this.names[flat[at]], this.store.weights[flat[at + 1]]]);
      return found;
    }
    frame(place) {
      if (!this.frames[place]) {
        const {parts, free, tight} = this.store.frames[place];
        this.frames[place] = {
          parts: Object.fromEntries(this.pairs(parts)),
          free: free.map(([guest, host, weight]) => [this.names[guest], this.names[host], this.store.weights[weight]]),
          tight: tight.map((index) => {
            const [host, room, outer, inner] = this.store.tight[index];
            return [this.names[host], this.store.weights[room], this.pairs(outer), this.pairs(inner)];
          }),
        };
      }
      return this.frames[place];
    }
    // the stored summary of a component under a named definition
    stored(definition, name) {
      const {parts} = this.variant.named[definition];
      for (let at = 0; at < parts.length; at += 2) {
        if (this.names[parts[at]] === name) return this.data.summaries[parts[at + 1]];
      }
      return undefined;
    }
    product(values, [number, ...columns]) {
      const product = Float64Array.from(values, (value) => value * number);
      for (const index of columns) {
        const column = this.column(index);
        for (let row = 0; row < product.length; row += 1) product[row] *= column[row];
      }
      return product;
    }
    weighted(values, weight) {
      if (weight.length === 1) return this.product(values, weight[0]);
      const sum = new Float64Array(this.count);
      for (const factors of weight) add(sum, this.product(values, factors), 1);
      return sum;
    }
    isEverKnown(name) { return this.isKnown(name, "all") || this.isKnown(name, "registered"); }
    isKnown(name, measure) { return name in this.variant.deaths[measure]; }
    // deaths of a component under a measure, gross or net, in all its years
    base(name, measure, net) {
      const key = `${measure} ${net} ${name}`;
      if (!this.kept.has(key)) {
        const ones = new Float64Array(this.count).fill(1);
        const values = this.product(ones, this.variant.deaths[measure][name]);
        const ordinary = net && this.variant.ordinary[name];
        if (ordinary) {
          const share = this.product(ones, ordinary);
          for (let row = 0; row < values.length; row += 1) values[row] *= 1 - share[row];
        }
        this.kept.set(key, values);
      }
      return this.kept.get(key);
    }
    // the frame of a definition in a span of years, and what it counts there; null if they share no year
    scope(definition, span) {
      const key = `${definition} ${span}`;
      if (!this.scopes.has(key)) this.scopes.set(key, this.scopeOf(definition, span));
      return this.scopes.get(key);
    }
    scopeOf(definition, span) {
      const {spans, components} = this.data, found = this.variant.scopes[definition];
      const index = spans.findIndex((one) => one.id === span);
      if (!found?.[index]) return null;
      const [frame, counted] = found[index], [first, last] = spans[index].years, {parts} = this.frame(frame);
      const years = new Map(components.map((one) => [one.id, one.years]));
      const meets = (name) => years.get(name)[0] <= last && first <= years.get(name)[1];
      const names = counted?.map((one) => this.names[one]) ?? this.scope(definition, spans[0].id).counted
        .filter((name) => name in parts || (!this.isEverKnown(name) && meets(name)));
      return {frame, counted: names};
    }
    part(frame, name, measure, net) {
      const weight = this.frame(frame).parts[name];
      if (!weight || !this.isKnown(name, measure)) return null;
      const base = this.base(name, measure, net);
      if (weight.length === 1 && weight[0].length === 1 && weight[0][0] === 1) return base;
      const key = `${frame} ${measure} ${net} ${name}`;
      if (!this.kept.has(key)) this.kept.set(key, this.weighted(base, weight));
      return this.kept.get(key);
    }
    // the total of a selection, with its parts and what overlaps take off; null if nothing known is selected
    total(selected, frame, measure, net) {
      const parts = new Map();
      for (const name of selected) {
        const part = this.part(frame, name, measure, net);
        if (part) parts.set(name, part);
      }
      if (parts.size === 0) return null;
      const total = new Float64Array(this.count), taken = new Float64Array(this.count);
      for (const part of parts.values()) add(total, part, 1);
      const {free, tight} = this.frame(frame);
      const claim = (guest, weight) => {
        const key = `${guest} ${measure} ${net} ${JSON.stringify(weight)}`;
        if (!this.kept.has(key)) this.kept.set(key, this.weighted(this.base(guest, measure, net), weight));
        return this.kept.get(key);
      };
      for (const [guest, host, weight] of free) {
        if (parts.has(guest) && parts.has(host)) add(taken, claim(guest, weight), 1);
      }
      for (const [host, weight, outer, inner] of tight) {
        if (!parts.has(host)) continue;
        const asked = inner.filter(([guest]) => parts.has(guest));
        if (asked.length === 0) continue;
        const room = Float64Array.from(claim(host, weight)), together = new Float64Array(this.count);
        for (const [beyond, part] of outer) if (parts.has(beyond)) add(room, claim(host, part), -1);
        for (const [guest, part] of asked) add(together, claim(guest, part), 1);
        for (let row = 0; row < taken.length; row += 1) taken[row] += Math.min(together[row], Math.max(room[row], 0));
      }
      const signed = [...parts.keys()].some((name) => this.variant.signed.includes(name));
      for (let row = 0; row < total.length; row += 1) {
        const value = total[row] - taken[row];
        total[row] = signed ? value : Math.max(value, 0);
      }
      return {total, parts, taken};
    }
  }

  function add(sum, values, sign) {
    for (let row = 0; row < sum.length; row += 1) sum[row] += sign * values[row];
  }
  function mean(values) {
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  }
  const sorted = (values) => values.slice().sort();
  function quantile(ascending, probability) {
    const place = (ascending.length - 1) * probability, below = Math.floor(place);
    const above = Math.min(below + 1, ascending.length - 1);
    return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
  }
  function summary(values, levels, errorShare) {
    const ascending = sorted(values), intervals = {};
    for (const level of levels) {
      intervals[level] = [quantile(ascending, (1 - level) / 2), quantile(ascending, (1 + level) / 2)];
    }
    const widest = Object.values(intervals).reduce((most, [low, high]) => Math.max(most, high - low), 0);
    return {median: quantile(ascending, 0.5), mean: mean(values), intervals, error: errorShare * widest, ascending};
  }
  function shares(parts, taken, total) {
    const centre = mean(total);
    const cov = (values) => {
      const own = mean(values);
      let sum = 0;
      for (let row = 0; row < total.length; row += 1) sum += (values[row] - own) * (total[row] - centre);
      return sum;
    };
    const whole = cov(total), found = new Map();
    for (const [name, part] of parts) found.set(name, whole > 0 ? cov(part) / whole : 0);
    return {parts: found, taken: whole > 0 ? -cov(taken) / whole : 0};
  }
  function shareAbove(values, limit) {
    let count = 0;
    for (const value of values) if (value > limit) count += 1;
    return count / values.length;
  }

  // digits: one unit for both ends of an interval and its median, as mcmort.present.numbers.rounding_of chooses it
  const MILLION = 1e6, TOLERANCE = 1 / 20, FEWEST_UNITS = 8, FEWEST_UNSURE = 3, COUNTED = 0.5, MOST_FIGURES = 3;
  const MINUS = "\u2212", DASH = "\u2013";
  function roundedTo(number, exponent) {
    const unit = 10 ** exponent, size = Math.floor(Math.abs(number) / unit + 0.5) * unit;
    return number < 0 && size > 0 ? -size : size;
  }
  const floorLog = (number) => Math.floor(Math.log10(number));
  function unitExponent(numbers, width) {
    if (width <= 0) {
      const largest = Math.max(...numbers.map(Math.abs));
      return largest > 0 ? Math.max(floorLog(largest) + 1 - MOST_FIGURES, 0) : 0;
    }
    const allowed = TOLERANCE * width * (1 + 1e-9);
    let exponent = floorLog(width / FEWEST_UNITS);
    while (exponent > 0 && numbers.some((one) => Math.abs(roundedTo(one, exponent) - one) > allowed)) exponent -= 1;
    return Math.max(exponent, 0);
  }
  function withCommas(text) {
    const [whole, rest] = text.split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return rest === undefined ? grouped : `${grouped}.${rest}`;
  }
  class Rounding {
    constructor(exponent, millions, isLimited, keepsSmall) {
      Object.assign(this, {exponent, millions, isLimited, keepsSmall});
    }
    exponentOf(number) {
      return this.keepsSmall && number >= COUNTED && roundedTo(number, this.exponent) === 0
        ? Math.max(floorLog(number), 0) : this.exponent;
    }
    value(number) { return roundedTo(number, this.exponentOf(number)); }
    digits(number) {
      const exponent = this.exponentOf(number), rounded = roundedTo(number, exponent), size = Math.abs(rounded);
      const text = this.millions ? (size / MILLION).toFixed(Math.max(0, 6 - exponent)) : size.toFixed(0);
      return (rounded < 0 ? MINUS : "") + withCommas(text);
    }
    get word() { return this.millions ? " million" : ""; }
    number(number) { return this.digits(number) + this.word; }
    span(low, high, to = DASH) {
      const between = this.value(low) < 0 || this.value(high) < 0 ? " to " : to;
      return `${this.digits(low)}${between}${this.digits(high)}${this.word}`;
    }
  }
  function roundingOf(numbers, width = null, error = 0) {
    width ??= Math.max(...numbers) - Math.min(...numbers);
    const largest = Math.max(...numbers.map(Math.abs)), smallest = Math.min(...numbers);
    let exponent = unitExponent(numbers, width);
    const isLimited = error > 10 ** exponent;
    if (error > TOLERANCE * width) {
      const coarsest = width > 0 ? floorLog(width / FEWEST_UNSURE) : Infinity;
      exponent = Math.max(exponent, Math.min(Math.ceil(Math.log10(error)), coarsest));
    }
    if (smallest >= 0 && largest > 0) {
      const least = Math.min(...numbers.filter((one) => one > 0));
      const finest = Math.max(floorLog(largest) + 1 - MOST_FIGURES, 0);
      while (roundedTo(least, exponent) === 0 && exponent > finest && 10 ** (exponent - 1) >= error) exponent -= 1;
    }
    return new Rounding(exponent, roundedTo(largest, exponent) >= MILLION, isLimited, smallest >= 0);
  }
  // a stored summary, as the summary of draws at one level: its median, then for each level both ends and their error
  function stored([median, ...ends], levels, level) {
    const intervals = Object.fromEntries(levels.map((one, index) => [one, ends.slice(3 * index, 3 * index + 2)]));
    return {median, intervals, error: ends[3 * levels.map(String).indexOf(String(level)) + 2]};
  }
  function roundingFor(one, level) {
    const [low, high] = one.intervals[level];
    return roundingOf([low, high, one.median], high - low, one.error);
  }
  function probabilityText(share) {
    if (share < 0.01) return "less than 1 in 100";
    if (share > 0.99) return "more than 99 in 100";
    return `about ${(100 * share).toFixed(0)}\u00a0%`;
  }
  // the steps from some means by name to others, the largest first, and the sums of both
  function steps(before, after) {
    const found = [...new Set([...before.keys(), ...after.keys()])].map((name) => [name, before.get(name) ?? 0, after.get(name) ?? 0])
      .filter(([, from, to]) => Math.abs(to - from) > COUNTED).sort((a, b) => Math.abs(b[2] - b[1]) - Math.abs(a[2] - a[1]));
    return {steps: found, sums: [before, after].map((means) => [...means.values()].reduce((sum, value) => sum + value, 0))};
  }
  // a number as people write it; null where nothing is written, not a number where it is none
  function numberOf(written) {
    const text = written.trim().toLowerCase().replaceAll(",", "").replaceAll("_", "");
    if (text === "") return null;
    const match = /^(\d+(?:\.\d+)?(?:e\d+)?)\s*(thousand|k|million|m|billion|bn)?$/.exec(text);
    if (!match) return NaN;
    return Number(match[1]) * ({thousand: 1e3, k: 1e3, million: 1e6, m: 1e6, billion: 1e9, bn: 1e9}[match[2]] ?? 1);
  }
  // whether a choice names what there is; of other data, or of no sense, it does not
  function isSound(data, {definition, span, measure, level, variant, selected}) {
    const has = (list, id) => list.some((one) => one.id === id);
    return has(data.definitions, definition) && has(data.spans, span) && ["all", "registered"].includes(measure)
      && data.levels.map(String).includes(level) && has(data.variants, variant)
      && Array.isArray(selected) && selected.every((name) => has(data.components, name));
  }
  // lines of cells as CSV; a text that a spreadsheet would carry out is marked as text
  function csv(lines) {
    const cell = (value) => {
      const text = String(value), safe = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return lines.map((line) => line.map(cell).join(",")).join("\n") + "\n";
  }
  return {Model, unpack, mean, sorted, quantile, summary, shares, shareAbove, roundedTo, roundingOf, roundingFor,
    Rounding, stored, probabilityText, steps, numberOf, isSound, csv};
})();
if (typeof module !== "undefined") module.exports = Engine;
