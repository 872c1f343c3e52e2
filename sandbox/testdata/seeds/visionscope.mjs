// A merchant of VisionScope, written from nothing but the gateway's integration page: sections 3, 4, 5.3, 6 and 7, with
// node's own http and crypto in the place of express. It knows no sandbox; its configuration is the documented one.
import crypto from 'node:crypto';
import http from 'node:http';

const { PORT = '5000', VISIONSCOPE_API_URL, VISIONSCOPE_API_KEY, WEBHOOK_PUBLIC_URL, WEBHOOK_SECRET, RETURN_URL } = process.env;

const orders = new Map(); // by session_id, as the page asks: stored before the shopper is sent on
const seen = new Set(); // (session_id, event)

const read = async (req) => {
  const parts = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts);
};

const json = (res, status, body) => {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(body));
};

// 7.1: proxy the create call.
const createCheckout = async (req, res) => {
  const { amount, currency } = JSON.parse((await read(req)).toString('utf8'));
  if (!amount || !currency) return json(res, 400, { error: 'amount and currency required' });
  const answer = await fetch(`${VISIONSCOPE_API_URL}/create`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': VISIONSCOPE_API_KEY },
    body: JSON.stringify({
      amount,
      currency,
      webhook_url: WEBHOOK_PUBLIC_URL,
      webhook_secret: WEBHOOK_SECRET,
      return_url: RETURN_URL,
    }),
  });
  const data = await answer.json();
  if (!answer.ok || !data.success) return json(res, answer.status, data);
  orders.set(data.data.session_id, 'pending');
  json(res, 200, data.data);
};

// 5.3: verify the raw body, in constant time, before anything is read from it.
const receiveWebhook = async (req, res) => {
  const signature = req.headers['x-signature'];
  const rawBody = await read(req);
  if (!signature) return json(res, 400, { error: 'missing signature' });
  const expected = crypto.createHmac('sha256', WEBHOOK_SECRET).update(rawBody).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) {
    return json(res, 401, { error: 'invalid signature' });
  }
  const event = JSON.parse(rawBody.toString('utf8'));
  const key = `${event.session_id}:${event.event}`;
  if (!seen.has(key) && orders.has(event.session_id)) {
    seen.add(key);
    orders.set(event.session_id, event.status);
    console.log(JSON.stringify({ ...event, timestamped: Number.isFinite(Date.parse(req.headers['x-timestamp'])) }));
  } else {
    console.log(JSON.stringify({ duplicate: key }));
  }
  json(res, 200, { received: true });
};

// 4, option A, and 6: redirect there, and show what came back while the database decides.
const pay = (req, res) => {
  res.writeHead(303, { Location: new URL(req.url, 'http://shop').searchParams.get('checkout_url') });
  res.end();
};

const showReturn = (req, res) => {
  const p = new URL(req.url, 'http://shop').searchParams;
  const text = p.get('status') === 'paid' ? 'Thank you!' : `Payment failed: ${p.get('reason') || ''}`;
  res.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
  res.end(`${text}\norder ${p.get('order_id')} is ${orders.get(p.get('session_id'))}`);
};

const routes = {
  'POST /api/checkout': createCheckout,
  'POST /webhook': receiveWebhook,
  'GET /pay': pay,
  'GET /return': showReturn,
};

http
  .createServer((req, res) => {
    const route = routes[`${req.method} ${req.url.split('?')[0]}`];
    if (!route) return json(res, 404, { error: 'not found' });
    Promise.resolve(route(req, res)).catch((err) => json(res, 500, { error: String(err) }));
  })
  .listen(Number(PORT), '127.0.0.1', () => console.log(JSON.stringify({ listening: true })));
