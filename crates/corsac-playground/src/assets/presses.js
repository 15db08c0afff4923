// What the buttons send. The code beside each button is written from the same data.

const json = { "Content-Type": "application/json" };

export const presses = [
  {
    name: "get",
    title: "Read the list",
    lesson: "A plain GET needs no question beforehand. It is sent, and the answer decides whether the page may read it.",
    steps: [{ method: "GET", path: "/pets?per-page=3" }],
  },
  {
    name: "json-get",
    title: "Read with a JSON content type",
    lesson: "The same, with one header that a form could not send. Now the browser asks first: that is a preflight.",
    steps: [{ method: "GET", path: "/pets/1", headers: json }],
  },
  {
    name: "post",
    title: "Add a pet",
    lesson: "POST alone needs no question, but JSON does.",
    steps: [{ method: "POST", path: "/pets", headers: json, body: { name: "Ember", kind: "fox" } }],
  },
  {
    name: "put",
    title: "Change a pet",
    lesson: "A form cannot PUT, so the browser asks about the method too.",
    steps: [{ method: "PUT", path: "/pets/1", headers: json, body: { name: "Mira II", kind: "fox" } }],
  },
  {
    name: "delete",
    title: "Remove a pet",
    lesson: "The method alone makes the browser ask.",
    steps: [{ method: "DELETE", path: "/pets/2" }],
  },
  {
    name: "login",
    title: "Log in, then ask who I am",
    lesson: "With cookies, the answer must also say that credentials are welcome. Look closely at the API: the login happens, and only its answer is kept from the page.",
    steps: [
      { method: "POST", path: "/login", form: { name: "Ada" }, credentials: "include" },
      { method: "GET", path: "/whoami", credentials: "include" },
    ],
  },
  {
    name: "header",
    title: "Read a header of the answer",
    lesson: "Even when a page may read an answer, most of its headers stay hidden until the answer exposes them.",
    steps: [{ method: "GET", path: "/pets?per-page=1", wanted: "x-total-count" }],
  },
];

// The call that a script would make, as text.
export function callOf({ method, path, headers, body, form, credentials, wanted }) {
  const options = [];
  if (method !== "GET") options.push(`method: "${method}"`);
  if (headers) options.push(`headers: ${written(headers)}`);
  if (body) options.push(`body: JSON.stringify(${written(body)})`);
  if (form) options.push(`body: new URLSearchParams(${written(form)})`);
  if (credentials) options.push(`credentials: "${credentials}"`);
  const second = options.length === 0 ? "" : `, {\n${options.map((it) => `  ${it},\n`).join("")}}`;
  const call = `await fetch(origin + "${path}"${second})`;
  return wanted ? `const response = ${call}\nresponse.headers.get("${wanted}")` : call;
}

function written(object) {
  const key = (it) => (/^\w+$/.test(it) ? it : JSON.stringify(it));
  const pairs = Object.entries(object).map(([name, value]) => `${key(name)}: ${JSON.stringify(value)}`);
  return `{ ${pairs.join(", ")} }`;
}

// Sends one request, and says what the script got: nothing else.
export async function send(origin, step, press) {
  const url = new URL(step.path, origin);
  url.searchParams.set("press", press);
  const options = { method: step.method, credentials: step.credentials ?? "same-origin" };
  if (step.headers) options.headers = step.headers;
  if (step.body) options.body = JSON.stringify(step.body);
  if (step.form) options.body = new URLSearchParams(step.form);
  try {
    const response = await fetch(url, options);
    const body = await response.text();
    const wanted = step.wanted ? response.headers.get(step.wanted) : undefined;
    const outcome = step.wanted && wanted === null ? "hidden" : "readable";
    const lines = [`${response.status} ${response.statusText}`.trim()];
    lines.push(...[...response.headers].map(([name, value]) => `${name}: ${value}`));
    if (step.wanted) lines.push("", `headers.get("${step.wanted}") → ${JSON.stringify(wanted)}`);
    else if (body) lines.push("", body);
    return { outcome, status: response.status, text: lines.join("\n") };
  } catch (error) {
    return { outcome: "blocked", text: String(error) };
  }
}

// The preflight's URL is that of its request: this name, in the query, finds both.
export function newPress() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
