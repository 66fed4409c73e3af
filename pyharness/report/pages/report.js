"use strict";
// The table of claims: filters and sorting, kept in the address after `#`. Without this file it is a plain table.
(() => {
  const table = document.getElementById("claims");
  const form = document.getElementById("filters");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const shown = document.getElementById("shown");
  const columns = [...table.tHead.rows[0].cells].filter((cell) => cell.dataset.sort);
  const texts = rows.map((row) => `${row.textContent} ${row.dataset.theorem}`.toLowerCase());
  const names = ["q", "document", "tier", "proof", "verdict"];
  let sorted = { by: "", down: false };

  for (const cell of columns) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    button.addEventListener("click", () => {
      const again = sorted.by === cell.dataset.sort;
      // A third press brings the certificate's own order back.
      sorted = again && sorted.down ? { by: "", down: false } : { by: cell.dataset.sort, down: again };
      remember();
    });
    cell.replaceChildren(button);
  }

  const read = () => {
    // An address may point to a part of the page instead; that holds no state.
    const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    for (const name of names) {
      const control = form.elements[name];
      control.value = state.get(name) ?? "";
      if (control.selectedIndex === -1) control.value = "";
    }
    const by = state.get("sort") ?? "";
    sorted = { by: columns.some((cell) => cell.dataset.sort === by) ? by : "", down: state.has("down") };
    show();
  };

  const remember = () => {
    const state = new URLSearchParams();
    for (const name of names) if (form.elements[name].value) state.set(name, form.elements[name].value);
    if (sorted.by) state.set("sort", sorted.by);
    if (sorted.by && sorted.down) state.set("down", "1");
    const hash = `#${state}`;
    if (hash === (location.hash || "#")) show();
    else location.replace(hash === "#" ? "#all=" : hash);
  };

  const key = (row) => (sorted.by === "tier" ? Number(row.dataset.rank) : row.dataset[sorted.by]);

  const show = () => {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index].includes(word))
        && ["document", "tier", "proof", "verdict"].every(
          (name) => !form.elements[name].value || form.elements[name].value === row.dataset[name]);
      row.hidden = !fits;
      count += fits ? 1 : 0;
    });
    const ordered = [...rows];
    if (sorted.by) {
      ordered.sort((one, two) => {
        const [a, b] = [key(one), key(two)];
        return (a < b ? -1 : a > b ? 1 : 0) * (sorted.down ? -1 : 1);
      });
    }
    body.append(...ordered);
    for (const cell of columns) {
      if (cell.dataset.sort === sorted.by) cell.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    shown.textContent = count === rows.length ? `All ${count} claims` : `${count} of ${rows.length} claims`;
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", remember);
  form.addEventListener("reset", () => setTimeout(remember));
  window.addEventListener("hashchange", read);
  read();
})();

// The graph: what a node rests on, and what rests on it, stands out while it is pointed at.
for (const graph of document.querySelectorAll("svg.graph")) {
  const nodes = [...graph.querySelectorAll("[data-node]")];
  const edges = [...graph.querySelectorAll(".edge")];
  const reached = (from, here, there) => {
    const seen = new Set([from]);
    for (const name of seen) for (const edge of edges) if (edge.dataset[here] === name) seen.add(edge.dataset[there]);
    return seen;
  };
  const pick = (event) => {
    const node = event.target.closest("[data-node]");
    graph.classList.toggle("picked", node !== null);
    if (!node) return;
    const below = reached(node.dataset.node, "from", "to");
    const above = reached(node.dataset.node, "to", "from");
    for (const one of nodes) one.classList.toggle("lit", below.has(one.dataset.node) || above.has(one.dataset.node));
    for (const edge of edges) {
      edge.classList.toggle("lit", [below, above].some((side) => side.has(edge.dataset.from) && side.has(edge.dataset.to)));
    }
  };
  for (const name of ["pointerover", "focusin"]) graph.addEventListener(name, pick);
  for (const name of ["pointerleave", "focusout"]) graph.addEventListener(name, () => graph.classList.remove("picked"));
}
