import { writeFileSync } from 'node:fs';
import { licencesFile, licencesText } from './licences.js';

writeFileSync(licencesFile, licencesText());
