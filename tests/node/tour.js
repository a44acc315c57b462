// A tour of the whole API with Twilio's official Node package; tests/judges/node_tour.py runs it.
//
// The sandbox and a web site are told by the environment: SANDBOX, SITE, ACCOUNT, TOKEN. Each part
// does all a subject can and throws when the client understands something otherwise than it was
// meant. What went wrong is printed as one line of JSON: part -> message.

"use strict";

const assert = require("node:assert/strict");
const twilio = require("twilio");

const { SANDBOX, SITE, ACCOUNT, TOKEN } = process.env;
const [SHOP, ALICE, BOB, NEWCOMER] = ["+15005550006", "+14155550100", "+14155550101", "+14155550178"];

const client = twilio(ACCOUNT, TOKEN);
for (const api of [client.api, client.messaging, client.monitor, client.verify]) {
  api.baseUrl = SANDBOX;
}

/** One request to the sandbox's own control: the clock is turned, or a person acts. */
async function control(path, form) {
  const reply = await fetch(`${SANDBOX}/_sandbox${path}`, {
    method: form ? "POST" : "GET",
    headers: { Authorization: "Basic " + Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64") },
    body: form && new URLSearchParams(form),
  });
  return reply.json();
}

const advance = (seconds) => control("/clock", { Advance: seconds });
const sids = (rows) => rows.map((row) => row.sid);

/** Something that Twilio refuses with *code*. */
async function refused(code, promise) {
  await assert.rejects(promise, (error) => error.code === code && error.status >= 400);
}

const parts = {
  async accounts() {
    const made = await client.api.v2010.accounts.create({ friendlyName: "Branch" });
    assert.equal(made.status, "active");
    assert.equal(made.ownerAccountSid, ACCOUNT);
    assert.ok(sids(await client.api.v2010.accounts.list()).includes(made.sid));
    const here = client.api.v2010.accounts(made.sid);
    assert.equal((await here.fetch()).friendlyName, "Branch");
    for (const status of ["suspended", "active", "closed"]) {
      assert.equal((await here.update({ status })).status, status);
    }
    await refused(20404, client.api.v2010.accounts("AC" + "0".repeat(32)).fetch());
  },

  async balance() {
    const found = await client.balance.fetch();
    assert.ok(Number(found.balance));
    assert.equal(found.currency, "USD");
  },

  async keys() {
    const made = await client.newKeys.create({ friendlyName: "Robot" });
    assert.ok(made.secret);
    assert.ok(sids(await client.keys.list()).includes(made.sid));
    const here = client.keys(made.sid);
    assert.equal((await here.fetch()).friendlyName, "Robot");
    assert.equal((await here.update({ friendlyName: "Golem" })).friendlyName, "Golem");
    assert.ok(await here.remove());
    await refused(20404, here.fetch());
  },

  async signingKeys() {
    const made = await client.newSigningKeys.create({ friendlyName: "Robot" });
    assert.ok(made.secret);
    assert.ok(sids(await client.signingKeys.list()).includes(made.sid));
    const here = client.signingKeys(made.sid);
    assert.equal((await here.fetch()).friendlyName, "Robot");
    assert.equal((await here.update({ friendlyName: "Golem" })).friendlyName, "Golem");
    assert.ok(await here.remove());
  },

  async applications() {
    const made = await client.applications.create({ friendlyName: "Node", voiceUrl: `${SITE}/voice` });
    assert.equal(made.voiceUrl, `${SITE}/voice`);
    assert.deepEqual(sids(await client.applications.list({ friendlyName: "Node" })), [made.sid]);
    const here = client.applications(made.sid);
    assert.equal((await here.fetch()).voiceMethod, "POST");
    assert.equal((await here.update({ smsUrl: `${SITE}/sms` })).smsUrl, `${SITE}/sms`);
    assert.ok(await here.remove());
  },

  async usage() {
    await client.messages.create({ to: ALICE, from: SHOP, body: "This costs something" });
    const { records } = client.usage;
    const category = "sms-outbound";
    for (const of of [records, records.allTime, records.daily, records.monthly, records.thisMonth,
                      records.today, records.yearly]) {
      const [row] = await of.list({ category, limit: 5 });
      assert.equal(row.category, category);
    }
    await records.lastMonth.list({ category });
    await records.yesterday.list({ category });
  },

  async usageTriggers() {
    const made = await client.usage.triggers.create({
      callbackUrl: `${SITE}/limit`, triggerValue: "100000", usageCategory: "totalprice",
    });
    assert.ok(sids(await client.usage.triggers.list()).includes(made.sid));
    const here = client.usage.triggers(made.sid);
    assert.equal((await here.fetch()).callbackUrl, `${SITE}/limit`);
    assert.equal((await here.update({ friendlyName: "Limit" })).friendlyName, "Limit");
    assert.ok(await here.remove());
  },

  async availableNumbers() {
    const countries = await client.availablePhoneNumbers.list();
    assert.ok(countries.some((country) => country.countryCode === "GB"));
    const us = client.availablePhoneNumbers("US");
    assert.equal((await us.fetch()).country, "United States");
    const [local] = await us.local.list({ areaCode: 415, limit: 1 });
    assert.match(local.phoneNumber, /^\+1415/);
    assert.ok((await us.tollFree.list({ limit: 2 })).length);
    assert.ok((await client.availablePhoneNumbers("GB").mobile.list({ limit: 2 })).length);
  },

  async incomingNumbers() {
    const [us, gb] = ["US", "GB"].map((country) => client.availablePhoneNumbers(country));
    const owned = client.incomingPhoneNumbers;
    for (const [offers, place] of [
      [us.local.list({ limit: 1 }), owned],
      [us.local.list({ areaCode: 212, limit: 1 }), owned.local],
      [gb.mobile.list({ limit: 1 }), owned.mobile],
      [us.tollFree.list({ limit: 1 }), owned.tollFree],
    ]) {
      const [{ phoneNumber }] = await offers;
      const bought = await place.create({ phoneNumber });
      assert.equal(bought.phoneNumber, phoneNumber);
      assert.ok(sids(await place.list()).includes(bought.sid));
      const here = owned(bought.sid);
      assert.equal((await here.fetch()).phoneNumber, phoneNumber);
      assert.equal((await here.update({ smsUrl: `${SITE}/sms` })).smsUrl, `${SITE}/sms`);
      assert.ok(await here.remove());
    }
  },

  async callerIds() {
    const asked = await client.validationRequests.create({ phoneNumber: NEWCOMER, friendlyName: "New" });
    assert.match(asked.validationCode, /^\d{6}$/);
    await control(`/phones/${NEWCOMER}/press`, { Digits: asked.validationCode });
    await advance(120);
    const [made] = await client.outgoingCallerIds.list({ phoneNumber: NEWCOMER });
    const here = client.outgoingCallerIds(made.sid);
    assert.equal((await here.fetch()).friendlyName, "New");
    assert.equal((await here.update({ friendlyName: "Old" })).friendlyName, "Old");
    assert.ok(await here.remove());
  },

  async calls() {
    const made = await client.calls.create({
      to: ALICE, from: SHOP, url: `${SITE}/voice`,
      statusCallback: `${SITE}/status`, statusCallbackEvent: ["initiated", "completed"],
    });
    assert.deepEqual([made.status, made.from], ["queued", SHOP]);
    await advance(5);
    const here = client.calls(made.sid);
    assert.equal((await here.fetch()).status, "in-progress");
    await here.update({ twiml: "<Response><Pause length='60'/></Response>" });
    assert.equal((await here.update({ status: "completed" })).status, "completed");
    await advance(20 * 60);
    assert.ok(sids(await client.calls.list({ to: ALICE, status: "completed" })).includes(made.sid));
    const after = await client.calls.list({ startTimeAfter: new Date("2026-01-01") });
    assert.ok(sids(after).includes(made.sid));
    assert.ok((await here.events.list()).length);
    assert.ok(await here.remove());
    await refused(20404, here.fetch());
    await refused(21205, client.calls.create({ to: ALICE, from: SHOP, url: "no address" }));
  },

  async callNotifications() {
    const made = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/nowhere` });
    await advance(30);
    const here = client.calls(made.sid);
    const [noted] = await here.notifications.list();
    assert.equal((await here.notifications(noted.sid).fetch()).requestUrl, `${SITE}/nowhere`);
    assert.ok(sids(await client.notifications.list({ log: 0 })).includes(noted.sid));
    assert.ok((await client.notifications(noted.sid).fetch()).errorCode);
  },

  async callRecordings() {
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/voice` });
    await advance(5);
    const here = client.calls(call.sid);
    const made = await here.recordings.create({ recordingChannels: "dual" });
    assert.deepEqual([made.status, made.channels], ["in-progress", 2]);
    await advance(5);
    const one = here.recordings(made.sid);
    assert.equal((await one.update({ status: "paused" })).status, "paused");
    const current = here.recordings("Twilio.CURRENT");
    assert.equal((await current.update({ status: "in-progress" })).status, "in-progress");
    await advance(5);
    assert.equal((await one.update({ status: "stopped" })).status, "stopped");
    await here.recordings.create();
    await advance(5);
    await here.update({ status: "completed" });
    await advance(60);
    const both = await here.recordings.list();
    assert.equal(both.length, 2);
    assert.equal((await one.fetch()).status, "completed");
    assert.ok(sids(await client.recordings.list({ callSid: call.sid })).includes(made.sid));
    assert.ok((await client.recordings(made.sid).fetch()).mediaUrl.startsWith(SANDBOX));
    assert.ok(await one.remove());
    const [other] = both.filter((row) => row.sid !== made.sid);
    assert.ok(await client.recordings(other.sid).remove());
  },

  async callStreams() {
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/voice` });
    await advance(5);
    const here = client.calls(call.sid);
    const made = await here.streams.create({ url: `${SITE.replace("http", "ws")}/stream`, name: "ears" });
    assert.match(made.sid, /^MZ/);
    assert.equal((await here.streams(made.sid).update({ status: "stopped" })).status, "stopped");
  },

  async callTranscriptions() {
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/voice` });
    await advance(5);
    const here = client.calls(call.sid);
    const made = await here.transcriptions.create({ name: "scribe" });
    assert.match(made.sid, /^GT/);
    const done = await here.transcriptions(made.sid).update({ status: "stopped" });
    assert.equal(done.status, "stopped");
  },

  async callPayments() {
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/voice` });
    await advance(5);
    const here = client.calls(call.sid);
    const statusCallback = `${SITE}/payment`;
    const made = await here.payments.create({ idempotencyKey: "node-1", statusCallback });
    const changed = await here.payments(made.sid).update({
      idempotencyKey: "node-2", statusCallback, status: "cancel",
    });
    assert.equal(changed.sid, made.sid);
  },

  async conferences() {
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/party` });
    await advance(5);
    const [room] = await client.conferences.list({ friendlyName: "party", status: "init" });
    const here = client.conferences(room.sid);
    assert.equal((await here.participants.list()).length, 1);
    assert.equal((await here.participants(call.sid).fetch()).muted, false);
    assert.equal((await here.participants(call.sid).update({ muted: true })).muted, true);
    const other = await here.participants.create({ to: BOB, from: SHOP, label: "bob" });
    await advance(5);
    assert.equal((await here.fetch()).status, "in-progress");
    assert.ok(await here.participants(other.callSid).remove());
    assert.equal((await here.update({ status: "completed" })).status, "completed");
    await advance(10);
  },

  async conferenceRecordings() {
    await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/taped` });
    await client.calls.create({ to: BOB, from: SHOP, url: `${SITE}/taped` });
    await advance(10);
    const [room] = await client.conferences.list({ friendlyName: "taped", status: "in-progress" });
    const here = client.conferences(room.sid);
    const [made] = await here.recordings.list();
    const one = here.recordings(made.sid);
    assert.equal((await one.update({ status: "paused" })).status, "paused");
    assert.equal((await one.update({ status: "in-progress" })).status, "in-progress");
    await here.update({ status: "completed" });
    await advance(60);
    assert.equal((await one.fetch()).status, "completed");
    assert.ok(await one.remove());
  },

  async queues() {
    const made = await client.queues.create({ friendlyName: "line", maxSize: 10 });
    assert.ok(sids(await client.queues.list()).includes(made.sid));
    const here = client.queues(made.sid);
    assert.equal((await here.update({ maxSize: 20 })).maxSize, 20);
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/line` });
    await advance(5);
    assert.equal((await here.fetch()).currentSize, 1);
    assert.equal((await here.members.list())[0].callSid, call.sid);
    assert.equal((await here.members(call.sid).fetch()).position, 1);
    const called = await here.members("Front").update({ url: `${SITE}/voice` });
    assert.equal(called.callSid, call.sid);
    await advance(5);
    await client.calls(call.sid).update({ status: "completed" });
    assert.ok(await here.remove());
  },

  async transcriptions() {
    for (const forget of ["below", "above"]) {
      const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/memo` });
      await advance(5);
      await control(`/phones/${ALICE}/speak`, { Speech: "Please call me back" });
      await advance(120);
      const [recording] = await client.calls(call.sid).recordings.list();
      const below = client.recordings(recording.sid).transcriptions;
      const [made] = await below.list();
      assert.equal((await below(made.sid).fetch()).transcriptionText, "Please call me back");
      assert.ok(sids(await client.transcriptions.list()).includes(made.sid));
      assert.equal((await client.transcriptions(made.sid).fetch()).status, "completed");
      const one = forget === "below" ? below(made.sid) : client.transcriptions(made.sid);
      assert.ok(await one.remove());
    }
  },

  async messages() {
    const made = await client.messages.create({
      to: ALICE, from: SHOP, body: "Look", mediaUrl: [`${SITE}/picture.png`], provideFeedback: true,
    });
    assert.deepEqual([made.status, made.from, made.numMedia], ["queued", SHOP, "1"]);
    const here = client.messages(made.sid);
    await advance(60);
    assert.equal((await here.fetch()).status, "delivered");
    assert.equal((await here.feedback.create({ outcome: "confirmed" })).outcome, "confirmed");
    assert.ok(sids(await client.messages.list({ to: ALICE })).includes(made.sid));
    const [medium] = await here.media.list();
    assert.equal((await here.media(medium.sid).fetch()).contentType, "image/png");
    assert.ok(await here.media(medium.sid).remove());
    assert.equal((await here.update({ body: "" })).body, "");
    assert.ok(await here.remove());
    await refused(20404, here.fetch());
    await refused(21211, client.messages.create({ to: "nobody", from: SHOP, body: "Hello" }));
  },

  async messagingServices() {
    const { services } = client.messaging.v1;
    const made = await services.create({ friendlyName: "Owl Bank" });
    assert.ok(sids(await services.list()).includes(made.sid));
    const here = services(made.sid);
    assert.equal((await here.fetch()).friendlyName, "Owl Bank");
    assert.equal((await here.update({ friendlyName: "Owl" })).friendlyName, "Owl");
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: SHOP });
    const added = await here.phoneNumbers.create({ phoneNumberSid: number.sid });
    assert.deepEqual(sids(await here.phoneNumbers.list()), [added.sid]);
    assert.equal((await here.phoneNumbers(added.sid).fetch()).phoneNumber, SHOP);
    const text = await client.messages.create({
      to: ALICE, messagingServiceSid: made.sid, body: "Hello",
    });
    assert.equal(text.status, "accepted");
    await advance(60);
    assert.equal((await client.messages(text.sid).fetch()).from, SHOP);
    assert.ok(await here.phoneNumbers(added.sid).remove());
    const [code] = await client.shortCodes.list();
    for (const [pool, sender] of [
      [here.alphaSenders, { alphaSender: "Owl Bank" }],
      [here.shortCodes, { shortCodeSid: code.sid }],
    ]) {
      const one = await pool.create(sender);
      assert.deepEqual(sids(await pool.list()), [one.sid]);
      assert.equal((await pool(one.sid).fetch()).serviceSid, made.sid);
      assert.ok(await pool(one.sid).remove());
    }
    assert.ok(await here.remove());
  },

  async shortCodes() {
    const [found] = await client.shortCodes.list({ shortCode: "55555" });
    const here = client.shortCodes(found.sid);
    assert.equal((await here.fetch()).shortCode, "55555");
    assert.equal((await here.update({ smsUrl: `${SITE}/sms` })).smsUrl, `${SITE}/sms`);
  },

  async alerts() {
    const call = await client.calls.create({ to: ALICE, from: SHOP, url: `${SITE}/nowhere` });
    await advance(30);
    const rows = await client.monitor.v1.alerts.list();
    const [found] = rows.filter((row) => row.resourceSid === call.sid);
    assert.equal((await client.monitor.v1.alerts(found.sid).fetch()).resourceSid, call.sid);
  },

  async verify() {
    const { services } = client.verify.v2;
    const made = await services.create({ friendlyName: "Owl Bank" });
    assert.ok(sids(await services.list()).includes(made.sid));
    const here = services(made.sid);
    assert.equal((await here.update({ codeLength: 4 })).codeLength, 4);
    assert.equal((await here.fetch()).codeLength, 4);
    const sent = await here.verifications.create({ to: ALICE, channel: "sms" });
    assert.equal((await here.verifications(sent.sid).fetch()).status, "pending");
    await advance(10);
    const code = (await control(`/phones/${ALICE}`)).inbox.at(-1).body.slice(-4);
    assert.equal((await here.verificationChecks.create({ to: ALICE, code })).status, "approved");
    const again = await here.verifications.create({ to: ALICE, channel: "call" });
    const done = await here.verifications(again.sid).update({ status: "canceled" });
    assert.equal(done.status, "canceled");
    await advance(60);
    assert.ok(await here.remove());
  },
};

(async () => {
  const wrong = {};
  for (const [name, part] of Object.entries(parts)) {
    try {
      await part();
    } catch (error) {
      // A part that fails must not hide the others.
      wrong[name] = `${error.name}: ${error.message}`.slice(0, 500);
    }
    for (const number of [ALICE, BOB]) {
      await control(`/phones/${number}/hangup`, {}); // whoever still talks
    }
  }
  console.log(JSON.stringify({ parts: Object.keys(parts), wrong }));
})();
