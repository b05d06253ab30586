import { mkdirSync } from 'node:fs';
import type { Server as IpcServer } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ipcPath, listenIpc } from '../ipc/channel.js';
import type { ControlToLane } from '../protocol/lane-link.js';
import type { ServerMessage } from '../protocol/messages.js';
import { StateJournal } from '../show/journal.js';
import { defaultPorts } from '../show/schema.js';
import { checkShow } from '../show/show-file.js';
import { Versions } from '../show/versions.js';
import { Access } from '../surfaces/http/access.js';
import { createHttpSurface, listenHttp } from '../surfaces/http/http-surface.js';
import { allowedHosts } from '../surfaces/http/origin.js';
import { WsSurface } from '../surfaces/ws/ws-surface.js';
import type { Clock } from '../time/clock.js';
import { toMs, since } from '../time/time.js';
import { AuditLog } from '../trust/audit-log.js';
import { AuditTrail } from './audit-trail.js';
import { Consoles } from './consoles.js';
import { Desk } from './desk.js';
import { DrawnRecord } from './drawn-record.js';
import { feedLane } from './meter-feed.js';
import { ShowWiring } from './show-wiring.js';
import { LiveEnrolments } from './live-enrolment.js';
import { LaneLinks } from './lane-links.js';
import { MultiviewLinks } from './multiview-links.js';
import type { ControlOptions } from './options.js';

const statusEveryMs = 200;
const likenessesEveryMs = 10_000;

export interface ControlServer {
  readonly desk: Desk;
  readonly httpPort: number;
  readonly oscPort: number;
  /** null: the show has none, or its port was taken. */
  readonly oscTcpPort: number | null;
  readonly oscQueryPort: number | null;
  /** "http://127.0.0.1:8080/": where the page is. */
  readonly urls: readonly string[];
  /** Pages first, then consoles, then lanes, then the files; idempotent. */
  close(): Promise<void>;
}

