import type { JSX } from 'preact';
import type { PointM } from '../../server/protocol/show.js';
import { DraftInput, Field } from '../cues/field.js';
import { useDesk } from '../link/desk-context.js';
import { round } from './stage-model.js';

interface NumberFieldProps {
  readonly name: string;
  readonly value: number;
  readonly testId: string;
  readonly min?: number;
  readonly max?: number;
  readonly onSet: (value: number) => void;
}

/** A number that is taken when it is within its range; a comma or a long minus is as good as a point. */
export function NumberField({ name, value, testId, min = -1000, max = 1000, onSet }: NumberFieldProps): JSX.Element {
  const desk = useDesk();
  return (
    <Field name={name}>
      <DraftInput
        numeric
        value={String(round(value))}
        testId={testId}
        disabled={!desk.mayEdit()}
        onCommit={(text) => {
          const number = Number(text.trim().replace(',', '.').replace('−', '-'));
          const right = text.trim() !== '' && number >= min && number <= max;
          if (right) onSet(number);
          return right;
        }}
      />
    </Field>
  );
}

/** Three numbers of one point or rotation. */
export function PointFields(props: {
  readonly names: readonly [string, string, string];
  readonly value: PointM;
  readonly testId: string;
  readonly onSet: (value: PointM) => void;
}): JSX.Element {
  const { names, value, testId, onSet } = props;
  return (
    <>
      {names.map((name, axis) => (
        <NumberField
          key={name}
          name={name}
          value={value[axis]!}
          testId={`${testId}-${axis}`}
          onSet={(number) => onSet(value.map((old, at) => (at === axis ? number : old)) as unknown as PointM)}
        />
      ))}
    </>
  );
}
