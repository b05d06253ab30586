import type { ErrorEntry } from './registry.js';

/** Why a likeness package, or a photo for one, was refused. */
export const likenessErrors = {
  LIKENESS_PACKAGE_MISSING: {
    severity: 'alarm',
    message: 'There is no likeness package at {path}.',
    advice: 'Check the path, or make one: npx understudy likeness build <photos…>.',
  },
  LIKENESS_PACKAGE_INVALID: {
    severity: 'alarm',
    message: 'The likeness package {path} is wrong: {reason}',
    advice: 'Build it again: npx understudy likeness build <photos…>.',
  },
  LIKENESS_PACKAGE_CHANGED: {
    severity: 'alarm',
    message: 'The file {file} of the likeness package {path} is not the one it was built with.',
    advice: 'Restore the file, or build the package again so that its landmarks and its consent fit.',
  },
  LIKENESS_PACKAGE_EXISTS: {
    severity: 'warning',
    message: 'There is already something at {path}.',
    advice: 'Choose another place, or remove it first.',
  },
  LIKENESS_UNKNOWN: {
    severity: 'warning',
    message: 'There is no likeness "{likeness}" in this show.',
    advice: 'The page lists the likenesses; add the package to the folder "likenessFolder" of the show file.',
  },
  LIKENESS_NO_PHOTOS: {
    severity: 'warning',
    message: 'A likeness needs at least one photo.',
    advice: 'Give one or more JPEG or PNG photos of one face.',
  },
  LIKENESS_PHOTO_UNREADABLE: {
    severity: 'warning',
    message: 'The photo {photo} cannot be read: {reason}',
    advice: 'Give a JPEG or PNG file.',
  },
  LIKENESS_NO_FACE: {
    severity: 'warning',
    message: 'No face was found in {photo}.',
    advice: 'Use a photo with the face towards the camera, in even light, nothing in front of it.',
  },
  LIKENESS_SEVERAL_FACES: {
    severity: 'warning',
    message: '{count} faces were found in {photo}; exactly one is needed.',
    advice: 'Crop the photo to the one person.',
  },
  LIKENESS_FACE_SMALL: {
    severity: 'warning',
    message: 'The face in {photo} is {sizePx} pixels wide; at least {neededPx} are needed.',
    advice: 'Use a larger photo or a closer crop of the original.',
  },
  LIKENESS_FACE_CUT: {
    severity: 'warning',
    message: 'The face in {photo} is cut by the edge of the picture.',
    advice: 'Use a photo that shows the whole face with some room around it.',
  },
  LIKENESS_FACE_TURNED: {
    severity: 'warning',
    message: 'The face in {photo} is turned by about {yawDeg}°; at most {mostDeg}° is usable.',
    advice: 'Use a photo that looks more towards the camera.',
  },
  LIKENESS_FACE_UNSURE: {
    severity: 'warning',
    message: 'The face in {photo} is not clear enough to measure (confidence {confidence}).',
    advice: 'Use a sharper photo in even light, without hands, masks or dark glasses.',
  },
  ENROLMENT_BUSY: {
    severity: 'warning',
    message: 'The camera is still enrolling {performer}.',
    advice: 'Wait until that one is done; it takes a few seconds.',
  },
  ENROLMENT_NO_CAMERA: {
    severity: 'warning',
    message: 'The camera "{lane}" is not running, so nobody can be enrolled before it.',
    advice: 'Wait until the lane is back, or enrol before another camera.',
  },
  ENROLMENT_TOO_FEW: {
    severity: 'warning',
    message: 'Of {looks} looks at {performer} only {good} are usable: {reason}',
    advice:
      'Have the performer stand close, alone, in even light, look into the camera for three seconds, and try again.',
  },
  ENROLMENT_REFUSED: {
    severity: 'warning',
    message: 'Enrolling {performer} before the camera "{lane}" failed: {reason}',
    advice:
      'Have the performer stand close, alone, in even light, look into the camera for three seconds, and try again.',
  },
} satisfies Record<string, ErrorEntry>;
