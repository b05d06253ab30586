import type { ComponentChildren, JSX } from 'preact';
import type { ParamAddress, ParamValue } from '../../server/protocol/descriptors.js';
import { useDesk } from '../link/desk-context.js';
import { whyNot } from '../link/rights.js';

interface ActionButtonProps {
  readonly address: ParamAddress;
  readonly value?: ParamValue;
  readonly testId: string;
  readonly class?: string;
  /** Besides link, role and lock. */
  readonly disabled?: boolean;
  readonly keys?: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A button that does one of the server's actions, with the help of its declaration; grey where it may not, saying why. */
export function ActionButton(props: ActionButtonProps): JSX.Element {
  const desk = useDesk();
  const { address, value, children } = props;
  const action = desk.controls.value?.actions.find(
    ({ group, name, scope }) => address.startsWith(`/understudy/${scope}/`) && address.endsWith(`/${group}/${name}`),
  );
  const reason = whyNot(desk.you.value, desk.editState.value?.lock ?? null, address);
  return (
    <button
      type="button"
      class={props.class}
      data-testid={props.testId}
      title={reason ?? action?.help}
      aria-label={props.label}
      aria-keyshortcuts={props.keys}
      disabled={props.disabled === true || !desk.may(address)}
      onClick={() => void desk.do(address, value)}
    >
      {children}
    </button>
  );
}