/** The control process, wired: desk, surfaces, lanes. Throws CodedError where a port is taken or a file unusable. */
export async function openControl(options: ControlOptions, clock: Clock): Promise<ControlServer> {
  mkdirSync(options.stateFolder, { recursive: true });
  mkdirSync(options.runFolder, { recursive: true });
  const closers: (() => void | Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await wire(options, clock, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function wire(
  options: ControlOptions,
  clock: Clock,
  closers: (() => void | Promise<unknown>)[],
  closeAll: () => Promise<void>,
): Promise<ControlServer> {
  const startedAtUs = clock.nowUs();
  const { show } = options;
  const interfaces = show.interfaces ?? ['127.0.0.1'];
  const allowed = allowedHosts(interfaces, show.hostNames ?? []);

  const faults: string[] = [];
  const journal = new StateJournal(options.stateFolder, (error) => faults.push(error.message));
  closers.push(() => journal.close());
  const auditLog = new AuditLog(join(options.stateFolder, 'audit.jsonl'), clock);
  closers.push(() => auditLog.close());
  let desk: Desk | null = null;
  const audit = new AuditTrail(auditLog, (reason) => desk?.alarms.raise('audit', 'AUDIT_NOT_WRITTEN', { reason }));
  closers.push(() => audit.flush());
  const versions = new Versions(join(options.stateFolder, 'versions'));
  const theDesk = (desk = new Desk(options, clock, journal, audit, versions));
  if (auditLog.setAside !== null) {
    theDesk.alarms.raise('audit-chain', 'AUDIT_BROKEN', {
      file: auditLog.setAside.path,
      reason: auditLog.setAside.reason,
    });
  }
  audit.record('show-start', 'server', { show: show.name, production: show.production, version: options.version });

  /** Likenesses as the supervisor prepared them last: a lane that was restarted has those of its own start. */
  let prepared: readonly ControlToLane[] = [];
  const drawn = new DrawnRecord((detail) => void audit.record('drawn', 'lane', detail));
  const multiviews = new MultiviewLinks({
    valuesFor: (id) => theDesk.dispatcher.forLane(id),
    labelOf: (laneId) => theDesk.showFile.sources.find(({ id }) => id === laneId)?.label ?? laneId,
    cueText: () => theDesk.cueText(),
    onWantsChanged: () => links.updateWanted(),
  });
  closers.push(() => multiviews.close());
  const links: LaneLinks = new LaneLinks(
    {
      greet: (hello) => [...prepared, ...enrolments.greeting(), ...theDesk.greet(hello)],
      enrolment: (news, laneId) => enrolments.news(news, laneId),
      prepared: ({ performers, likenesses, faults: found }) => {
        theDesk.alarms.follow('prepare', found);
        prepared = likenesses.map((likeness) => ({ type: 'likeness', likeness }));
        for (const message of prepared) links.send(message);
        enrolments.prepared(performers);
      },
      laneChanged: (values, by) => theDesk.laneChanged(values, by),
      laneStatus: (laneStatus) => {
        feedLane(theDesk.dispatcher, laneStatus);
        drawn.follow(laneStatus);
        multiviews.lane(laneStatus, true);
      },
      laneLost: (laneId) => {
        theDesk.laneLost(laneId);
        const last = links.lanes().find(({ status: { laneId: id } }) => id === laneId);
        if (last) multiviews.lane(last.status, false);
      },
      greetMultiview: (head, channel) => multiviews.accept(head, channel),
      picture: (laneId, which, timecode, jpeg) => multiviews.picture(laneId, which, timecode, jpeg),
      alarm: (alarm) => theDesk.alarms.take(alarm),
      follow: (given) => {
        const next = checkShow(given);
        links.keepOnly(new Set(next.sources.map(({ id }) => id)));
        theDesk.follow(next);
        ws.greetAgain();
        audit.record('show-start', 'server', { show: next.name, production: next.production, followed: true });
      },
      wanted: (laneId) => {
        const wanted = multiviews.wanted(laneId, ws.wanted(laneId));
        const most = Number(theDesk.dispatcher.get('/understudy/show/preview/maxFps'));
        return { ...wanted, maxFps: Math.min(wanted.maxFps, most) };
      },
    },
    () => ws,
  );
  theDesk.send = (message, laneId) => {
    if (message.type === 'cue') multiviews.cue(message.text);
    if (message.type !== 'params') links.send(message, laneId);
    else {
      multiviews.sendValues(laneId, message.values);
      links.sendValues(laneId, message.values);
    }
  };

  const enrolments = new LiveEnrolments(options.stateFolder, {
    performers: () => theDesk.casting.performerIds,
    isConnected: (laneId) => links.isConnected(laneId),
    send: (message, laneId) => links.send(message, laneId),
    lanes: () => theDesk.showFile.sources.map(({ id }) => id),
    lockedFor: (by) => theDesk.show.lockedFor(by),
    join: (performerId, by) =>
      theDesk.casting.has(performerId)
        ? null
        : theDesk.show.edit({ kind: 'performer-set', performer: { performerId } }, by),
    mayShow: (likenessId, address, by) => theDesk.mayShow(likenessId, address, by),
    assign: (performerId, likenessId, by) => theDesk.assign(performerId, likenessId, by),
    record: (detail, by) => void audit.record('enrol', by, detail),
    refused: (laneId, performer, reason) =>
      theDesk.alarms.raise(`enrolment ${laneId}`, 'ENROLMENT_REFUSED', { performer, lane: laneId, reason }, laneId),
    onCast: () => theDesk.onCast(),
  });
  theDesk.casting.enrolledLive = (performerId) => enrolments.has(performerId);
  theDesk.dispatcher.handle('performer.enrol', (call) => {
    theDesk.alarms.clear(`enrolment ${call.scopeId.split('/')[1] ?? ''}`);
    return enrolments.begin(call);
  });

  const status = (): Extract<ServerMessage, { type: 'status' }> => ({
    type: 'status',
    atMs: toMs(since(clock.nowUs(), startedAtUs)),
    lanes: links.lanes().map((lane) => lane.status),
    processes: links.processes,
    ...(multiviews.statuses.length > 0 ? { multiviews: multiviews.statuses } : {}),
  });
  const access = new Access(show.access ?? null);
  const showWiring: ShowWiring = new ShowWiring(theDesk, clock, () => ws);
  closers.push(() => showWiring.close());
  const ws: WsSurface = new WsSurface({
    dispatcher: theDesk.dispatcher,
    allowed,
    hello: () => theDesk.hello(),
    welcome: () => [status(), { type: 'alarms', alarms: theDesk.alarms.list() }, ...showWiring.welcome()],
    assign: (performerId, likenessId, by) => theDesk.assign(performerId, likenessId, by),
    edit: (edit, by) => theDesk.show.edit(edit, by),
    access,
    nowIso: () => clock.wallClockIso(),
    onPresence: ({ clientId, name, role, address }, there) =>
      void audit.record('access', clientId, { did: there ? 'came' : 'went', name, role, address }),
    onWantsChanged: () => links.updateWanted(),
  });
  closers.push(() => links.close());
  closers.push(() => ws.close());
  theDesk.onCast = () => ws.broadcast(theDesk.castMessage());
  theDesk.casting.onJoined = () => enrolments.tellAll();
  theDesk.alarms.onChange = () => ws.broadcast({ type: 'alarms', alarms: theDesk.alarms.list() });
  theDesk.dispatcher.onChange(({ address }) => {
    if (address === '/understudy/show/preview/maxFps') links.updateWanted();
  });

  const consoles = await Consoles.open({
    dispatcher: theDesk.dispatcher,
    clock,
    show,
    interfaces,
    allowed,
    raise: (id, code, context) => theDesk.alarms.raise(id, code, context),
  });
  closers.push(() => consoles.close());
  const https: FastifyInstance[] = [];
  const counters = (): Record<string, Record<string, number>> => ({
    refusals: Object.fromEntries(theDesk.dispatcher.refusals),
    webSocket: { ...ws.counters, clients: ws.clientCount },
    ...consoles.counters(),
    lanes: { ...links.counters },
    multiviews: { ...multiviews.counters },
  });
  let httpPort = show.ports?.http ?? defaultPorts.http;
  for (const host of interfaces) {
    const app = await createHttpSurface({
      dispatcher: theDesk.dispatcher,
      registry: theDesk.registry,
      allowed,
      access,
      show: showWiring.routes(auditLog),
      metrics: { lanes: () => links.lanes(), processes: () => links.processes, counters },
      status: () => ({
        ...status(),
        alarms: theDesk.alarms.list(),
        cast: theDesk.cast(),
        counters: counters(),
        consoles: consoles.status(),
        auditHead: auditLog.head,
      }),
      pageFolder: options.pageFolder,
      canonicalFaceFile: options.canonicalFaceFile,
    });
    https.push(app);
    closers.push(() => app.close());
    ws.attach(app.server);
    httpPort = await listenHttp(app, host, httpPort);
  }

  const ipc = await listenIpc(ipcPath(options.runFolder, 'control'), (channel) => links.accept(channel));
  closers.push(() => closeIpc(ipc));
  const statusTimer = setInterval(() => {
    for (const reason of faults.splice(0))
      theDesk.alarms.raise('journal', 'PARAM_NOT_SAVED', { reason, folder: options.stateFolder });
    if (ws.clientCount > 0) ws.broadcast(status());
  }, statusEveryMs);
  const likenessTimer = setInterval(() => theDesk.checkLikenesses(), likenessesEveryMs);
  closers.push(() => {
    clearInterval(statusTimer);
    clearInterval(likenessTimer);
  });
  const shown = (host: string): string => (host.includes(':') ? `[${host}]` : host);
  return {
    desk: theDesk,
    httpPort,
    oscPort: consoles.oscPort,
    oscTcpPort: consoles.oscTcpPort,
    oscQueryPort: consoles.oscQueryPort,
    urls: interfaces.map((host) => `http://${shown(host)}:${httpPort}/`),
    close: closeAll,
  };
}

const closeIpc = (server: IpcServer): void => {
  server.close();
};
