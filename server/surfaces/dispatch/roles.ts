/** The rule itself is shared with the page. */
export { mayWrite } from '../../protocol/roles.js';
