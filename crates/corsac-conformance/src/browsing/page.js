'use strict';

// How many scenarios are played at once: below the connections that a browser makes to one host.
const N_WORKERS = 5;

// How long a call may take, in milliseconds. A loaded machine takes seconds.
const PATIENCE = 20000;

// Plays scenarios until the server has no more of them, round by round: a browser keeps the answers
// to so and so many preflights, and a scenario that is slow must still find its own.
async function play() {
  let done = [];
  for (;;) {
    const answer = await fetch('/next', { method: 'POST', body: JSON.stringify(done) });
    const scenarios = await answer.json();
    if (scenarios.length === 0) return;
    done = [];
    await Promise.all(Array.from({ length: N_WORKERS }, () => work(scenarios, done)));
  }
}

async function work(scenarios, done) {
  for (let next = scenarios.shift(); next; next = scenarios.shift()) {
    const { id, calls } = next;
    const seen = [];
    for (const call of calls) {
      if (call.wait) await new Promise(go => setTimeout(go, 1000 * call.wait));
      seen.push(await inTime(call.api === 'XMLHttpRequest' ? byXhr(call) : byFetch(call)));
    }
    done.push({ id, seen });
  }
}

function inTime(seen) {
  let timer;
  const late = new Promise(give => { timer = setTimeout(give, PATIENCE, 'nothing'); });
  return Promise.race([seen, late]).finally(() => clearTimeout(timer));
}

async function byFetch(call) {
  const { method, headers, mode, credentials, redirect, cache } = call;
  const init = { method, headers, mode, credentials, redirect, cache, body: bodyOf(call) };
  try {
    new Request(call.url, init);
  } catch {
    return 'refused';
  }
  let response;
  try {
    response = await fetch(call.url, init);
  } catch {
    return 'network-error';
  }
  const { type, status, url, redirected } = response;
  const body = await response.arrayBuffer().then(text, () => null);
  return { response: { type, status, url, redirected, headers: [...response.headers].sort(), body } };
}

function byXhr(call) {
  return new Promise(give => {
    const request = new XMLHttpRequest();
    try {
      request.open(call.method ?? 'GET', call.url);
      for (const [name, value] of call.headers ?? []) request.setRequestHeader(name, value);
    } catch {
      give('refused');
      return;
    }
    request.withCredentials = call.credentials === 'include';
    request.responseType = 'arraybuffer';
    if (call['upload-listener']) request.upload.addEventListener('progress', () => {});
    request.onerror = request.onabort = () => give('network-error');
    request.onload = () => {
      const { status, responseURL: url } = request;
      const lines = request.getAllResponseHeaders().split('\r\n').filter(line => line);
      const headers = lines.map(line => {
        const at = line.indexOf(': ');
        return [line.slice(0, at), line.slice(at + 2)];
      });
      give({ response: { status, url, headers: headers.sort(), body: text(request.response) } });
    };
    request.send(bodyOf(call));
  });
}

function bodyOf({ body }) {
  if (!body) return null;
  if ('text' in body) return body.text;
  if ('buffer' in body) return new TextEncoder().encode(body.buffer);
  return new Blob([body.blob.text], { type: body.blob.type });
}

// Bytes as text, without loss.
function text(bytes) {
  return Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join('');
}

// Whoever opened the page waits for this: before it, the page still asks for something.
window.played = play();
