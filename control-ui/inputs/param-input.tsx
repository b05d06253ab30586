import type { JSX } from 'preact';
import type { ParamDescriptor } from '../../server/protocol/descriptors.js';
import { ChoiceInput } from './choice-input.js';
import type { InputProps } from './input-props.js';
import { NumberInput } from './number-input.js';
import { TextInput } from './text-input.js';
import { ToggleInput } from './toggle-input.js';

/** The widget for a descriptor's kind. */
export function ParamInput({ descriptor, ...rest }: InputProps<ParamDescriptor>): JSX.Element {
  switch (descriptor.kind) {
    case 'number':
      return <NumberInput descriptor={descriptor} {...rest} />;
    case 'choice':
      return <ChoiceInput descriptor={descriptor} {...rest} />;
    case 'toggle':
      return <ToggleInput descriptor={descriptor} {...rest} />;
    case 'text':
      return <TextInput descriptor={descriptor} {...rest} />;
  }
}
