// Puts the cards on the page, and runs what their buttons say.

import { announce, ask, element, setting } from "./dom.js";
import { startEditor } from "./editor.js";
import { callOf, newPress, presses, send } from "./presses.js";
import { shownStep, verdictOf } from "./wire.js";

const targets = [
  { name: "api", label: "API", origin: setting("api") },
  { name: "gateway", label: "gateway", origin: setting("gateway") },
];

function card(press) {
  const title = element("h3", { id: `press-${press.name}` }, press.title);
  const buttons = element("div", { className: "asks" });
  const results = element("div", { className: "results" });
  for (const target of targets) {
    const result = element("section", { className: "result", id: `result-${press.name}-${target.name}`, hidden: true, "aria-label": `${press.title}: the ${target.label}` });
    const button = element("button", { type: "button", className: `ask ${target.name}`, "data-press": press.name, "data-target": target.name },
      `Ask the ${target.label}`,
      element("span", { className: "visually-hidden" }, ` (${press.title})`),
      element("span", { className: "port", "aria-hidden": "true" }, `:${new URL(target.origin).port}`));
    button.addEventListener("click", () => run(press, target, button, result));
    buttons.append(button);
    results.append(result);
  }
  return element("article", { className: "card", "aria-labelledby": title.id },
    title,
    element("p", { className: "lesson" }, press.lesson),
    element("pre", { className: "call" }, press.steps.map(callOf).join("\n\n")),
    buttons,
    results);
}

async function run(press, target, button, result) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const heading = element("h4", {}, `From the ${target.label}`);
    const steps = [];
    const spoken = [];
    for (const step of press.steps) {
      const name = newPress();
      const seen = await send(target.origin, step, name);
      const view = await ask(`/exchanges?${questionAbout(name, step, seen)}`);
      steps.push(shownStep(name, `${step.method} ${new URL(step.path, target.origin).pathname}`, seen, view));
      spoken.push(`${step.method} to the ${target.label}: ${verdictOf(seen)}. ${view.why}`);
    }
    result.replaceChildren(heading, ...steps);
    announce(spoken.join(" "));
  } catch (error) {
    result.replaceChildren(element("p", { className: "notice" }, `The demo itself did not answer. ${error.message}`));
  } finally {
    result.hidden = false;
    button.removeAttribute("aria-busy");
  }
}

function questionAbout(press, step, seen) {
  const question = new URLSearchParams({ press, outcome: seen.outcome });
  if (step.credentials) question.set("credentials", "true");
  if (step.wanted) question.set("wanted", step.wanted);
  return question;
}

document.getElementById("cards").append(...presses.map(card));
document.getElementById("reset-pets").addEventListener("click", async () => {
  await ask("/pets/reset", {});
  announce("All pets are back.");
});
await startEditor();
document.documentElement.dataset.ready = "true";
