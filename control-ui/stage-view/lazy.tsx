import { useSignal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';

/** three.js is most of the page's weight: the monitors and BYPASS must not wait for it. */
export function lazyStageView({ editable = false }: { readonly editable?: boolean }): JSX.Element {
  const loaded = useSignal<{ readonly View: ComponentType<{ readonly editable: boolean }> } | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    import('./stage-view.js').then(
      ({ StageView }) => (loaded.value = { View: StageView }),
      () => (failed.value = true),
    );
  }, []);
  if (loaded.value) return <loaded.value.View editable={editable} />;
  return (
    <section class="card stage-card muted">
      {failed.value ? 'The stage view could not be loaded. Everything else works.' : 'Stage view…'}
    </section>
  );
}
