import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';
import type { CastMember, EnrolmentStatus, LaneStatus, LikenessSummary } from '../../server/protocol/messages.js';
import { useDesk } from '../link/desk-context.js';
import { ActionButton } from './action-button.js';
import { DrawnLine, EngineFacts, shortDigest } from './drawn-by.js';
import { AddPerformer, RemovePerformer } from './performer-form.js';
import { ladderWords } from '../monitors/ladder.js';

const consentWord: Record<LikenessSummary['consent'], string> = {
  valid: 'Consent valid',
  missing: 'No consent record',
  expired: 'Consent expired',
  revoked: 'Consent revoked',
  'out-of-scope': 'Outside the consent’s scope',
};

function ConsentBadge({ likeness }: { readonly likeness: LikenessSummary }): JSX.Element {
  return (
    <span
      class={`consent ${likeness.consent === 'valid' ? 'consent-valid' : 'consent-not'}`}
      title={likeness.consentReason}
    >
      {consentWord[likeness.consent]}
      {likeness.synthetic && ' · synthetic'}
    </span>
  );
}

/** Who may carry which likeness, and whether the consent record allows it. */
export function CastPanel(): JSX.Element {
  const desk = useDesk();
  return (
    <section class="card cast" aria-label="Cast">
      <h2>Cast</h2>
      {desk.cast.value.length === 0 && <p class="muted">Nobody is in the cast list: every face stays untouched.</p>}
      {desk.cast.value.map((member) => (
        <CastRow key={member.performerId} member={member} />
      ))}
      <AddPerformer />
      <FacesNow />
      <h2>Likenesses</h2>
      <ul class="likenesses">
        {desk.likenesses.value.map((likeness) => (
          <li key={likeness.id} data-testid={`likeness-${likeness.id}`}>
            <strong>{likeness.name}</strong> <ConsentBadge likeness={likeness} />
            {likeness.consentReason !== '' && <p class="muted">{likeness.consentReason}</p>}
            <p class="muted" title={likeness.digest}>
              Package <code>{shortDigest(likeness.digest)}</code>
            </p>
            <EngineFacts engine={likeness.engine} />
            {likeness.engineFault !== null && <p class="bad">{likeness.engineFault} The mesh draws it.</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Makes whoever stands before the chosen camera this performer; says how that goes. */
function Enrol({ member }: { readonly member: CastMember }): JSX.Element | null {
  const desk = useDesk();
  const chosenFace = useSignal('');
  const lane = desk.lane.value;
  if (!lane) return null;
  const strangers = lane.faces.filter(({ performerId }) => performerId === null);
  const face = strangers.some(({ faceId }) => String(faceId) === chosenFace.value) ? ` ${chosenFace.value}` : '';
  const going = lane.enrolment?.performerId === member.performerId ? lane.enrolment : null;
  const busy = going?.state === 'looking' || going?.state === 'preparing';
  const missing = whatIsMissing(lane, strangers.length, face !== '', member);
  return (
    <div class="cast-enrol">
      {strangers.length > 1 && (
        <select
          aria-label={`Which face is ${member.name}`}
          value={chosenFace.value}
          onChange={(event) => (chosenFace.value = event.currentTarget.value)}
        >
          <option value="">Which face?</option>
          {strangers.map(({ faceId }) => (
            <option key={faceId} value={String(faceId)}>
              face {faceId}
            </option>
          ))}
        </select>
      )}
      <ActionButton
        address={`/understudy/lane/${lane.laneId}/performer/enrol`}
        value={`${member.performerId}${face}`}
        testId={`enrol-${member.performerId}`}
        disabled={busy || missing !== null}
      >
        {member.enrolled ? 'Enrol anew' : 'Enrol'} before {lane.laneId}
      </ActionButton>
      {missing !== null && !busy && <p class="muted">{missing}</p>}
      {going && (
        <p
          class={going.state === 'refused' ? 'bad' : 'muted'}
          role="status"
          data-testid={`enrolment-${member.performerId}`}
        >
          {enrolmentWords[going.state]}
          {going.state === 'looking' ? ` ${going.looks} of ${going.wanted}` : ''}
          {going.reason === null ? '' : ` ${going.reason}`}
        </p>
      )}
    </div>
  );
}

/** Why nobody can be enrolled just now; null where somebody can. */
function whatIsMissing(
  { laneId, faces }: LaneStatus,
  strangers: number,
  isChosen: boolean,
  member: CastMember,
): string | null {
  if (strangers === 1 || (strangers > 1 && isChosen)) return null;
  if (strangers > 1) return 'Choose which face it is.';
  if (faces.some(({ performerId }) => performerId === member.performerId)) return `${laneId} knows this face.`;
  return `No unknown face before ${laneId}.`;
}

const enrolmentWords: Record<EnrolmentStatus['state'], string> = {
  looking: 'Looking:',
  preparing: 'Making the identity…',
  done: 'Enrolled.',
  refused: 'Not enrolled:',
};

/** Every face that a camera sees: who it is taken for, how surely, and what is shown on it. */
function FacesNow(): JSX.Element {
  const desk = useDesk();
  const names = new Map(desk.cast.value.map(({ performerId, name }) => [performerId, name]));
  const rows = desk.lanes.value.flatMap((lane) => lane.faces.map((face) => ({ lane, face })));
  return (
    <>
      <h2>Faces now</h2>
      {rows.length === 0 && <p class="muted">No face in any picture.</p>}
      {rows.length > 0 && (
        <table class="figures faces-now" data-testid="faces-now">
          <thead>
            <tr>
              <th scope="col">Camera</th>
              <th scope="col">Taken for</th>
              <th scope="col">Identity</th>
              <th scope="col">Shown</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ lane, face }) => (
              <tr key={`${lane.laneId} ${face.faceId}`} data-testid={`face-${lane.laneId}-${face.faceId}`}>
                <th scope="row">{lane.laneId}</th>
                <td>
                  {face.performerId === null ? 'nobody of the cast' : (names.get(face.performerId) ?? face.performerId)}
                </td>
                <td class="mono">
                  <meter min={0} max={1} value={face.identity01} aria-label="Identity" />{' '}
                  {Math.round(face.identity01 * 100)} %
                </td>
                <td>
                  {face.performerId === null ? 'untouched' : ladderWords[face.step].word}
                  {face.drawnBy && (
                    <>
                      {' '}
                      <DrawnLine drawnBy={face.drawnBy} />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** A likeness is loaded and warmed beside the one that is on: until it is ready, that one is shown. */
function StillOn({
  member,
  likeness,
}: {
  readonly member: CastMember;
  readonly likeness: LikenessSummary;
}): JSX.Element | null {
  const desk = useDesk();
  const shown = desk.lanes.value
    .flatMap(({ faces }) => faces)
    .find((face) => face.performerId === member.performerId && face.drawnBy && face.drawnBy.likenessId !== likeness.id);
  if (!shown?.drawnBy) return null;
  const { likenessId } = shown.drawnBy;
  const name = desk.likenesses.value.find(({ id }) => id === likenessId)?.name ?? likenessId;
  return (
    <p class="muted" role="status" data-testid={`still-on-${member.performerId}`}>
      {likeness.name} is getting ready. {name} stays on until then.
    </p>
  );
}

/** A likeness without valid consent stays selectable: the server refuses it and says which record fails. */
function CastRow({ member }: { readonly member: CastMember }): JSX.Element {
  const desk = useDesk();
  const likeness = desk.likenesses.value.find(({ id }) => id === member.likenessId);
  const seen = desk.lanes.value.filter((lane) => lane.faces.some((face) => face.performerId === member.performerId));
  return (
    <div class="cast-row" data-testid={`cast-${member.performerId}`}>
      <div>
        <strong id={`cast-${member.performerId}`}>{member.name}</strong>
        <p class="muted">
          {member.enrolled ? 'Enrolled' : 'Not enrolled, so never recognised'} ·{' '}
          {seen.length > 0 ? `seen by ${seen.map(({ laneId }) => laneId).join(', ')}` : 'not in any picture'}
        </p>
      </div>
      <Enrol member={member} />
      <div class="cast-assign">
        <select
          data-testid={`assign-${member.performerId}`}
          aria-labelledby={`cast-${member.performerId}`}
          value={member.likenessId ?? ''}
          disabled={!desk.mayEdit()}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            // The server decides: show what is true until it answers.
            event.currentTarget.value = member.likenessId ?? '';
            desk.assign(member.performerId, chosen === '' ? null : chosen);
          }}
        >
          <option value="">No likeness (concealed)</option>
          {desk.likenesses.value.map(({ id, name, consent }) => (
            <option key={id} value={id}>
              {name}
              {consent === 'valid' ? '' : ` (${consentWord[consent].toLowerCase()})`}
            </option>
          ))}
        </select>
        {likeness && <ConsentBadge likeness={likeness} />}
        <RemovePerformer member={member} />
      </div>
      {likeness && <StillOn member={member} likeness={likeness} />}
    </div>
  );
}

/** One line on the Live desk: who carries whom. */
export function CastLine(): JSX.Element | null {
  const desk = useDesk();
  const lane = desk.lane.value;
  if (!lane) return null;
  const likeness = desk.likenesses.value.find(({ id }) => id === lane.likenessId);
  const members = desk.cast.value.filter(({ likenessId }) => likenessId !== null && likenessId === lane.likenessId);
  const drawn = lane.faces.find(({ drawnBy }) => drawnBy !== null)?.drawnBy ?? null;
  return (
    <a class="cast-line" href="#cast" data-testid="cast-line">
      <span class="muted">Likeness</span>{' '}
      <strong>
        {likeness ? `${likeness.name} on ${members.map(({ name }) => name).join(', ') || 'nobody'}` : 'none assigned'}
      </strong>{' '}
      {likeness && <ConsentBadge likeness={likeness} />} {drawn && <DrawnLine drawnBy={drawn} />}
    </a>
  );
}
