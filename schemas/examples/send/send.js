#!/usr/bin/env node
// send.js: a source without Kafka sends its events to consent-gateway and reads what became of them.
//
//   node send.js consent|optout|lead ID ADDRESS
//   node send.js receipts [AFTER]
//
// GATEWAY_URL, GATEWAY_TOKEN, SOURCE (urn:consent:src:...) and AGREEMENT come from the environment.
// Exit status: 0 taken, 1 refused (do not send the same again), 2 wrong settings, 3 not now.
// Node 18 has all it needs. ../../SOURCES.md explains each step.
"use strict";
const missing = ["GATEWAY_URL", "GATEWAY_TOKEN", "SOURCE", "AGREEMENT"].filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error("not set in the environment:", ...missing);
  process.exit(2);
}
const {GATEWAY_URL, GATEWAY_TOKEN, SOURCE, AGREEMENT} = process.env;
const TRIES = 5;
const sleep = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

// {status, text, wait}; status 0: nobody answers
async function ask(method, path, body) {
  const headers = {"Authorization": `Bearer ${GATEWAY_TOKEN}`,
                   "Content-Type": "application/cloudevents+json"};
  try {
    const answer = await fetch(GATEWAY_URL + path, {method, headers, body,
                                                    signal: AbortSignal.timeout(90000)});
    return {status: answer.status, text: await answer.text(),
            wait: Number(answer.headers.get("Retry-After") ?? 1)};
  } catch (gone) {
    return {status: 0, text: String(gone), wait: 1};
  }
}

// The id is yours: the same id with the same event is never counted twice.
function event(kind, id, address) {
  const time = new Date().toISOString();
  const [, , , sourceType, party] = SOURCE.split(":");
  const data = {contact: {email: address},
                provenance: {source_type: sourceType, party_id: party, agreement_id: AGREEMENT,
                             collected_at: time}};
  if (kind === "optout") {
    data.optout = {via: "customer_support"};
  } else {
    Object.assign(data.contact, {country: "DE", subscriber: "individual", age: "16_or_over"});
    Object.assign(data, {
      controllers: ["sectigo-limited"],
      scope: [{purpose: "marketing.promotional", channels: ["email"]}],
      basis: {art6: "a", type: kind === "consent" ? "expressed" : "unknown"}});
  }
  if (kind === "consent") {
    data.consent = {method: "checkout_checkbox",
                    statement: "Sectigo Limited may send me offers by e-mail",
                    notice: {policy_id: `${party}-privacy`, version: "1", language: "en",
                             text_sha256: "0".repeat(64)}};
    data.provenance.warranty = {asserted: true, controllers_named: ["Sectigo Limited"]};
    data.provenance.evidence = [{kind: "order_snapshot", sha256: "0".repeat(64)}];
  }
  const type = {consent: "consent.granted.v1", optout: "optout.recorded.v1",
                lead: "lead.received.v1"}[kind];
  return {specversion: "1.0", id, source: SOURCE, type, time,
          datacontenttype: "application/json", data};
}

async function send(one) {
  for (let i = 0; i < TRIES; i++) {
    const {status, text, wait} = await ask("POST", "/v1/events", JSON.stringify(one));
    if (status === 202 || status === 422) { // 422: "reason" says what is wrong, "pointer" where
      process.stdout.write(text);
      return status === 202 ? 0 : 1;
    }
    if (![0, 429, 503].includes(status)) { // the request is wrong: token, size, content type
      console.error(status, text);
      return 2;
    }
    console.error(`not now (${status}), again in ${wait} s`);
    await sleep(wait); // and the same again, with the same id
  }
  return 3;
}

async function receipts(after) {
  for (;;) {
    const {status, text, wait} = await ask("GET", `/v1/receipts?wait=1&after=${after}`);
    if ([0, 429, 503].includes(status)) {
      await sleep(wait);
      continue;
    }
    if (status !== 200) {
      console.error(status, text);
      return 2;
    }
    const page = JSON.parse(text);
    for (const one of page.receipts)
      console.log(one.event_id, one.outcome, one.reason);
    if (page.receipts.length === 0) {
      console.error("next:", after); // keep it: go on from there
      return 0;
    }
    after = page.after;
  }
}

const [what, id, address] = process.argv.slice(2);
if (["consent", "optout", "lead"].includes(what) && address !== undefined)
  send(event(what, id, address)).then((code) => { process.exitCode = code; });
else if (what === "receipts")
  receipts(id ?? "").then((code) => { process.exitCode = code; });
else {
  console.error("node send.js consent|optout|lead ID ADDRESS, or receipts [AFTER]");
  process.exitCode = 2;
}
