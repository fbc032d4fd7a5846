#!/usr/bin/env node
// @ts-nocheck — a script that stands alone, without types and without any code of the product.
/**
 * Counts from the files alone what the abandoned-cart journey must have done in the demo: `node examples/count-expected.mjs`.
 * `--idle=180`: with so many idle minutes instead of 60. `--days`: what happened on each day too.
 * Shares no code with the product. Rules: README.md beside the files, and journeys/abandoned-cart.journey.yaml.
 */
import { readFileSync } from 'node:fs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const IDLE = Number(process.argv.find((arg) => arg.startsWith('--idle='))?.slice('--idle='.length) ?? 60) * MINUTE;
const folder = new URL('./baskets/', import.meta.url);

// ── the files ──
const rows = ['retail-2010-12-01.csv', 'retail-2010-12-02.csv'].flatMap((name) => {
  const [head, ...lines] = readFileSync(new URL(name, folder), 'utf8').trim().split(/\r?\n/);
  if (!head.startsWith('InvoiceNo,StockCode')) throw new Error(`${name} has other columns.`);
  return lines.map((line) => {
    // Only the description may hold commas, inside quotes.
    const quoted = /^([^,]*),([^,]*),"((?:[^"]|"")*)",(.*)$/.exec(line);
    const parts = quoted ? [quoted[1], quoted[2], quoted[3], ...quoted[4].split(',')] : line.split(',');
    const [invoice, product, , quantity, date, price, customer] = parts;
    return {
      invoice,
      product,
      quantity: +quantity,
      price: +price,
      at: Date.parse(`${date.replace(' ', 'T')}Z`),
      customer: customer && String(+customer),
    };
  });
});
const invoices = Object.values(group(rows, (row) => row.invoice));

// ── what each person did: cart lines and orders, in order of time ──
const people = new Map();
let skippedLines = 0;
let events = 0;
for (const lines of invoices) {
  const { invoice, customer, at } = lines[0];
  if (invoice.startsWith('C')) {
    events += 1;
    remember(customer, invoice, at, null);
    continue;
  }
  const sold = lines.filter((line) => line.quantity > 0 && line.price > 0);
  skippedLines += lines.length - sold.length;
  if (sold.length === 0) continue;
  const lastAt = sold[0].at + (sold.length - 1) * 1000;
  for (const [index, line] of sold.entries())
    remember(customer, invoice, sold[0].at + index * 1000, {
      kind: 'add',
      invoice,
      product: line.product,
      worth: line.quantity * line.price,
    });
  events += sold.length;
  if (/[06]$/.test(invoice)) continue;
  remember(customer, invoice, invoice.endsWith('3') ? lastAt + 30 * HOUR : lastAt + 3 * MINUTE, { kind: 'order', invoice });
  events += 1;
}

function remember(customer, invoice, at, deed) {
  const name = customer ? `customer-${customer}` : `anon-${invoice}`;
  const person = people.get(name) ?? {
    isKnown: Boolean(customer),
    textsWanted: Boolean(customer) && +customer % 2 === 0,
    deeds: [],
    days: new Set(),
  };
  people.set(name, person);
  person.days.add(new Date(at).toISOString().slice(0, 10));
  if (deed) person.deeds.push({ at, ...deed });
}

// A customer says who they are, and agrees to email (and texts), once a day.
for (const person of people.values()) if (person.isKnown) events += person.days.size * (person.textsWanted ? 4 : 3);

// ── the journey, person by person ──
const count = { met: 0, notEntered: {}, entered: 0, email1: 0, email2: 0, text: 0, email3: 0, converted: 0, completed: 0 };
const days = {};
for (const person of people.values()) walk(person);

function tell(what, at) {
  count[what] += 1;
  onDay(what, at);
}

/** Days of London's time, which is UTC in December. */
function onDay(what, at) {
  const day = (days[new Date(at).toISOString().slice(0, 10)] ??= {});
  day[what] = (day[what] ?? 0) + 1;
}

