// Makes vectors.json: signatures of both gateways, computed without any code of this project. Run it in this folder:
//
//	node vectors.mjs
//
// A body is a list of [base64, times] parts, so that a large one is small in the file.
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";

const time = 1776777494;

const parts = {
  "an event": [[`{"event":"session.succeeded","sessionId":"vp_cs_test_1","merchantId":"mer_acme_vitamins","amount":1499,"currency":"USD","timestamp":"2026-04-21T13:18:14.650Z"}`, 1]],
  "unicode": [[`{"event":"session.succeeded","metadata":{"note":"Grüße, 日本語, 🙂, e\u0301, \\u00e9, \u2028"}}`, 1]],
  "CRLF and white space": [[`{\r\n\t"event" : "payment.success" ,\r\n  "amount":1.0e1\r\n}\r\n`, 1]],
  "bytes that are no text": [[Buffer.from([0, 1, 0, 0xff, 0xfe, 0x0d, 0x0a, 0, 0x80, 0]), 1]],
  "256 KiB": [[`{"event":"session.succeeded","metadata":{"note":"`, 1], ["0123456789abcdef", 16380], ["0123456789ab", 1], [`"}}`, 1]],
  "nothing": [],
};

const keys = {
  visionscope: [
    "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617", // hex, and used as text
    "correct horse battery staple",
    "ключ-✓-clé",
    "k".repeat(64),
  ],
  "vora-v1": [
    "vp_sk_test_vectors",
    "vp_sk_live_" + "0123456789".repeat(10), // longer than the hash's block
    "vp_key_legacy_1",
  ],
  "vora-v2": [
    "whsec_vectors_1",
    "whsec_" + Buffer.from("base64, and used as text").toString("base64"),
    "whsec_" + "0123456789".repeat(10),
  ],
};

const bodies = Object.entries(parts).map(([name, list]) => ({
  name,
  parts: list.map(([piece, times]) => [Buffer.from(piece).toString("base64"), times]),
  bytes: Buffer.concat(list.flatMap(([piece, times]) => Array(times).fill(Buffer.from(piece)))),
}));

const hmac = (key, ...pieces) => {
  const mac = createHmac("sha256", Buffer.from(key, "utf8"));
  pieces.forEach((piece) => mac.update(piece));
  return mac.digest("hex");
};

const vectors = Object.entries(keys).flatMap(([scheme, list]) =>
  list.flatMap((key) =>
    bodies.map(({ name, bytes }) => ({
      scheme,
      key,
      body: name,
      signature: scheme === "vora-v2" ? `t=${time},v1=${hmac(key, `${time}.`, bytes)}` : hmac(key, bytes),
    })),
  ),
);

const file = {
  about: "Made by vectors.mjs.",
  time: new Date(time * 1000).toISOString(),
  bodies: bodies.map(({ name, parts, bytes }) => ({ name, length: bytes.length, parts })),
  vectors,
};
writeFileSync("vectors.json", JSON.stringify(file, null, 1) + "\n");
