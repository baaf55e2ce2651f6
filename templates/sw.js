/* Keeps the shell for when the network is away. It keeps no page: they show people in need, and an old one misleads. */
"use strict";
const KEPT = [{% for path in kept %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const SHELL = `shell-${KEPT.join().split("").reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) | 0, 7)}`;
self.addEventListener("install", (event) => event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(KEPT)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  ),
);
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    // A press that met no network is answered in words as well: the page says that nothing was done.
    event.respondWith(fetch(request).catch(() => caches.match(KEPT[0])));
  } else if (request.method === "GET" && KEPT.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((pages) => {
      const page = pages.find((one) => "navigate" in one);
      return page ? page.focus().then(() => page.navigate(event.notification.data)) : self.clients.openWindow(event.notification.data);
    }),
  );
});
