/* Sends opt-outs as the JavaScript SDK of CloudEvents and kafkajs write them:
 * node cloudevents_sdk.js BROKERS, with NODE_PATH where both are. Prints the event ids. */
const { CloudEvent, Kafka: binding } = require("cloudevents");
const { Kafka, logLevel } = require("kafkajs");

const source = "urn:consent:src:mailing:mta-eu1";
const data = (name) => ({ contact: { email: `${name}@example.com` } });

const bytes = (value) => new Uint8Array(Buffer.from(JSON.stringify(value)));

function messages() {
    const kinds = {
        plain: {},
        typed: { datacontenttype: "application/json; charset=utf-8" },
        more: { subject: "s", dataschema: "urn:x:1", partitionkey: "k", extra: 7 },
        bytes: { datacontenttype: "application/json" },
    };
    const sent = [];
    for (const [kind, more] of Object.entries(kinds))
        for (const mode of ["structured", "binary"]) {
            const id = `js-${kind}-${mode}`;
            const event = new CloudEvent({
                id, source, type: "optout.recorded.v1", time: new Date().toISOString(),
                ...more, data: kind === "bytes" ? bytes(data(id)) : data(id) });
            sent.push([id, binding[mode](event)]);
        }
    return sent;
}

async function main() {
    const kafka = new Kafka({ clientId: "sdk", brokers: process.argv[2].split(","),
                              logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    for (const [id, message] of messages()) {
        const value = typeof message.value === "string" || message.value instanceof Uint8Array
            ? Buffer.from(message.value) : JSON.stringify(message.value);
        const headers = Object.fromEntries(Object.entries(message.headers)
            .filter(([, text]) => text !== undefined).map(([k, text]) => [k, String(text)]));
        await producer.send({ topic: "feed.mta-eu1", acks: -1,
                              messages: [{ key: message.key, value, headers }] });
        console.log(id);
    }
    await producer.disconnect();
}

main().catch((error) => { console.error(error); process.exit(1); });
