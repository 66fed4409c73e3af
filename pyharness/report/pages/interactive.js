// Points rounded to the multiples of a step: what is kept of them, drawn as the step moves. All of it is computed here.
"use strict";

(() => {
  const slider = document.getElementById("step");
  const STEPS = Array.from({length: Number(slider.max) + 1}, (_, k) => 0.01 * 2 ** (k / 20));

  /** The nearest whole number; ties go to even, as in torch. */
  function nearest(value) {
    const rounded = Math.round(value);
    return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  }

  /** Points as one array, row after row, with what does not depend on the step. */
  function prepare({names, rows}) {
    const count = rows.length, d = rows[0].length, x = Float64Array.from(rows.flat());
    const least = Float64Array.from(rows, (row) => Math.min(...row.map(Math.abs)));
    const norms = Float64Array.from(rows, (row) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)));
    const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return {names, count, d, x, least, norms, threshold: 2 * largest, codes: new Int32Array(count * d)};
  }

  /**
   * Round to the multiples of `step`, and measure.
   * corners: the share of points of which every coordinate has a magnitude of at least 1 − step.
   * coherence: the mean cosine of a point and its rounded form, 0 where that is 0.
   * information: H of the codes in bits, which is I(X; Q(X)). zero: the share of points that round to 0.
   */
  function measure(points, step) {
    const {count, d, x, least, norms, codes} = points;
    let corners = 0, zero = 0, cosines = 0;
    for (let i = 0; i < count; i++) {
      let dot = 0, square = 0;
      for (let j = i * d; j < (i + 1) * d; j++) {
        const code = codes[j] = nearest(x[j] / step);
        dot += x[j] * code;
        square += code * code;
      }
      corners += least[i] >= 1 - step;
      if (square === 0) zero++;
      else cosines += dot / (norms[i] * Math.sqrt(square));
    }
    return {corners: corners / count, coherence: cosines / count, information: entropy(points), zero: zero / count};
  }

  /** H in bits of the rows of codes: rows get a label, split coordinate by coordinate until each label is one row. */
  function entropy({count, d, codes}) {
    let labels = new Int32Array(count), known = 1;
    for (let j = 0; j < d && known < count; j++) {
      let low = Infinity, high = -Infinity;
      for (let i = j; i < codes.length; i += d) {
        if (codes[i] < low) low = codes[i];
        if (codes[i] > high) high = codes[i];
      }
      if (low === high) continue;
      const span = high - low + 1, found = new Map();
      for (let i = 0; i < count; i++) {
        const key = labels[i] * span + codes[i * d + j] - low;
        let label = found.get(key);
        if (label === undefined) found.set(key, label = found.size);
        labels[i] = label;
      }
      known = found.size;
    }
    const counts = new Float64Array(known);
    for (let i = 0; i < count; i++) counts[labels[i]]++;
    return counts.reduce((bits, many) => bits - many / count * Math.log2(many / count), 0) + 0;
  }

  // ----------------------------------------------------------------------------------------------------------- page
  const $ = (id) => document.getElementById(id);
  const sets = JSON.parse($("points").textContent).map(prepare);
  const state = {points: sets[0], step: STEPS[0], across: 0, up: 1, frame: 0};
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const boxes = [...document.querySelectorAll("fieldset[data-legend]")], legends = boxes.map((box) => box.dataset.legend);
  const chosen = (points, legend) => points.names[legend] ?? "";

  /** Offer in one box what can be chosen there after the choices before it, which lead to `points`. */
  function choose(points, place) {
    const box = boxes[place], legend = legends[place];
    const alike = (one, some) => some.filter((name) => chosen(one, name) === chosen(points, name)).length;
    const among = sets.filter((one) => alike(one, legends.slice(0, place)) === place);
    const values = [...new Set(among.map((one) => chosen(one, legend)))];
    box.hidden = values.length < 2;
    box.querySelectorAll("label").forEach((old) => old.remove());
    for (const value of values) {
      const label = document.createElement("label"), input = document.createElement("input");
      Object.assign(input, {type: "radio", name: legend, value, checked: value === chosen(points, legend)});
      // Of the sets that have this value, the one whose later choices are most like those of now.
      const found = among.filter((one) => chosen(one, legend) === value)
        .reduce((best, one) => alike(one, legends.slice(place + 1)) > alike(best, legends.slice(place + 1)) ? one : best);
      input.addEventListener("change", () => select(found));
      label.append(input, value);
      box.append(label);
    }
  }

  function select(points) {
    state.points = points;
    [state.across, state.up] = [0, Math.min(1, points.d - 1)];
    boxes.forEach((_, place) => choose(points, place));
    for (const axis of ["across", "up"]) {
      $(axis).replaceChildren(...Array.from({length: points.d}, (_, j) => new Option(`${j + 1}`, `${j}`, false, j === state[axis])));
    }
    $("size").textContent = `${points.count.toLocaleString("en")} points in ${points.d} directions`;
    $("threshold").textContent = points.threshold.toPrecision(3);
    $("marks").replaceChildren(new Option("", `${Math.round(20 * Math.log2(points.threshold / STEPS[0]))}`));
    curves(points);
    refresh();
  }

  function refresh() {
    cancelAnimationFrame(state.frame);
    state.frame = requestAnimationFrame(update);
  }

  /** One frame: measure, write the figures, draw. */
  function update() {
    const {points, step} = state, found = measure(points, step);
    $("step-value").textContent = step.toPrecision(3);
    slider.setAttribute("aria-valuetext", step.toPrecision(3));
    $("corners").textContent = `${(100 * found.corners).toFixed(1)} %`;
    $("coherence").textContent = found.coherence.toFixed(3);
    $("information").textContent = `${found.information.toFixed(2)} of ${Math.log2(points.count).toFixed(2)} bits`;
    $("zero").textContent = `${(100 * found.zero).toFixed(1)} %`;
    $("passed").hidden = !(step > points.threshold);
    document.querySelectorAll(".curve .now").forEach((line) => stand(line, step));
    draw(points, step);
  }

  /** The plane of two directions: the grid of multiples, each point, and where it is rounded to. */
  function draw(points, step) {
    const canvas = $("cloud"), ratio = window.devicePixelRatio || 1, side = canvas.clientWidth;
    if (canvas.width !== Math.round(side * ratio)) canvas.width = canvas.height = Math.round(side * ratio);
    const context = canvas.getContext("2d"), reach = 1.08 * points.threshold / 2;
    const at = (value) => (value / reach + 1) * side / 2;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, side, side);
    context.strokeStyle = colour("--line");
    context.lineWidth = 1;
    context.beginPath();
    if (step / reach * side / 2 >= 4) {
      for (let k = Math.ceil(-reach / step); k <= reach / step; k++) {
        context.moveTo(at(k * step), 0);
        context.lineTo(at(k * step), side);
        context.moveTo(0, at(k * step));
        context.lineTo(side, at(k * step));
      }
    }
    context.stroke();
    context.strokeStyle = colour("--soft");
    context.strokeRect(at(-points.threshold / 2), at(-points.threshold / 2), side * points.threshold / 2 / reach, side * points.threshold / 2 / reach);
    const {x, codes, d, count} = points, {across, up} = state;
    context.fillStyle = colour("--soft");
    context.globalAlpha = 0.5;
    for (let i = 0; i < count; i++) context.fillRect(at(x[i * d + across]) - 1, at(-x[i * d + up]) - 1, 2, 2);
    context.globalAlpha = 0.8;
    context.fillStyle = colour("--series-2");
    for (let i = 0; i < count; i++) {
      context.fillRect(at(codes[i * d + across] * step) - 2, at(-codes[i * d + up] * step) - 2, 4, 4);
    }
    context.globalAlpha = 1;
  }

  // --------------------------------------------------------------------------------------------------------- curves
  const WIDTH = 300, HEIGHT = 90, SPAN = Math.log(STEPS.at(-1) / STEPS[0]);
  const place = (step) => (Math.log(step / STEPS[0]) / SPAN * WIDTH).toFixed(1);

  /** Put an upright line of a curve at a step. */
  function stand(line, step) {
    line.setAttribute("x1", place(step));
    line.setAttribute("x2", place(step));
  }

  /** Measure at every step, a few at a time so that the slider stays smooth, and draw what came out over the step. */
  function curves(points) {
    const scratch = {...points, codes: new Int32Array(points.codes.length)}, found = [];
    document.querySelectorAll(".curve .threshold").forEach((line) => stand(line, points.threshold));
    document.querySelectorAll(".curve .path").forEach((path) => path.setAttribute("d", ""));
    $("curves").dataset.steps = "0";
    function some() {
      if (state.points !== points) return;
      const until = performance.now() + 6;
      while (found.length < STEPS.length && performance.now() < until) found.push(measure(scratch, STEPS[found.length]));
      if (found.length < STEPS.length) return void setTimeout(some);
      for (const [name, most] of [["corners", 1], ["coherence", 1], ["information", Math.log2(points.count)]]) {
        const line = found.map((one, k) => `${k ? "L" : "M"}${place(STEPS[k])} ${(HEIGHT - one[name] / most * HEIGHT).toFixed(1)}`);
        document.querySelector(`.curve[data-of=${name}] .path`).setAttribute("d", line.join(""));
      }
      $("curves").dataset.steps = `${found.length}`;
    }
    setTimeout(some);
  }

  // --------------------------------------------------------------------------------------------------------- events
  slider.addEventListener("input", () => {
    state.step = STEPS[slider.valueAsNumber];
    refresh();
  });
  for (const axis of ["across", "up"]) {
    $(axis).addEventListener("change", () => {
      state[axis] = Number($(axis).value);
      refresh();
    });
  }
  window.addEventListener("resize", refresh);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
  window.pointsPage = {sets, measure, update};
  document.querySelectorAll(".curve .noted").forEach((line) => stand(line, Number(line.dataset.step)));
  state.step = STEPS[slider.valueAsNumber];
  select(state.points);
  $("workbench").hidden = false;
  refresh();
})();