function walk(person) {
  const carts = [];
  const entries = [];
  const orders = person.deeds.filter((deed) => deed.kind === 'order').map((deed) => deed.at);
  const deeds = person.deeds.sort((a, b) => a.at - b.at);
  for (const [index, deed] of deeds.entries()) {
    if (deed.kind === 'order') {
      const cart = carts.find((one) => one.isOpen && one.invoices.has(deed.invoice));
      if (cart) cart.isOpen = false;
    } else add(deed);
    const next = deeds[index + 1]?.at ?? Infinity;
    decide(next);
  }

  function add(deed) {
    let cart = carts.find((one) => one.isOpen && one.invoices.has(deed.invoice));
    if (!cart) carts.push((cart = { isOpen: true, invoices: new Set([deed.invoice]), lines: new Map(), lastAt: deed.at, since: deed.at }));
    const lineOf = `${deed.invoice} ${deed.product}`;
    cart.lines.set(lineOf, { product: deed.product, worth: (cart.lines.get(lineOf)?.worth ?? 0) + deed.worth });
    cart.lastAt = Math.max(cart.lastAt, deed.at);
    // Baskets of one person with a product in common, active within a day of each other, are one.
    const mine = new Set([...cart.lines.values()].map((line) => line.product));
    for (const other of carts.filter((one) => one !== cart && one.isOpen && deed.at - one.lastAt <= DAY)) {
      if (![...other.lines.values()].some((line) => mine.has(line.product))) continue;
      const [into, from] = other.since <= cart.since ? [other, cart] : [cart, other];
      for (const invoice of from.invoices) into.invoices.add(invoice);
      for (const [key, line] of from.lines) into.lines.set(key, line);
      into.lastAt = Math.max(into.lastAt, from.lastAt);
      from.isOpen = false;
      carts.splice(carts.indexOf(from), 1);
      const both = [entries.find((e) => e.cart === from && !e.isOver), entries.find((e) => e.cart === into && !e.isOver)];
      if (both[0] && both[1]) {
        // Two series that turn out to be one count once.
        both[0].isOver = true;
        count.met -= 1;
      } else if (both[0]) both[0].cart = into;
      cart = into;
    }
    const entry = entries.find((one) => one.cart === cart && !one.isOver);
    if (!entry) {
      entries.push({ cart, isOver: false, hasEntered: false });
      count.met += 1;
    }
  }

  /** Idle instants before the person's next deed. */
  function decide(until) {
    for (const entry of entries.filter((one) => !one.isOver && !one.hasEntered && one.cart.lastAt + IDLE < until)) {
      const idleAt = entry.cart.lastAt + IDLE;
      const why = reason(entry, idleAt);
      if (why) {
        entry.isOver = true;
        count.notEntered[why] = (count.notEntered[why] ?? 0) + 1;
        onDay(`not-entered ${why}`, idleAt);
      } else enter(entry, idleAt);
    }
  }

  function reason({ cart }, idleAt) {
    if (!person.isKnown) return 'not-identified';
    if (!cart.isOpen || orders.some((at) => at <= idleAt && at > idleAt - DAY)) return 'ordered';
    if ([...cart.lines.values()].reduce((sum, line) => sum + line.worth, 0) < 20) return 'below-minimum';
    if (entries.some((other) => other.enteredAt !== undefined && idleAt - other.enteredAt < 7 * DAY)) return 'reentry';
    return null;
  }

  function enter(entry, startedAt) {
    entry.hasEntered = true;
    entry.enteredAt = startedAt;
    tell('entered', startedAt);
    const orderedAt = Math.min(Infinity, ...orders.filter((at) => at > startedAt));
    const goes = (at) => at < orderedAt;
    tell('email1', startedAt);
    const secondAt = startedAt + 23 * HOUR;
    if (goes(secondAt)) tell('email2', secondAt);
    if (person.textsWanted) {
      const at = nextTextHour(secondAt + 4 * HOUR);
      if (goes(at) && at <= startedAt + 46 * HOUR) tell('text', at);
    }
    const thirdAt = startedAt + 72 * HOUR;
    if (goes(thirdAt)) tell('email3', thirdAt);
    if (orderedAt <= thirdAt) tell('converted', orderedAt);
    else tell('completed', thirdAt);
  }
}

/** Texts leave from 08:00 to 20:50 of London's time, which is UTC in December. */
function nextTextHour(at) {
  const midnight = Math.floor(at / DAY) * DAY;
  if (at < midnight + 8 * HOUR) return midnight + 8 * HOUR;
  return at < midnight + 20 * HOUR + 50 * MINUTE ? at : midnight + DAY + 8 * HOUR;
}

function group(list, keyOf) {
  const groups = {};
  for (const item of list) (groups[keyOf(item)] ??= []).push(item);
  return groups;
}

process.stdout.write(
  `${JSON.stringify({ events, skippedLines, ...count, ...(process.argv.includes('--days') ? { days } : {}) }, null, 2)}\n`,
);
