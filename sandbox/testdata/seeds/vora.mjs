// A platform's connector to Vora, written from nothing but the gateway's integrator guide: headers, endpoints, webhook
// events and their signature, idempotency and the error catalog. It knows no sandbox; base URL and keys are all that its
// configuration has.
import crypto from 'node:crypto';
import http from 'node:http';

const { PORT = '5001', VON_PAY_BASE_URL = 'https://checkout.vonpay.com', VON_PAY_SECRET_KEY, SUCCESS_URL } = process.env;

const orders = new Map(); // by session id
const seen = new Set(); // sessionId:event:timestamp, since v1 has no event id

const read = async (req) => {
  const parts = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts);
};

const json = (res, status, body) => {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(body));
};

const call = async (method, path, body, more = {}) => {
  const answer = await fetch(VON_PAY_BASE_URL + path, {
    method,
    headers: {
      Authorization: `Bearer ${VON_PAY_SECRET_KEY}`,
      'Content-Type': 'application/json',
      'Von-Pay-Version': '2026-04-14',
      ...more,
    },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, requestId: answer.headers.get('x-request-id'), body: await answer.json() };
};

// Auth and capture are one call; the key is platform, order and attempt, and stays for the same logical operation.
const charge = async (req, res) => {
  const { order, attempt, amount, currency } = JSON.parse((await read(req)).toString('utf8'));
  const created = await call(
    'POST',
    '/v1/sessions',
    { amount, currency, successUrl: SUCCESS_URL },
    { 'Idempotency-Key': `sticky_${order}_attempt-${attempt}` },
  );
  if (created.body.id) orders.set(created.body.id, order);
  json(res, created.status, { ...created.body, requestId: created.requestId });
};

const status = async (req, res) => {
  const id = new URL(req.url, 'http://shop').searchParams.get('session');
  const session = await call('GET', `/v1/sessions/${id}`);
  json(res, session.status, session.body);
};

// The liveness probe and the capabilities, which need no key.
const about = async (req, res) => {
  const [health, discovery] = await Promise.all(
    ['/v1/health', '/v1/discovery'].map((path) => fetch(VON_PAY_BASE_URL + path).then((r) => r.json())),
  );
  json(res, 200, { health, discovery });
};

// HMAC-SHA256 over the raw body, keyed by the whole API key; five minutes of replay window.
const receiveWebhook = async (req, res) => {
  const rawBody = await read(req);
  const signature = req.headers['x-vonpay-signature'] ?? '';
  const expected = crypto.createHmac('sha256', VON_PAY_SECRET_KEY).update(rawBody).digest('hex');
  const given = Buffer.from(signature, 'utf8');
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, Buffer.from(expected, 'utf8'))) {
    return json(res, 401, { error: 'invalid signature' });
  }
  if (!(Math.abs(Date.now() - Date.parse(req.headers['x-vonpay-timestamp'])) <= 5 * 60 * 1000)) {
    return json(res, 401, { error: 'outside of the replay window' });
  }
  const event = JSON.parse(rawBody.toString('utf8'));
  const key = `${event.sessionId}:${event.event}:${event.timestamp}`;
  console.log(JSON.stringify(seen.has(key) ? { duplicate: key } : { ...event, order: orders.get(event.sessionId) }));
  seen.add(key);
  json(res, 200, { received: true });
};

const routes = {
  'POST /charge': charge,
  'GET /status': status,
  'GET /about': about,
  'POST /api/webhooks': receiveWebhook,
};

http
  .createServer((req, res) => {
    const route = routes[`${req.method} ${req.url.split('?')[0]}`];
    if (!route) return json(res, 404, { error: 'not found' });
    Promise.resolve(route(req, res)).catch((err) => json(res, 500, { error: String(err) }));
  })
  .listen(Number(PORT), '127.0.0.1', () => console.log(JSON.stringify({ listening: true })));
