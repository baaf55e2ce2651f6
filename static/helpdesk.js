/* A few lines beside htmx: the look for new requests, the keys, folds that open by their link. Pages work without it. */
"use strict";
(() => {
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const cards = () => [...document.querySelectorAll("[data-card]")];
  const current = () => document.activeElement?.closest("[data-card]") ?? document.querySelector("[data-case]");

  // A session that ended answers with the log-in page: go there instead of putting it into this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL || location.href).pathname.startsWith("/login/")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  // The network failed: say so in the user's words, which stand in the page.
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      if (event.detail.elt.id === "live") return;
      const words = document.getElementById("trouble");
      if (words) document.getElementById("said").replaceChildren(words.content.cloneNode(true));
    });
  }

  function open(target) {
    const fold = target?.closest("details") ?? target?.querySelector("details");
    if (fold) fold.open = true;
    target?.querySelector("textarea, select, input:not([type=hidden]), button")?.focus({ preventScroll: true });
  }

  function prepare(root) {
    each("[data-script]", (part) => (part.hidden = false), root);
    each("[data-submit]", (form) => form.addEventListener("change", () => form.requestSubmit()), root);
    each("[data-narrows]", (box) => {
      const list = document.getElementById(box.dataset.narrows);
      const all = [...list.options];
      const shut = () => (list.removeAttribute("size"), all.forEach((option) => (option.hidden = option.disabled = false)));
      box.addEventListener("input", () => {
        const words = box.value.trim().toLowerCase();
        if (!words) return shut();
        for (const option of all) option.hidden = option.disabled = !option.value || !(option.dataset.names ?? option.text).toLowerCase().includes(words);
        const fits = all.filter((option) => !option.hidden);
        list.size = Math.max(2, Math.min(6, fits.length));
        list.value = fits[0]?.value ?? "";
      });
      list.addEventListener("change", () => ((box.value = ""), shut()));
      box.addEventListener("change", () => box.value.trim() || shut());
    }, root);
  }

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close) (close.closest("dialog")?.close(), close.closest("[data-said]")?.remove());
    const copy = event.target.closest("[data-copies]");
    if (copy) {
      const box = document.getElementById(copy.dataset.copies);
      box.select();
      navigator.clipboard?.writeText(box.value).then(() => (copy.textContent = copy.dataset.copied), () => {});
    }
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash.length > 1) setTimeout(() => open(document.querySelector(link.hash)));
  });

  const press = (name) => {
    const button = current()?.querySelector(`[data-key="${name}"]`) ?? document.querySelector(`[data-case] ~ * [data-key="${name}"]`);
    if (!button) return false;
    if (button.matches("summary")) button.focus();
    button.click();
    return true;
  };

  function step(by) {
    const all = cards();
    const at = all.indexOf(document.activeElement?.closest("[data-card]"));
    const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    c: () => press("claim"),
    o: () => press("open"),
    r: () => press("reply"),
    e: () => press("resolve"),
    "/": () => {
      const box = document.querySelector("input[data-search]");
      box?.focus();
      return Boolean(box);
    },
    "?": () => {
      document.getElementById("keys")?.showModal();
      return true;
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    if (keys[event.key]?.()) event.preventDefault();
  });

  // A part that refreshes itself: what is scrolled or focused in it stays so.
  let kept = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.target;
    if (!part.matches?.("[data-refreshes]")) return;
    const scrolled = [...part.querySelectorAll("[data-keep]")].map((one) => [one.dataset.keep, one.scrollTop, one.scrollLeft]);
    const at = part.contains(document.activeElement) ? document.activeElement : null;
    kept = { scrolled, link: at?.getAttribute("href"), region: at?.dataset.keep };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const part = event.target;
    if (!kept || !part.matches?.("[data-refreshes]")) return;
    const named = (name) => part.querySelector(`[data-keep="${name}"]`);
    for (const [name, top, left] of kept.scrolled) named(name)?.scrollTo({ top, left, behavior: "instant" });
    const same = kept.link ? part.querySelector(`a[href="${CSS.escape(kept.link)}"]`) : kept.region ? named(kept.region) : null;
    same?.focus({ preventScroll: true });
    kept = null;
  });

  // The offer to take something back passes; the page of the request keeps the long way.
  const passes = () => each("[data-passes]", (line) => setTimeout(() => line.contains(document.activeElement) || line.remove(), 10000));
  document.addEventListener("htmx:afterSettle", passes);
  document.addEventListener("DOMContentLoaded", passes);

  // The press that asked for the number was the press to call: its link follows by itself, and stays to be pressed.
  const dial = () => each("[data-dial]", (link) => (link.removeAttribute("data-dial"), link.click()));
  document.addEventListener("htmx:afterSettle", dial);

  document.addEventListener("htmx:load", (event) => prepare(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    // A request that answers a press stands at the press's address; reloading it must not press again.
    const at = document.querySelector("[data-case]")?.dataset.at;
    if (at && location.pathname !== at) history.replaceState(null, "", at + location.hash);
    dial();
    if (location.hash.length > 1) open(document.getElementById(location.hash.slice(1)));
  });
})();
