// Reloads the page when the file has been saved. Where you have scrolled to, you stay.
"use strict";

const state = `"${document.currentScript.dataset.state}"`;
const EVERY_MS = 500;

async function look() {
  try {
    const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    if (answer.ok && answer.headers.get("ETag") !== state) {
      location.reload();
      return;
    }
  } catch {
    // The server is away for a moment; ask again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
