import { generateReportAssets } from './report-assets.js';
import { completeSchemas } from './schemas.js';
import { generateTemplates } from './templates.js';
import { generateValidators } from './validators.js';

/** Writes the build products that sources import as `#generated/*` into `folder` (absolute path). */
export async function generate(folder: string): Promise<void> {
  await generateValidators(folder, completeSchemas(folder));
  generateTemplates(folder);
  generateReportAssets(folder);
}
