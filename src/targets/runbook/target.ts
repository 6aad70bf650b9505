import type { RenderedFile, TargetInput } from '../../rendering/file.js';
import type { Target } from '../target.js';
import { allJobs } from './first-backup.js';
import { repositoryContext } from './repository-page.js';
import { serviceContext } from './service-page.js';

/** `runbooks/`: a page per service and per repository, for the person who restores at night. */
export const runbook: Target = {
  render: (input) => [...servicePages(input), ...repositoryPages(input)],
};

function servicePages(input: TargetInput): RenderedFile[] {
  return input.plan.services.flatMap((service): RenderedFile[] => {
    const context = serviceContext(input, service);
    if (context === null) return [];
    return [
      {
        path: `runbooks/${service.service_id}.md`,
        content: input.templates.render('runbook/service.md.hbs', context),
        mode: 0o644,
        sources: [service.contract],
        service: service.service_id,
        runtime: null,
      },
    ];
  });
}

function repositoryPages(input: TargetInput): RenderedFile[] {
  const jobs = allJobs(input.plan);
  return input.plan.repositories.map((repository) => ({
    path: `runbooks/repositories/${repository.name}.md`,
    content: input.templates.render('runbook/repository.md.hbs', repositoryContext(input, jobs, repository)),
    mode: 0o644,
    sources: [],
    service: null,
    runtime: null,
  }));
}
