import { temporal } from '@temporalio/proto';

const { EventType } = temporal.api.enums.v1;

/**
 * Billable Actions of a run by the server's own rules: its start (the signal of signalWithStart is free with it), each other signal,
 * activity and timer, one for all local activities of a workflow task, and continuing as new.
 */
export function actionsOf(history: temporal.api.history.v1.IHistory): number {
  let actions = 0;
  let countedTask: string | null = null;
  let startIsDelayed = false;
  for (const [at, event] of (history.events ?? []).entries()) {
    const type = event.eventType;
    if (type === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED) {
      const attributes = event.workflowExecutionStartedEventAttributes;
      actions += attributes?.continuedExecutionRunId ? 0 : 1;
      startIsDelayed = String(attributes?.firstWorkflowTaskBackoff?.seconds ?? 0) !== '0';
    }
    if (type === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED && (at !== 1 || startIsDelayed)) actions += 1;
    if (type === EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) actions += 1;
    if (type === EventType.EVENT_TYPE_TIMER_STARTED) actions += 1;
    if (type === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW) actions += 1;
    if (type === EventType.EVENT_TYPE_MARKER_RECORDED) {
      const task = String(event.markerRecordedEventAttributes?.workflowTaskCompletedEventId);
      if (task !== countedTask) actions += 1;
      countedTask = task;
    }
  }
  return actions;
}
