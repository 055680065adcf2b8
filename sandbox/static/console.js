// The console: forms are sent as JSON, and what is marked data-live follows the server.
"use strict";

const REFRESH_MS = 1500;

/** The fields of a form as the JSON object its request takes; empty ones are left out. */
async function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.value === "") continue;
    put(body, field.name.split("."), await valueOf(field));
  }
  return body;
}

async function valueOf(field) {
  if (field.type === "file") return Promise.all([...field.files].map(attachment));
  if (field.type === "number") return field.valueAsNumber;
  return "json" in field.dataset ? JSON.parse(field.value) : field.value;
}

/** Set a value within objects: a dot in a field's name leads into one. */
function put(body, [name, ...rest], value) {
  if (rest.length) put((body[name] ??= {}), rest, value);
  else body[name] = value;
}

/** A chosen file as an attachment of the API. */
async function attachment(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return {
    name: file.name,
    content_type: file.type || "application/octet-stream",
    content: url.slice(url.indexOf(",") + 1),
  };
}

/** Send a form; the JSON that was answered, if any, and what went wrong, in words, or null. */
async function send(form) {
  const [method, url] = form.dataset.request.split(" ");
  const request = { method };
  if (method !== "DELETE") {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(await bodyOf(form));
  }
  const answer = await fetch(url, request);
  const text = await answer.text();
  const json = text ? JSON.parse(text) : {};
  return { json, problem: answer.ok ? null : json.error.message };
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  const output = form.querySelector("output");
  button.disabled = true;
  output.className = "";
  output.textContent = "…";
  try {
    const { json, problem } = await send(form);
    output.textContent = problem ?? "Done.";
    output.className = problem ? "problem" : "";
    if (!problem) form.reset();
    if (!problem && form.dataset.speaks) speak(json.code, form.dataset.speaks);
  } catch {
    output.textContent = "The sandbox does not answer.";
    output.className = "problem";
  }
  button.disabled = false;
  await refresh();
});

/** Say the code of a call, aloud where the browser can, and in writing as long as the call matters. */
function speak(code, call) {
  const spoken = document.getElementById("spoken");
  spoken.dataset.of = call;
  const grouped = document.createElement("strong");
  grouped.textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  spoken.replaceChildren("The code is ", grouped);
  if (!("speechSynthesis" in window)) return;
  speechSynthesis.cancel();
  const digits = [...code].join(", ");
  speechSynthesis.speak(new SpeechSynthesisUtterance(`Your code is: ${digits}. Once more: ${digits}.`));
}

/** Forget the code when its call is over. */
function forgetCode() {
  const spoken = document.getElementById("spoken");
  if (!spoken?.dataset.of || document.querySelector(`[data-call="${spoken.dataset.of}"]`)) return;
  delete spoken.dataset.of;
  spoken.replaceChildren();
  window.speechSynthesis?.cancel();
}

/** What the server last said of each live part; outputs and disabled buttons are not in it. */
const shown = new Map();
for (const part of document.querySelectorAll("[data-live]")) shown.set(part, part.innerHTML);

/** Fetch this page again and put in what changed, unless someone is at work in it. */
async function refresh() {
  const connection = document.getElementById("connection");
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(part.id)?.innerHTML;
      if (now === undefined || now === shown.get(part) || part.contains(focused())) continue;
      part.innerHTML = now;
      shown.set(part, now);
    }
    forgetCode();
    connection.textContent = "";
  } catch {
    connection.textContent = "The sandbox does not answer.";
  }
}

/** The field someone types in; a button that was pressed does not count. */
function focused() {
  const active = document.activeElement;
  return active && active.matches("input, textarea, select") ? active : null;
}

setInterval(() => document.hidden || refresh(), REFRESH_MS);
