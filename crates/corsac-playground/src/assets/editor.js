// The policy's editor. A broken policy changes nothing but what is shown here.

import { ask, element, prose } from "./dom.js";

const text = document.getElementById("policy-text");
const inForce = document.getElementById("in-force");
const status = document.getElementById("policy-status");
const problems = document.getElementById("policy-problems");

export async function startEditor() {
  const first = await ask("/policy");
  text.value = first["in-force"];
  show(first);
  status.textContent = "";
  document.getElementById("apply-policy").addEventListener("click", () => apply());
  document.getElementById("reset-policy").addEventListener("click", () => {
    text.value = first["in-force"];
    apply();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      apply();
    }
  });
  text.addEventListener("input", () => {
    status.textContent = text.value === inForce.textContent ? "" : "Edited. Not applied yet.";
    status.dataset.kind = "edited";
  });
}

async function apply() {
  try {
    show(await ask("/policy", { policy: text.value }));
  } catch (error) {
    status.dataset.kind = "refused";
    status.textContent = `The policy could not be sent. ${error.message}`;
  }
}

function show(view) {
  inForce.textContent = view["in-force"];
  status.dataset.kind = view.applied ? "applied" : "refused";
  status.textContent = view.applied
    ? `In force since now: policy ${view.edition}.${counted(view["n-warnings"], "warning", " It has ")}`
    : `Not applied:${counted(view["n-errors"], "error", " ")} Policy ${view.edition} is still in force.`;
  text.setAttribute("aria-invalid", String(!view.applied));
  problems.hidden = view.problems.length === 0;
  problems.replaceChildren(...(view.problems.length === 0 ? [] : shownProblems(view)));
}

function counted(count, noun, lead) {
  if (count === 0) return "";
  return `${lead}${count} ${noun}${count === 1 ? "" : "s"}.`;
}

function shownProblems(view) {
  return [
    element("h3", {}, view.applied ? "Doubtful" : "What is wrong"),
    element("ol", {}, ...view.problems.map(shownProblem)),
    element("pre", { className: "carets", tabIndex: 0, role: "region", "aria-label": "The lines with their mistakes underlined" },
      view.rendered),
  ];
}

function shownProblem(problem) {
  const place = element("button", { type: "button", className: "place-link" },
    `line ${problem.line}, column ${problem.column}`);
  place.addEventListener("click", () => {
    text.focus();
    text.setSelectionRange(problem.start, problem.end);
  });
  const meant = problem.suggestion === null ? "" : ` Did you mean \`${problem.suggestion}\`?`;
  return element("li", { "data-severity": problem.severity, "data-code": problem.code },
    element("strong", {}, problem.severity), " at ", place, ...prose(`: ${problem.message}.${meant}`));
}
