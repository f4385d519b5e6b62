import { Card, Section } from '../../components/page.tsx';
import { ProjectFiles } from '../files/project-files.tsx';
import { UploadArea } from '../files/upload-area.tsx';
import { Deliverables } from './deliverables.tsx';
import { GoalCard } from './goal-card.tsx';
import { NeedsYou } from './needs-you.tsx';
import { PlanCard } from './plan-card.tsx';
import { useProject } from './project-context.ts';
import { TaskCounts } from './status.tsx';
import { WorkingNow } from './working-now.tsx';

/** What matters most first: results, what waits for a person, work under way, the goal, the documents. */
export function OverviewTab() {
  const { project, canEdit } = useProject();
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="space-y-6">
        <Deliverables />
        <NeedsYou />
        <WorkingNow />
        <GoalCard />
        <PlanCard />
      </div>
      <div className="space-y-6">
        <Section title="Progress">
          <Card className="p-4">
            <TaskCounts counts={project.task_counts} />
          </Card>
        </Section>
        <Section title="Documents">
          {canEdit && <UploadArea projectId={project.id} />}
          <ProjectFiles projectId={project.id} />
        </Section>
      </div>
    </div>
  );
}
