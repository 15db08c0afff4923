// Shows what one press brought: the outcome, why, and every exchange on the wire.

import { element, prose } from "./dom.js";

const verdicts = {
  readable: ["✓", "Allowed"],
  hidden: ["◐", "Header hidden"],
  blocked: ["✕", "Blocked"],
};

const hops = {
  "browser-to-api": ["browser", "API"],
  "browser-to-gateway": ["browser", "gateway"],
  "gateway-to-api": ["gateway", "API"],
};

export function verdictOf(seen) {
  return verdicts[seen.outcome][1];
}

// One request of a press, with its outcome and its exchanges.
export function shownStep(press, call, seen, view) {
  const [sign, word] = verdicts[seen.outcome];
  const status = seen.status === undefined ? "" : ` · ${seen.status}`;
  return element("div", { className: "step", "data-name": press, "data-outcome": seen.outcome },
    element("p", { className: "verdict" },
      element("span", { className: "sign", "aria-hidden": "true" }, sign),
      element("strong", {}, word), `${status} `,
      element("code", {}, call)),
    element("p", { className: "why" }, ...prose(view.why)),
    element("h5", {}, "What the script got"),
    element("pre", { className: "got" }, seen.text),
    element("h5", {}, "What went over the wire"),
    view.exchanges.length === 0
      ? element("p", { className: "fine" }, "Nothing that arrived.")
      : element("ol", { className: "wire" }, ...view.exchanges.map(shownExchange)));
}

function shownExchange(exchange) {
  const [from, to] = hops[exchange.hop];
  const answer = exchange.status === null ? "no answer" : `${exchange.status} ${exchange.reason ?? ""}`.trim();
  const [target, press] = exchange.target.split("press=");
  return element("li", { className: "exchange", "data-hop": exchange.hop },
    element("p", { className: "hop" }, `${from} → ${to}`,
      exchange["is-preflight"] ? element("span", { className: "tag" }, "preflight") : null,
      exchange.refused ? element("span", { className: "tag no" }, exchange.refused.code) : null),
    element("p", { className: "line" }, element("code", {}, `${exchange.method} ${target}`,
      press ? element("span", { className: "press" }, `press=${press}`) : null)),
    fieldList("Request", exchange.request, null),
    element("p", { className: "line answer" }, element("code", {}, answer)),
    fieldList("Response", exchange.response, exchange.absent),
    element("p", { className: "note" }, exchange.note),
    everyField(exchange));
}

// The fields that decided, and the one that was missing.
function fieldList(label, fields, absent) {
  const rows = fields.filter((field) => field.decides).map((field) => shownField(field));
  if (absent) {
    rows.push(element("li", { className: "field absent" }, element("code", {}, absent), " is missing"));
  }
  if (rows.length === 0) return null;
  return element("ul", { className: "fields", "aria-label": `${label} fields that decided` }, ...rows);
}

function shownField(field) {
  return element("li", { className: field.decides ? "field decides" : "field" },
    element("code", {}, element("span", { className: "name" }, field.name), `: ${field.value}`));
}

function everyField(exchange) {
  const list = (title, fields) => [
    element("p", { className: "fine" }, title),
    element("ul", { className: "fields all" }, ...fields.map(shownField)),
  ];
  return element("details", {},
    element("summary", {}, `All ${exchange.request.length + exchange.response.length} fields`),
    ...list("Request", exchange.request),
    ...list("Response", exchange.response));
}
