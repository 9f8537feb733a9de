'use strict';
// A DICOM peer of another code base (dcmjs-dimse), for test_dcmjs.py. On standard output one JSON object a line says what
// was received; what it is asked for comes as JSON on the command line.
//   serve FOLDER [AE HOST PORT]...      SCP: echo, store, find, worklist, move, get, storage commitment; says its port.
//                                       Of the transactions that it commits it reports to HOST PORT on a new association,
//                                       or without any on the same one.
//   ask HOST PORT CALLED REQUEST...     SCU: requests as {"verb": ..., ...}
const fs = require('fs');
const path = require('path');
const dimse = require(path.join(process.env.DCMJS_FOLDER, 'node_modules', 'dcmjs-dimse'));

const { Client, Dataset, Scp, Server, constants, requests, responses } = dimse;
const { PresentationContextResult, SopClass, Status, TransferSyntax } = constants;
const COMMITMENT = '1.2.840.10008.1.20.1';
const COMMITMENT_INSTANCE = '1.2.840.10008.1.20.1.1';

dimse.log.setLevel('silent');

function say(event) {
  fs.writeSync(1, JSON.stringify(event) + '\n');
}

function elementsOf(dataset) {
  return dataset ? dataset.getElements() : {};
}

function list(value) {
  return Array.isArray(value) ? value : value ? [value] : [];
}

// Every client ends: what was answered, or why nothing was.
function send(host, port, called, wanted) {
  return new Promise((done) => {
    const client = new Client();
    const answers = [];
    wanted.forEach((request, i) =>
      request.on('response', (response) => {
        const answer = { request: i, status: response.getStatus() };
        if (response.hasDataset()) answer.dataset = elementsOf(response.getDataset());
        answers.push(answer);
      })
    );
    wanted.forEach((request) => client.addRequest(request));
    client.on('associationRejected', (why) => answers.push({ rejected: why }));
    client.on('networkError', (error) => answers.push({ error: error.message }));
    client.on('closed', () => done(answers));
    client.send(host, port, 'DCMJS', called);
  });
}

function makeReport(fields, kept) {
  const wanted = list(fields.ReferencedSOPSequence);
  const good = wanted.filter((item) => kept.has(item.ReferencedSOPInstanceUID));
  const bad = wanted.filter((item) => !kept.has(item.ReferencedSOPInstanceUID));
  const report = { TransactionUID: fields.TransactionUID };
  const plain = (item) => ({
    ReferencedSOPClassUID: item.ReferencedSOPClassUID,
    ReferencedSOPInstanceUID: item.ReferencedSOPInstanceUID,
  });
  if (good.length > 0) report.ReferencedSOPSequence = good.map(plain);
  if (bad.length > 0) report.FailedSOPSequence = bad.map((item) => ({ ...plain(item), FailureReason: 0x0112 }));
  const request = new requests.NEventReportRequest(COMMITMENT, COMMITMENT_INSTANCE, bad.length > 0 ? 2 : 1);
  request.setDataset(new Dataset(report));
  return request;
}

function matches(wanted, have) {
  if (!wanted) return true;
  const pattern = String(wanted).replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp('^' + pattern + '$', 'i').test(have || '');
}

// dcmjs makes objects of person names.
function text(value) {
  const first = list(value)[0];
  return first && typeof first === 'object' ? first.Alphabetic || '' : String(first === undefined ? '' : first);
}

