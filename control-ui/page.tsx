import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { AuditDesk } from './audit/audit-desk.js';
import { CueDesk } from './cues/cue-desk.js';
import { lazyStageView as StageView } from './stage-view/lazy.js';
import { useDesk } from './link/desk-context.js';
import { MonitorDesk } from './monitors/monitor-desk.js';
import { MonitorPair } from './monitors/monitor-pair.js';
import { AlarmBanner, AlarmList } from './panels/alarms.js';
import { CastLine, CastPanel } from './panels/cast.js';
import { desks, Header, type DeskName } from './panels/header.js';
import { LockBanner } from './panels/lock.js';
import { OnAirBar } from './panels/on-air-bar.js';
import { AllPanels, TabbedPanels } from './panels/param-panels.js';
import { Plots } from './panels/plots.js';
import { LaneFigures, ProcessLights, ProcessStrip } from './panels/processes.js';
import { Toasts } from './panels/toasts.js';

const deskFromHash = (): DeskName => desks.find((name) => `#${name.toLowerCase()}` === location.hash) ?? 'Live';

export const shownDesk = signal<DeskName>(deskFromHash());
addEventListener('hashchange', () => (shownDesk.value = deskFromHash()));

export function Page(): JSX.Element {
  const desk = useDesk();
  return (
    <div class="page" data-live={desk.live.value}>
      <Header shown={shownDesk} />
      {desk.otherProtocol.value !== null && (
        <p class="banner banner-warning" role="alert">
          This page is older or newer than the server (protocol {desk.otherProtocol.value}). Reload it.
        </p>
      )}
      <AlarmBanner />
      <LockBanner />
      <main class={`desk desk-${shownDesk.value.toLowerCase()}`}>
        <DeskBody name={shownDesk.value} />
      </main>
      <OnAirBar />
      <footer class="notices">
        {desk.product.value && <span>{`${desk.product.value.name} ${desk.product.value.version}`}</span>}
        {desk.notices.value.map((notice) => (
          <span key={notice}>{notice}</span>
        ))}
        <ProcessLights />
      </footer>
      <Toasts />
    </div>
  );
}

function DeskBody({ name }: { readonly name: DeskName }): JSX.Element {
  switch (name) {
    case 'Live':
      return (
        <>
          <div class="live-main">
            <MonitorPair />
            <CastLine />
            <div class="live-lower">
              <StageView />
              <Plots />
            </div>
          </div>
          <TabbedPanels />
        </>
      );
    case 'Cues':
      return <CueDesk />;
    case 'Monitors':
      return <MonitorDesk />;
    case 'Audit':
      return <AuditDesk />;
    case 'Controls':
      return <AllPanels />;
    case 'Stage':
      return <StageView editable />;
    case 'Cast':
      return (
        <>
          <CastPanel />
          <MonitorPair />
        </>
      );
    case 'Health':
      return (
        <>
          <ProcessStrip />
          <AlarmList />
          <Plots />
          <LaneFigures />
        </>
      );
  }
}
