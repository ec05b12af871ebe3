// What pages do when scripts run: copy an address, and search. Without them nothing is missing:
// what needs this script is hidden until it is here.
"use strict";

const SHOWN = 50;
const WAIT_MS = 120;

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
for (const form of document.querySelectorAll("form[data-index]")) search(form);

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const status = button.closest("section").querySelector("[data-copied]");
  const done = await toClipboard(field);
  status.textContent = ""; // so that the same words are announced again
  setTimeout(() => { status.textContent = done ? status.dataset.copied : status.dataset.failed; }, 50);
}

async function toClipboard(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // There is none where the page is not secure, or it is not allowed.
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

function search(form) {
  const input = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const found = form.querySelector("ol");
  const listed = document.getElementById("listed");
  let index, timer;

  form.hidden = false;
  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) {
      event.preventDefault();
      input.value = "";
      look();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    look();
  });
  if (input.value) look(); // the browser remembers what was typed

  function load() {
    index ??= fetch(form.dataset.index)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((rows) => rows.map((row) => [folded(row.slice(1).join(" ")), row]));
    index.catch(() => { index = undefined; });
    return index;
  }

  async function look() {
    const typed = input.value;
    const words = folded(typed).split(/\s+/).filter(Boolean);
    if (!words.length) return show([], 0, "");
    let rows;
    try {
      rows = await load();
    } catch {
      return show([], 0, form.dataset.failed);
    }
    if (typed !== input.value) return; // somebody typed on meanwhile
    const hits = rows.filter(([text]) => words.every((word) => text.includes(word)));
    const say = !hits.length ? "none" : hits.length > SHOWN ? "more" : "found";
    const text = form.dataset[say].replace("{number}", hits.length).replace("{shown}", SHOWN);
    show(hits.slice(0, SHOWN), hits.length, text);
  }

  function show(hits, number, text) {
    status.textContent = text;
    found.replaceChildren(...hits.map(([, row]) => item(row)));
    if (listed) listed.hidden = number > 0;
  }

  function item([path, title, dateline, summary]) {
    const li = document.createElement("li");
    const a = document.createElement("a");
    a.href = form.dataset.base + path;
    li.append(a);
    for (const [element, text] of [[a, title], [null, dateline], [null, summary]]) {
      if (!text) continue;
      const shown = element ?? li.appendChild(document.createElement("p"));
      shown.textContent = text;
      shown.dir = "auto";
      if (text === dateline) shown.className = "dateline";
    }
    return li;
  }
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
