#!/usr/bin/env node
// tokens.js PROFILE [KEYFILE] - the tokens of addresses, one a line on standard input.
//
//     printf '%s\n' user@example.com +14155559317 | node tokens.js sha256-hex
//
// Telephone numbers are E.164. Needs nothing but Node.js. tokens.py and tokens.php do the same.
"use strict";
const crypto = require("crypto"), fs = require("fs"), url = require("url");

const EDGE = "[\\s\\uFEFF\\u200B-\\u200F\\u2060\\u061C\\u180E\\u0085]*";
const PLAIN = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\u{10FFFF}]+$/u;

// Letter by letter: a final sigma is no other letter.
const lower = (text) => [...text].map((c) => c.toLowerCase()).join("");
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);

// Quotation marks and backslashes go where they say nothing of the mailbox.
function spellLocal(local) {
    const quoted = /^"((?:[^"\\]|\\.)+)"$/su.exec(local);
    if (quoted) local = quoted[1].replace(/\\(.)/gsu, "$1");
    for (let before; before !== local; ) {
        before = local;
        local = lower(local).replaceAll("ς", "σ").normalize("NFC");
    }
    return PLAIN.test(local) ? local : '"' + local.replace(/["\\]/g, "\\$&") + '"';
}

// UTS 46, non-transitional. A name in ASCII is what DNS has. Node.js takes a name that ends in a
// number for an IP address, so ".x".
function spellDomain(domain) {
    if (!isAscii(domain))
        domain = url.domainToASCII(lower(domain).replace(/[.\u3002\uff0e\uff61]$/, "") + ".x").slice(0, -2);
    return domain.toLowerCase().replace(/\.$/, "");
}

function spell(text) {
    text = text.normalize("NFC");
    text = text.replace(new RegExp(`^${EDGE}(?:mailto:)?${EDGE}<(.*)>`, "is"), "$1");
    text = text.replace(new RegExp(`^${EDGE}(?:mailto:)?${EDGE}|${EDGE}$`, "gi"), "");
    if (text.startsWith("+")) return text;
    const at = text.lastIndexOf("@");
    return spellLocal(text.slice(0, at)) + "@" + spellDomain(text.slice(at + 1));
}

function token(profile, text, key) {
    text = spell(text);
    if (profile === "plain") return text;
    if (profile === "hmac-sha256")
        return crypto.createHmac("sha256", key).update(text).digest("hex");
    if (profile === "uid2-b64" && text.endsWith("@gmail.com"))
        text = text.slice(0, -10).split("+")[0].replaceAll(".", "") + "@gmail.com";
    if (profile === "drop-b64" && text.startsWith("+")) text = text.slice(1).slice(-10);
    const hex = profile.endsWith("-hex");
    const hash = crypto.createHash(hex ? profile.slice(0, -4) : "sha256");
    return hash.update(text).digest(hex ? "hex" : "base64");
}

const [profile, keyFile] = process.argv.slice(2);
const key = keyFile ? fs.readFileSync(keyFile) : "";
const lines = fs.readFileSync(0, "utf8").replace(/\n$/, "").split("\n");
for (const line of lines) console.log(token(profile, line, key));
