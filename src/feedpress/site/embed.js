// Puts the newest clippings on a partner's page, and touches nothing else.
((allClippings, lang) => {
  const STYLE = `
:host { display: block }
section { color: var(--feedpress-text, inherit); font-family: var(--feedpress-font, inherit);
overflow-wrap: anywhere; white-space: normal }
ul { list-style: none; margin: 0; padding: 0 }
li { margin: 0 0 var(--feedpress-gap, 1em) }
p { margin: 0 }
li p { color: var(--feedpress-muted, inherit); font-size: .875em }
a { color: var(--feedpress-accent, inherit); text-underline-offset: .15em }
a:hover { text-decoration-thickness: .15em }
a:focus-visible { outline: 2px solid; outline-offset: 2px }`;

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const each of Object.entries(attributes)) if (each[1]) made.setAttribute(...each);
    made.append(...children);
    return made;
  }

  // Only an address on the web becomes a link.
  function link(text, address, lang) {
    try {
      const { protocol, href } = new URL(address);
      if (/^https?:$/.test(protocol)) return make("a", { href, lang }, text);
    } catch {}
    return text;
  }

  function listed({ _feedpress, authors, language: lang, title, url }, feed) {
    const text = (_feedpress || {}).dateline || "";
    const { name = "" } = (authors || [])[0] || {};
    // Apart, a source in another script can't turn the line around.
    const end = text.startsWith(name) ? name.length : 0;
    const parts = [make("bdi", {}, text.slice(0, end)), text.slice(end)];
    const line = make("p", { lang: lang && feed.language, dir: "auto" }, ...parts);
    return make("li", { lang, dir: "auto" }, link(title || url, url), text && line);
  }

  function section(feed, count, page, text) {
    const shown = feed.items.filter((item) => !(item._feedpress || {}).withdrawn);
    const rows = shown.slice(0, count).map((item) => listed(item, feed));
    const list = rows.length ? [make("ul", { role: "list" }, ...rows)] : [];
    const last = make("p", { dir: "auto" }, link(text, page, lang));
    return make("section", { "aria-label": feed.title, lang: feed.language }, ...list, last);
  }

  // In the element named or around the script, else in a new one after it.
  async function place(script, id) {
    if (id && document.readyState === "loading") {
      await new Promise((go) => document.addEventListener("DOMContentLoaded", go));
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

  async function read(folder) {
    const answer = await fetch(new URL("feed.json", folder), { credentials: "omit" });
    if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
    return answer.json();
  }

  // Several feeds as one: each item once, in the order that the feeds have.
  function merged(feeds) {
    const items = new Map(feeds.flatMap(({ items }) => items.map((each) => [each.id, each])));
    const key = (item) => item.date_modified || item.date_published;
    const sorted = [...items.values()].sort(
      (a, b) => Date.parse(key(b)) - Date.parse(key(a)) || (a.id < b.id ? -1 : 1),
    );
    return { ...feeds[0], title: feeds.map(({ title }) => title).join(", "), items: sorted };
  }

  async function embed(script) {
    const { project = "", count, target } = script.dataset;
    const slugs = project.trim().split("+");
    if (!slugs.every((slug) => /^([a-z0-9][a-z0-9._-]*)?$/.test(slug))) {
      throw new Error(`no project ${project}`);
    }
    const front = new URL(".", script.src);
    const folders = slugs.map((slug) => (slug ? new URL(`projects/${slug}/`, front) : front));
    const answers = await Promise.allSettled(folders.map(read));
    const [failed] = answers.filter(({ reason }) => reason);
    const feeds = answers.flatMap(({ value }) => value || []);
    if (!feeds.length) throw failed.reason;
    if (failed) console.warn(`feedpress shows less: ${failed.reason.message}`);
    const many = Math.min(Math.max(parseInt(count, 10), 1), 50) || 5;
    const isOne = slugs.length === 1;
    const feed = isOne ? feeds[0] : merged(feeds);
    const text = allClippings + (isOne ? `: ${feed.title}` : "");
    show(await place(script, target), section(feed, many, isOne ? folders[0] : front, text));
  }

  // What goes wrong leaves the page and its link as they are.
  embed(document.currentScript).catch((error) => {
    console.warn(`feedpress shows no clippings: ${error.message}`);
  });
})
