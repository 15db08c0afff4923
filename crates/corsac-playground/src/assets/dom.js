// Makes elements, and never from text that could be taken for markup.

export function element(tag, properties = {}, ...children) {
  const it = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in it) {
      it[name] = value;
    } else {
      it.setAttribute(name, value);
    }
  }
  it.append(...children.filter((child) => child !== null));
  return it;
}

// Text in which `backticks` mark code.
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : element("code", {}, part)));
}

export function setting(name) {
  return document.querySelector(`meta[name="corsac-${name}"]`).content;
}

// Asks the page's own server. The token is what another page does not have.
export async function ask(path, body) {
  const headers = { "X-Corsac-Token": setting("token") };
  const options = { headers };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    options.method = "POST";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
  return response.status === 204 ? null : response.json();
}

export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
