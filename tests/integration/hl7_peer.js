// Other people's HL7 programs, for test_hl7_senders.py and bench-hl7.py.
//   send KIND PORT FILE [CA CERTIFICATE KEY]: prints the acknowledgement's MSA-1 and MSA-2
//   serve PORT: node-hl7-server, which acknowledges everything and keeps nothing; prints "ready"
// KIND: node-hl7-client, simple-hl7, medplum, hl7-standard. Packages are in $HL7_FOLDER.
'use strict';
const fs = require('fs');
const net = require('net');
const path = require('path');

const load = (name) => {
  const { createRequire } = require('module');
  return createRequire(path.join(process.env.HL7_FOLDER, 'index.js'))(name);
};

const say = (code, control) => {
  console.log(`${code} ${control}`);
  process.exit(0);
};
const fail = (error) => {
  console.error(String((error && error.message) || error));
  process.exit(1);
};

const senders = {
  'node-hl7-client': async (port, text, tls) => {
    const { Client, Message } = load('node-hl7-client');
    const client = new Client(tls ? { host: '127.0.0.1', tls } : { host: '127.0.0.1' });
    const connection = client.createConnection({ port }, (answer) => {
      const message = answer.getMessage();
      say(message.get('MSA.1').toString(), message.get('MSA.2').toString());
    });
    connection.on('error', fail);
    connection.on('client.error', fail);
    await connection.sendMessage(new Message({ text: text.replace(/\r$/, '') }));
  },
  'simple-hl7': async (port, text) => {
    const hl7 = load('simple-hl7');
    const client = hl7.Server.createTcpClient('127.0.0.1', port);
    client.send(new hl7.Parser().parse(text), (error, ack) => {
      if (error) fail(error);
      const msa = ack.getSegment('MSA');
      say(String(msa.getField(1)), String(msa.getField(2)));
    });
  },
  medplum: async (port, text) => {
    const { Hl7Client } = load('@medplum/hl7');
    const { Hl7Message } = load('@medplum/core');
    const client = new Hl7Client({ host: '127.0.0.1', port });
    const ack = await client.sendAndWait(Hl7Message.parse(text));
    say(ack.getSegment('MSA').getField(1).toString(), ack.getSegment('MSA').getField(2).toString());
  },
  // It has no sender of its own: what it builds is sent by a socket.
  'hl7-standard': async (port, text) => {
    const HL7 = load('hl7-standard');
    const message = new HL7(text);
    message.transform((error) => {
      if (error) fail(error);
      const link = net.connect(port, '127.0.0.1', () => link.write('\x0b' + message.build() + '\x1c\r', 'latin1'));
      link.on('error', fail);
      link.on('data', (data) => {
        const msa = data.toString().split('\r').find((segment) => segment.startsWith('MSA|')).split('|');
        say(msa[1], msa[2]);
      });
    });
  },
};

const serve = (port) => {
  const { Server } = load('node-hl7-server');
  const server = new Server({ bindAddress: '127.0.0.1' });
  const inbound = server.createInbound({ port }, async (request, response) => response.sendResponse('AA'));
  inbound.on('error', fail);
  inbound.on('listen', () => console.log('ready'));
};

const [, , verb, ...words] = process.argv;
process.on('unhandledRejection', fail);
if (verb === 'serve') {
  serve(Number(words[0]));
} else {
  const [kind, port, file, ca, certificate, key] = words;
  const tls = ca && { ca: fs.readFileSync(ca), cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
  setTimeout(() => fail('no acknowledgement'), 30000);
  senders[kind](Number(port), fs.readFileSync(file, 'latin1'), tls).catch(fail);
}
