// Without this the page can be read and reloaded; with it, it acts and follows.
"use strict";

document.documentElement.classList.add("js");
const element = (id) => document.getElementById(id);

// What an action came to, for eyes and for screen readers.
let hiding;
function say(text, id = "said") {
  for (const toast of document.querySelectorAll(".toast")) toast.hidden = toast.id !== id;
  element(id).textContent = text;
  clearTimeout(hiding);
  hiding = setTimeout(() => { element(id).hidden = true; }, id === "said" ? 4000 : 12000);
}

// act calls the sandbox's API and shows what has become of it.
async function act({ post, delete: clear, body, done }, fields = {}) {
  try {
    const response = await fetch(post ?? clear, {
      method: post ? "POST" : "DELETE",
      headers: { "Content-Type": "application/json" },
      body: post && JSON.stringify({ ...JSON.parse(body ?? "{}"), ...fields }),
    });
    const result = await response.json();
    if (!response.ok) throw new Error(result.error);
    say(done);
    await refresh(true);
    return true;
  } catch (problem) {
    say(problem instanceof TypeError ? "The sandbox does not respond" : problem.message, "rejected");
    return false;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copy) await copy(button);
  if (button?.dataset.post || button?.dataset.delete) await once(button, () => act(button.dataset));
});

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form === filter) return;
  await once(form, () => act(form.dataset, fieldsOf(form)));
});

// The filter works while it is typed. Its address can be kept.
const filter = element("filter");
let typing;
filter.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const text = filter.elements.q.value.trim();
    history.replaceState(null, "", text ? `?q=${encodeURIComponent(text)}` : location.pathname);
    refresh();
  }, 150);
});

// On a small screen the sections are a menu, which is left for the one that was chosen.
element("sections").addEventListener("click", (event) => {
  if (event.target.closest("a") && event.currentTarget.matches(":popover-open")) event.currentTarget.hidePopover();
});

// A menu closes when it is left: by a press elsewhere, or by Escape, which gives the focus back.
document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// once keeps a second press from doing it twice, without taking the focus away.
async function once(control, action) {
  if (control.ariaBusy === "true") return;
  control.ariaBusy = "true";
  await action();
  control.ariaBusy = null;
}

// fieldsOf is a form in JSON. What is empty is left out.
function fieldsOf(form) {
  const fields = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.value === "") continue;
    fields[field.name] = field.type === "number" ? Number(field.value) : field.value;
  }
  const flag = form.querySelector("option[data-flag]:checked");
  if (flag) fields[flag.value] = true;
  return fields;
}

// Copying needs a secure context, which an address of the local network is not: then the text is
// selected at least.
async function copy(button) {
  const source = element(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    say("Copied");
  } catch {
    getSelection().selectAllChildren(source);
    say("Selected: press Ctrl-C or Cmd-C to copy");
  }
}

// The form for faults asks for what the chosen one needs.
const kind = document.querySelector("[data-kind]");
function fit() {
  for (const part of kind.form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(kind.value);
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = part.hidden;
  }
  for (const field of kind.form.querySelectorAll("[data-required-for]")) field.required = field.dataset.requiredFor === kind.value;
}
kind.addEventListener("change", fit);
fit();

// Following. The parts of the page that change are replaced by those of a fresh one, but not under
// the hands of somebody who selects text or types there; then it is done afterwards.
const regions = [...document.querySelectorAll("[data-live]")];
const shown = new Map(regions.map((region) => [region.id, region.innerHTML]));
let late = false;

function occupied(region) {
  const selection = getSelection();
  const field = document.activeElement;
  return (!selection.isCollapsed && region.contains(selection.anchorNode)) ||
    (region.contains(field) && changed(field));
}

const changed = (field) => "defaultValue" in field && field.value !== field.defaultValue;

async function swap(now) {
  const response = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  late = false;
  for (const id of shown.keys()) {
    const region = element(id);
    const next = fresh.getElementById(id);
    if (!next || next.innerHTML === shown.get(id)) continue;
    if (occupied(region) && !now) {
      late = true;
      continue;
    }
    shown.set(id, next.innerHTML);
    replace(region, next);
  }
  tick();
}

// replace keeps what the reader has opened, typed and focused.
function replace(region, next) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  for (const open of region.querySelectorAll("details[open]")) {
    const same = next.querySelector(`#${CSS.escape(open.id)}`);
    if (same) same.open = true;
  }
  for (const field of region.querySelectorAll("input[id]")) {
    const same = next.querySelector(`#${CSS.escape(field.id)}`);
    if (same && changed(field) && field.form?.ariaBusy !== "true") same.value = field.value;
  }
  region.replaceChildren(...next.childNodes);
  if (focused) (element(focused) ?? region.querySelector("h2"))?.focus({ preventScroll: true });
}

// refresh swaps once at a time, and at most four times a second however much happens.
let running = false;
let again = false;
async function refresh(now = false) {
  if (now) return swap(true);
  if (running) {
    again = true;
    return;
  }
  running = true;
  do {
    again = false;
    try {
      await swap(false);
    } catch {
      // The sandbox has stopped. The connection below says so, and comes back when it does.
    }
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  } while (again);
  running = false;
}
for (const event of ["selectionchange", "focusout"]) {
  document.addEventListener(event, () => { if (late) refresh(); });
}

// A hidden tab lets go of its connection: a browser has only a few of them for one server.
let source;
function listen() {
  const connection = element("connection");
  const said = connection.firstElementChild;
  source = new EventSource("/_sandbox/changes");
  source.addEventListener("open", () => {
    said.textContent = "Live";
    connection.classList.add("live");
  });
  source.addEventListener("change", () => refresh());
  source.addEventListener("error", () => {
    said.textContent = "Not connected";
    connection.classList.remove("live");
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  });
}
function follow() {
  source?.close();
  source = undefined;
  if (!document.hidden) listen();
}
document.addEventListener("visibilitychange", follow);
follow();

// The sandbox's clock goes on between two looks at it.
let seen;
function tick() {
  const clock = document.querySelector("time[data-running]");
  seen = clock && { clock, ahead: Date.parse(clock.dateTime) - Date.now() };
}
tick();
setInterval(() => {
  if (seen) seen.clock.textContent = new Date(Date.now() + seen.ahead).toISOString().slice(0, 19).replace("T", " ");
}, 1000);
