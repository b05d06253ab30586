// A foreign OSC peer in a process of its own: npm node-osc writes and reads the packets, npm slip frames them.
// node node-osc-peer.mjs udp|slip PORT EVERY_US '[["/address", value, …], …]' [REPEAT]
// Sends the messages in order, REPEAT times, then `/ping 4711`, and prints every answer as one line of JSON until the ping is back.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { decode, encode } from 'node-osc';
import slip from 'slip';

const [, , transport, portText, everyUsText, json, repeatText = '1'] = process.argv;
const port = Number(portText);
const once = JSON.parse(json);
const messages = Array.from({ length: Number(repeatText) }, () => once).flat();

function print(packet, end) {
  const { address, args } = decode(packet);
  process.stdout.write(JSON.stringify([address, ...args.map(({ value }) => value)]) + '\n');
  if (address === '/ping') end();
}
function open() {
  if (transport === 'udp') {
    const socket = createSocket('udp4');
    socket.on('message', (packet) => print(packet, () => socket.close()));
    return Promise.resolve((packet) => socket.send(packet, port, '127.0.0.1'));
  }
  const socket = connect(port, '127.0.0.1');
  const decoder = new slip.Decoder({ onMessage: (packet) => print(Buffer.from(packet), () => socket.end()) });
  socket.on('data', (chunk) => decoder.decode(chunk));
  return new Promise((resolve) => socket.once('connect', () => resolve((packet) => socket.write(slip.encode(packet)))));
}

const send = await open();
// UDP may lose it: asked again until it is answered, so that this process always ends.
let pings = 0;
const ping = () => {
  if (pings++ === 20) process.exit(1);
  send(encode({ oscType: 'message', address: '/ping', args: [4711] }));
  setTimeout(ping, 500).unref();
};
const everyNs = BigInt(everyUsText) * 1000n;
let at = process.hrtime.bigint();
let next = 0;
// Timers are coarse: each turn sends everything that is due by now.
const turn = () => {
  while (next < messages.length && (everyNs === 0n || process.hrtime.bigint() >= at)) {
    const [address, ...args] = messages[next++];
    send(encode({ oscType: 'message', address, args }));
    at += everyNs;
  }
  if (next < messages.length) setTimeout(turn, 1);
  else ping();
};
turn();
