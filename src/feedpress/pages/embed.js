// Puts the newest clippings on a partner's page, and touches nothing else there.
((allClippings, lang) => {
  "use strict";

  const STYLE = `
:host { display: block }
section { color: var(--feedpress-text, inherit); font-family: var(--feedpress-font, inherit) }
section { overflow-wrap: anywhere; white-space: normal }
ul { list-style: none; margin: 0; padding: 0 }
li { margin: 0 0 var(--feedpress-gap, 1em) }
p { margin: 0 }
li p { color: var(--feedpress-muted, inherit); font-size: .875em }
a { color: var(--feedpress-accent, inherit); text-underline-offset: .15em }
a:hover { text-decoration-thickness: .15em }
a:focus-visible { outline: 2px solid; outline-offset: 2px }`;

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // Only an address on the web becomes a link.
  function link(text, address, lang) {
    try {
      const { protocol, href } = new URL(address);
      if (/^https?:$/.test(protocol)) return make("a", { href, lang, rel: "noopener" }, text);
    } catch {}
    return text;
  }

  function listed(item, feed) {
    const { dateline } = item._feedpress || {};
    const line = dateline ? [make("p", { lang: item.language && feed.language }, dateline)] : [];
    const lang = item.language;
    return make("li", { lang, dir: "auto" }, link(item.title || item.url, item.url), ...line);
  }

  function section(feed, page, front, count) {
    const shown = feed.items.filter((item) => !(item._feedpress || {}).withdrawn).slice(0, count);
    const rows = shown.map((item) => listed(item, feed));
    const text = page ? `${allClippings}: ${feed.title}` : allClippings;
    const made = make("section", { "aria-label": feed.title, lang: feed.language });
    if (rows.length) made.append(make("ul", { role: "list" }, ...rows));
    made.append(make("p", { dir: "auto" }, link(text, page || front, lang)));
    return made;
  }

  // In the element that is named or stands around the script, else in a new one after it.
  async function place(script, id) {
    if (id && document.readyState === "loading") {
      await new Promise((go) => document.addEventListener("DOMContentLoaded", go, { once: true }));
    }
    const named = id ? document.getElementById(id.replace(/^#/, "")) : script.closest(".feedpress");
    if (id && !named) throw new Error(`no element ${id}`);
    if (named && !named.shadowRoot) return named;
    const added = make("div", {});
    (named || script).after(added);
    return added;
  }

  function show(host, content) {
    const root = host.attachShadow({ mode: "open" });
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make("style", {}, STYLE));
    }
    root.append(content);
  }

  async function embed(script) {
    const { project = "", count, target } = script.dataset;
    const slug = project.trim();
    if (!/^([a-z0-9][a-z0-9._+-]*)?$/.test(slug)) throw new Error(`no project ${slug}`);
    const front = new URL(".", script.src);
    const folder = slug ? new URL(`projects/${slug}/`, front) : front;
    const answer = await fetch(new URL("feed.json", folder), { credentials: "omit" });
    if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
    const many = Math.min(Math.max(parseInt(count || "5", 10), 1), 50) || 5;
    // Several projects together have a feed and no page.
    const page = slug.includes("+") ? null : folder;
    const content = section(await answer.json(), page, front, many);
    show(await place(script, target), content);
  }

  // What goes wrong leaves the page, and the link on it, as they are.
  embed(document.currentScript).catch((error) => {
    console.warn(`feedpress shows no clippings: ${error.message}`);
  });
})
