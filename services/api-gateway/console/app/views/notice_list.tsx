/** What was done and refused, for eyes and screen readers. */

import { useApp } from "../core/app.ts";

export function NoticeList() {
  const { notices } = useApp();
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.shown.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice ${kind}`}>
          <p>{text}</p>
          <button type="button" class="plain" aria-label="Dismiss" onClick={() => notices.drop(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