function makeScp(folder, destinations) {
  const kept = new Map(); // SOP instance: Dataset
  return class extends Scp {
    associationRequested(association) {
      this.association = association;
      for (const { id } of association.getPresentationContexts()) {
        const context = association.getPresentationContext(id);
        const syntaxes = context.getTransferSyntaxUids();
        const known = [TransferSyntax.ExplicitVRLittleEndian, TransferSyntax.ImplicitVRLittleEndian];
        const chosen = known.find((syntax) => syntaxes.includes(syntax));
        if (chosen) context.setResult(PresentationContextResult.Accept, chosen);
        else context.setResult(PresentationContextResult.RejectTransferSyntaxesNotSupported);
      }
      this.sendAssociationAccept();
    }

    associationReleaseRequested() {
      this.sendAssociationReleaseResponse();
    }

    cEchoRequest(request, answer) {
      say({ event: 'echo', calling: this.association.getCallingAeTitle() });
      answer(this.good(responses.CEchoResponse, request));
    }

    cStoreRequest(request, answer) {
      const dataset = request.getDataset();
      const uid = request.getAffectedSopInstanceUid();
      kept.set(uid, dataset);
      dataset.toFile(path.join(folder, uid + '.dcm'));
      say({ event: 'store', uid });
      answer(this.good(responses.CStoreResponse, request));
    }

    cFindRequest(request, answer) {
      const keys = elementsOf(request.getDataset());
      say({ event: 'find', sopClass: request.getAffectedSopClassUid(), keys });
      const found = request.getAffectedSopClassUid() === SopClass.ModalityWorklistInformationModelFind
        ? this.scheduled() : this.studies(keys);
      const all = found.map((fields) => {
        const response = responses.CFindResponse.fromRequest(request);
        response.setDataset(new Dataset(fields));
        response.setStatus(Status.Pending);
        return response;
      });
      answer([...all, this.good(responses.CFindResponse, request)]);
    }

    scheduled() {
      return [{
        PatientName: 'JOB^ONE', PatientID: 'W1', AccessionNumber: 'ACC1', StudyInstanceUID: '1.2.9.1',
        RequestedProcedureID: 'RP1', RequestedProcedureDescription: 'CT HEAD',
        ScheduledProcedureStepSequence: [{
          Modality: 'CT', ScheduledStationAETitle: 'CT1', ScheduledProcedureStepStartDate: '20260102',
          ScheduledProcedureStepStartTime: '101500', ScheduledProcedureStepID: 'S1',
        }],
      }];
    }

    // One answer for each thing at the level that is asked about.
    studies(keys) {
      const level = keys.QueryRetrieveLevel;
      const key = { STUDY: 'StudyInstanceUID', SERIES: 'SeriesInstanceUID', IMAGE: 'SOPInstanceUID' }[level];
      const found = new Map();
      for (const dataset of kept.values()) {
        const have = dataset.getElements();
        if (!['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'PatientID', 'PatientName']
          .every((name) => matches(text(keys[name]), text(have[name])))) continue;
        found.set(have[key], {
          QueryRetrieveLevel: level, PatientName: text(have.PatientName), PatientID: have.PatientID,
          StudyInstanceUID: have.StudyInstanceUID, StudyDate: have.StudyDate, AccessionNumber: have.AccessionNumber,
          ...(level !== 'STUDY' && { SeriesInstanceUID: have.SeriesInstanceUID, Modality: have.Modality }),
          ...(level === 'IMAGE' && { SOPInstanceUID: have.SOPInstanceUID, SOPClassUID: have.SOPClassUID }),
        });
      }
      return [...found.values()];
    }

    wanted(request) {
      const keys = elementsOf(request.getDataset());
      return [...kept.values()].filter((dataset) => list(keys.StudyInstanceUID).includes(
        dataset.getElement('StudyInstanceUID')));
    }

    async cMoveRequest(request, answer) {
      const to = destinations[request.getCommandDataset().getElement('MoveDestination').trim()];
      const all = this.wanted(request);
      const end = responses.CMoveResponse.fromRequest(request);
      if (!to) {
        end.setStatus(0xa801);
        return answer([end]);
      }
      const stores = all.map((dataset) => new requests.CStoreRequest(dataset));
      const answers = await send(to.host, to.port, request.getCommandDataset().getElement('MoveDestination').trim(), stores);
      const n = answers.filter((each) => each.status === Status.Success).length;
      say({ event: 'move', stored: n });
      end.setCompleted(n);
      end.setFailures(all.length - n);
      end.setWarnings(0);
      end.setStatus(n === all.length ? Status.Success : 0xb000);
      return answer([end]);
    }

    cGetRequest(request, answer) {
      const all = this.wanted(request);
      const end = responses.CGetResponse.fromRequest(request);
      end.setCompleted(all.length);
      end.setFailures(0);
      end.setWarnings(0);
      end.setStatus(Status.Success);
      const stores = all.map((dataset) => new requests.CStoreRequest(dataset));
      let left = stores.length;
      // The last word comes when every object has been answered for.
      stores.forEach((store) => store.on('done', () => {
        left -= 1;
        if (left === 0) answer([end]);
      }));
      say({ event: 'get', n: all.length });
      this.sendRequests(stores);
    }

    nActionRequest(request, answer) {
      const fields = elementsOf(request.getDataset());
      const caller = this.association.getCallingAeTitle().trim();
      const to = destinations[caller];
      const report = makeReport(fields, kept);
      say({ event: 'action', transaction: fields.TransactionUID, n: list(fields.ReferencedSOPSequence).length });
      answer(this.good(responses.NActionResponse, request));
      if (!to) {
        report.on('response', (response) => say({ event: 'reported', status: response.getStatus(), same: true }));
        setTimeout(() => this.sendRequests(report), 50);
      } else {
        setTimeout(async () => {
          const answers = await send(to.host, to.port, caller, [report]);
          say({ event: 'reported', status: answers[0] && answers[0].status, same: false });
        }, 50);
      }
    }

    good(kind, request) {
      const response = kind.fromRequest(request);
      response.setStatus(Status.Success);
      return response;
    }
  };
}

function serve(folder, rest) {
  const destinations = {};
  for (let i = 0; i + 2 < rest.length; i += 3) destinations[rest[i]] = { host: rest[i + 1], port: Number(rest[i + 2]) };
  const server = new Server(makeScp(folder, destinations));
  server.on('networkError', (error) => say({ event: 'error', message: error.message }));
  server.listen(Number(process.env.DCMJS_PORT));
  say({ event: 'ready' });
}

const makers = {
  echo: () => new requests.CEchoRequest(),
  store: (wanted) => new requests.CStoreRequest(wanted.path),
};

async function ask(host, port, called, wanted) {
  const answers = await send(host, Number(port), called, wanted.map(JSON.parse).map((each) => makers[each.verb](each)));
  answers.forEach(say);
}

const [what, ...rest] = process.argv.slice(2);
if (what === 'serve') serve(rest[0], rest.slice(1));
else ask(rest[0], rest[1], rest[2], rest.slice(3));
