/* Keeps the page true while it is open: changed cards, clocks, new requests, and what its person must hear of. */
"use strict";
(() => {
  const EVERY = 3000;
  const HIDDEN = 20000;
  const LOST = 7000;
  const FORGET = 24 * 3600 * 1000;
  let failed = 0;
  let good = Date.now();
  let timer = 0;
  let pressed = false;
  let heldBack = false;
  let withoutMark = false;
  let title = "";

  const live = () => document.getElementById("live");
  const shown = () => [...document.querySelectorAll("[data-shows]")];

  function look() {
    clearTimeout(timer);
    timer = setTimeout(look, document.hidden ? HIDDEN : EVERY * 2 ** Math.min(failed, 3) * (0.9 + Math.random() / 5));
    if (live()) htmx.trigger(live(), "look");
  }

  // What the page shows goes along, so that only what changed comes back.
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = event.detail;
    if (elt.id !== "live") return;
    parameters.seen = heldBack ? "" : (elt.dataset.seen ?? "");
    [withoutMark, heldBack] = [heldBack, false];
    parameters.minute = elt.dataset.minute ?? "";
    parameters.pass = elt.dataset.pass ?? "";
    parameters.told = [...elt.querySelectorAll("[data-notice]")].map((notice) => notice.dataset.notice.split(":")[0]).join(",");
    parameters.shown = shown().slice(0, 100).map((card) => card.dataset.shows).join(",");
    const place = document.querySelector("[data-case]");
    if (place) parameters.case = place.dataset.shows.split("@")[0];
    const fresh = document.getElementById("fresh");
    if (fresh) parameters.list = fresh.dataset.list;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "live") return;
    const status = event.detail.xhr?.status ?? 0;
    if (status >= 200 && status < 300) {
      failed = 0;
      good = Date.now();
    } else {
      failed += 1;
      heldBack ||= withoutMark;
    }
    const late = Date.now() - good > LOST;
    const stale = document.getElementById("stale");
    if (!stale || stale.hidden === !late) return;
    stale.querySelector("time").textContent = new Date(good).toLocaleTimeString(document.documentElement.lang);
    stale.hidden = !late;
  });

  // Nothing is swapped under a finger, nor where somebody is about to press: the next look brings it, for it goes without the
  // mark up to which all was shown.
  const busy = (part) => pressed || (part.contains(document.activeElement) && document.activeElement !== part);
  document.addEventListener("pointerdown", () => (pressed = true));
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (pressed = false));
  let focused = "";
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!target?.matches) return;
    if (target.matches("[data-card], .clock") && busy(target)) {
      event.detail.shouldSwap = false;
      heldBack = true;
    }
    if (target.matches("[data-card]") && target === document.activeElement) focused = target.id;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    focused = "";
  });

  // --- What its person must hear of: once on this device, however many pages are open.
  function told() {
    try {
      return JSON.parse(localStorage.getItem("told") ?? "{}");
    } catch {
      return {};
    }
  }

  function remember(keys) {
    const recent = Object.entries(told()).filter(([, at]) => Date.now() - at < FORGET);
    try {
      localStorage.setItem("told", JSON.stringify({ ...Object.fromEntries(recent), ...Object.fromEntries(keys.map((key) => [key, Date.now()])) }));
    } catch {
      // Without a store it is told again on the next page.
    }
  }

  const wants = (name) => {
    try {
      return localStorage.getItem(name) === "1";
    } catch {
      return false;
    }
  };

  function ring() {
    const audio = new AudioContext();
    for (const [at, pitch] of [[0, 660], [0.18, 880]]) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, audio.currentTime + at);
      loud.gain.exponentialRampToValueAtTime(0.25, audio.currentTime + at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + 0.16);
      tone.connect(loud).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.18);
    }
    setTimeout(() => audio.close(), 1000);
  }

  async function show(notice, words) {
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const worker = await navigator.serviceWorker?.getRegistration();
    worker?.showNotification(words, { tag: notice.dataset.notice, icon: document.querySelector('link[rel="apple-touch-icon"]')?.href, data: notice.dataset.leads });
  }

  function tell() {
    const notices = [...document.querySelectorAll("#live [data-notice]")];
    const known = told();
    const fresh = notices.filter((notice) => !(notice.dataset.notice in known));
    const new_ = Number(document.querySelector("#fresh .pill")?.dataset.count ?? 0);
    const count = notices.length + new_;
    document.title = count ? `(${count}) ${title}` : title;
    if (!fresh.length) return;
    remember(fresh.map((notice) => notice.dataset.notice));
    for (const notice of fresh) {
      const words = notice.content.textContent.trim();
      const line = document.getElementById("notice").content.cloneNode(true);
      line.querySelector("a").href = notice.dataset.leads;
      line.querySelector("a").textContent = words;
      document.getElementById("said").append(line);
      show(notice, words);
    }
    if (wants("sound")) ring();
  }

  document.addEventListener("htmx:afterSwap", () => {
    tell();
    // The request's own page: say that it changed, and leave it as it is until its person wants it.
    const news = document.querySelector("[data-case-news]");
    const place = document.querySelector("[data-case]");
    if (news && place && !document.getElementById("case-news")) {
      const note = document.getElementById("changed").content.cloneNode(true);
      const holder = Object.assign(document.createElement("div"), { id: "case-news", className: "stick" });
      holder.append(note);
      place.before(holder);
    }
  });

  for (const [target, name] of [[window, "online"], [window, "pageshow"], [window, "focus"], [document, "visibilitychange"]]) {
    target.addEventListener(name, () => document.hidden || look());
  }
  document.addEventListener("DOMContentLoaded", () => {
    title = document.title;
    timer = setTimeout(look, EVERY / 2);
  });

  // --- Switches of this device, on the page of notices.
  function state(button) {
    const on = button.dataset.switches === "sound" ? wants("sound") : "Notification" in window && Notification.permission === "granted";
    button.setAttribute("aria-checked", on);
    button.disabled = button.dataset.switches === "system" && (!("Notification" in window) || Notification.permission === "denied");
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-switches]");
    if (!button) return;
    if (button.dataset.switches === "sound") {
      localStorage.setItem("sound", wants("sound") ? "0" : "1");
      if (wants("sound")) ring();
    } else {
      await Notification.requestPermission();
    }
    state(button);
  });
  document.addEventListener("htmx:load", (event) => event.target.querySelectorAll("[data-switches]").forEach(state));

  navigator.serviceWorker?.register("/sw.js").catch(() => {});
})();
